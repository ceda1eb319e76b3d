package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid/bench/internal/table"
	"github.com/braid-go/braid/bench/internal/work"
)

func TestMain(m *testing.M) {
	if order := os.Getenv(orderVariable); order != "" {
		os.Exit(child(order, os.Stdout, os.Stderr)) // the program starts itself
	}
	os.Exit(m.Run())
}

// bench runs the program and gives its exit status.
func bench(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestTheProgramMeasuresEachCellInAProcessAndMakesATable(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "bars.svg")
	status, stdout, stderr := bench("-quick", "-workloads", "^retry/first$", "-peers", "braid|backoff", "-svg", svg)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if !regexp.MustCompile(`(?m)^\| retry/first \| [^|]+s \| \*\*[\d.]+\*\* \|  \|  \| backoff [\d.]+ \|$`).MatchString(stdout) {
		t.Errorf("no such row in the table:\n%s", stdout)
	}
	if !strings.Contains(stdout, "20,000 calls") || strings.Contains(stdout, "failsafe") {
		t.Errorf("too much or too little was measured:\n%s", stdout)
	}
	if !strings.Contains(stderr, "3 of 3 (100%)") {
		t.Errorf("nothing told how it went: %q", stderr)
	}
	picture, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(picture, []byte("<svg")) {
		t.Errorf("no picture: %.100q", picture)
	}
}

func TestACommandLineThatMakesNoSenseIsRefused(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-workloads", "("}, {"-peers", "("}, {"map"}, {"-none"}, {"-growth", "-latency"}, {"-latency", "-svg", "x.svg"}} {
		if status, _, stderr := bench(args...); status != 2 || stderr == "" {
			t.Errorf("%v: status %d, %q", args, status, stderr)
		}
	}
	if status, _, stderr := bench("-workloads", "nothing like it"); status != 1 || !strings.Contains(stderr, "match") {
		t.Errorf("status %d, %q", status, stderr)
	}
	if status, _, _ := bench("-h"); status != 0 {
		t.Errorf("-h has status %d", status)
	}
}

func TestTheListHasEachWorkloadWithItsPeers(t *testing.T) {
	if status, stdout, _ := bench("-list"); status != 0 || !strings.Contains(stdout, "hedge/idle         [bare braid failsafe]\n") {
		t.Errorf("status %d:\n%s", status, stdout)
	}
}

func TestTheTablesOfTheirOwnHaveTheirColumns(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-growth", "-workloads", "^errors-is$", "-peers", "braid", "-most", "10000"}, "| peer | 100 | 10,000 | highest : lowest | x bare |"},
		{[]string{"-growth", "-workloads", "^mapseq/1us$", "-peers", "braid", "-most", "10000"}, "| peer | 100 | 10,000 | highest : lowest | x bare |"},
		{[]string{"-latency", "-workloads", "end-to-return", "-peers", "braid"}, "| peer | p50 | p90 | p99 | max |"},
		{[]string{"-fairness", "-peers", "braid"}, "| peer | p50 | p90 | p99 | max | held | after GC |"},
	} {
		status, stdout, stderr := bench(append(c.args, "-quick")...)
		if status != 0 || !strings.Contains(stdout, c.want) || !strings.Contains(stdout, "| **braid** | ") {
			t.Errorf("%v: status %d, no %q in\n%s\n%s", c.args, status, c.want, stdout, stderr)
		}
	}
}

func TestWhatThereIsNotEnoughMemoryForIsLeftOut(t *testing.T) {
	blocked := work.Find("blocked/10M")
	if need := needs(blocked, work.Braid, 10_000_000); need < 20_000_000_000 {
		t.Errorf("ten million goroutines need %d bytes", need)
	}
	if need := needs(work.Find("spawn/10M"), work.Braid, 10_000_000); need > 5_000_000_000 {
		t.Errorf("ten million short tasks of braid need %d bytes", need)
	}
	if free := available(); runtime.GOOS == "linux" && free <= 0 {
		t.Errorf("%d bytes are free", free)
	}
}

func TestARevisionThatIsNotThereIsAnError(t *testing.T) {
	for _, revision := range []string{"no-such-revision", "--force"} {
		if status, _, stderr := bench("-compare", revision); status != 1 || !strings.Contains(stderr, "revision") {
			t.Errorf("%s: status %d, %q", revision, status, stderr)
		}
	}
}

// twoWorkloads is three peers of one workload and two of another.
func twoWorkloads() (cells []cell) {
	for _, name := range []string{"a/bare", "a/x", "a/y", "b/bare", "b/x"} {
		workload, peer, _ := strings.Cut(name, "/")
		cells = append(cells, cell{order: order{Workload: workload, Peer: peer}, name: peer})
	}
	return cells
}

func TestEachRoundBeginsWithAnotherPeerOfEachWorkload(t *testing.T) {
	cells := twoWorkloads()
	for round, want := range [][]int{{0, 1, 2, 3, 4}, {1, 2, 0, 4, 3}, {2, 0, 1, 3, 4}, {0, 1, 2, 4, 3}} {
		if got := turn(cells, round); !slices.Equal(got, want) {
			t.Errorf("round %d: %v, want %v", round, got, want)
		}
	}
}

func TestACellThatFailsIsNotMeasuredAgainAndTheOthersAre(t *testing.T) {
	calls := make(map[string]int)
	cells := twoWorkloads()
	results, _ := recall("", cells, 3)
	left, err := rounds(context.Background(), cells, results, 3, 0, func(_ context.Context, c cell) (table.Sample, error) {
		name := c.order.Workload + "/" + c.name
		calls[name]++
		if name == "a/x" && calls[name] == 2 {
			return table.Sample{}, errors.New("broken")
		}
		return table.Sample{Amount: float64(calls[name])}, nil
	}, io.Discard)
	if err != nil || left != 0 {
		t.Fatal(left, err)
	}
	for _, r := range results {
		samples, calling, failed := 3, 3, ""
		if r.Workload == "a" && r.Peer == "x" {
			samples, calling, failed = 1, 2, "broken"
		}
		if len(r.Samples) != samples || calls[r.Workload+"/"+r.Peer] != calling || r.Failed != failed {
			t.Errorf("%+v after %d calls", r, calls[r.Workload+"/"+r.Peer])
		}
	}
}

func TestAnInterruptionEndsTheRounds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	cells := twoWorkloads()
	results, _ := recall("", cells, 3)
	_, err := rounds(ctx, cells, results, 3, 0, func(context.Context, cell) (table.Sample, error) {
		calls++
		cancel()
		return table.Sample{}, nil
	}, io.Discard)
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestWhatIsMeasuredInPartsIsMeasuredOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "samples.json")
	calls, parts := make(map[string]int), 0
	var results []table.Cell
	for left := 1; left > 0; parts++ {
		cells := twoWorkloads()
		var err error
		if results, err = recall(file, cells, 3); err != nil {
			t.Fatal(err)
		}
		left, err = rounds(context.Background(), cells, results, 3, time.Nanosecond, func(_ context.Context, c cell) (table.Sample, error) {
			time.Sleep(time.Microsecond) // so that the time is over, if the clock is coarse
			calls[c.order.Workload+"/"+c.name]++
			return table.Sample{Amount: float64(calls[c.order.Workload+"/"+c.name])}, nil
		}, io.Discard)
		if err = errors.Join(err, keep(file, cells, results)); err != nil {
			t.Fatal(err)
		}
		if parts > 30 {
			t.Fatal("there is no end to it")
		}
	}
	if parts < 2 {
		t.Error("it was measured in one part")
	}
	for _, r := range results {
		if got := r.Amounts(); !slices.Equal(got, []float64{1, 2, 3}) || calls[r.Workload+"/"+r.Peer] != 3 {
			t.Errorf("%s of %s: %v after %d calls", r.Workload, r.Peer, got, calls[r.Workload+"/"+r.Peer])
		}
	}
}

func TestAProcessThatFailsTellsWhy(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]order{
		"there is no workload nothing":       {Workload: "nothing", Peer: "bare", N: 1},
		"suture has no adapter for map/10ns": {Workload: "map/10ns", Peer: "suture", N: 1},
	} {
		if _, err := inProcess(context.Background(), cell{order: o, program: self, name: o.Peer}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestAMeasurementHasWhatOneUnitTakes(t *testing.T) {
	sample, err := order{Workload: "first/8", Peer: "bare", N: 100, Enough: time.Millisecond}.measure()
	if err != nil || sample.Amount <= 0 || sample.Allocs < 1 || sample.Allocs > 1000 {
		t.Errorf("%+v, %v", sample, err)
	}
}
