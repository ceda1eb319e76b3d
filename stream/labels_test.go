package stream_test

import (
	"context"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/braid-go/braid/stream"
)

// This file looks after profiler labels, which belong to a goroutine, and so to
// all items that share it.

// labelsHere gives those of the goroutine that asks.
func labelsHere(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Error(err)
	}
	for record := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(record, "labelsHere") {
			for line := range strings.SplitSeq(record, "\n") {
				if labels, ok := strings.CutPrefix(line, "# labels: "); ok {
					return labels
				}
			}
		}
	}
	return ""
}

func TestRule11_6_LabelsSetByAnItemOfAStreamDoNotReachTheNext(t *testing.T) {
	items := sparsely(10_000, 500)
	for _, unordered := range []bool{false, true} {
		for at := range sparsely(100, 5) {
			at = 1 + 97*at
			s := stream.Map(stream.Values(upTo(items)), func(ctx context.Context, i int) (int, error) {
				switch i {
				case at:
					pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("item", "at")))
				case at + 1, at + 2: // as a rule of the same claim
					if labels := labelsHere(t); strings.Contains(labels, "item") {
						t.Errorf("item %d has the labels %s", i, labels)
					}
				}
				return i, nil
			}, options(unordered, 2)...)
			if got, err := stream.Collect(t.Context(), s); err != nil || len(got) != items {
				t.Fatal(len(got), err)
			}
			if t.Failed() {
				return
			}
		}
	}
}
