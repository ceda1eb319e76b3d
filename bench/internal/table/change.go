package table

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/perf/benchmath"
)

// This file compares two revisions as benchstat does: medians with their
// confidence intervals, and the Mann-Whitney U-test, which assumes nothing of
// how times are distributed.

// confidence is that of the intervals, and one less the level of the test.
const confidence = 0.95

// changes writes a row for each workload that both peers have.
func (r *Report) changes(b *strings.Builder, before, now string) {
	fmt.Fprintf(b, "\n| workload | %s | %s | change | |\n|---|--:|--:|--:|---|\n", cell(before), cell(now))
	thresholds := benchmath.DefaultThresholds
	logs, n := 0.0, 0
	for _, work := range r.Works {
		old, oldOK := r.find(work.Name, before)
		new, newOK := r.find(work.Name, now)
		if !oldOK || !newOK || len(old.Samples) == 0 || len(new.Samples) == 0 {
			continue
		}
		a, z := benchmath.NewSample(old.Amounts(), &thresholds), benchmath.NewSample(new.Amounts(), &thresholds)
		from, to := benchmath.AssumeNothing.Summary(a, confidence), benchmath.AssumeNothing.Summary(z, confidence)
		change := benchmath.AssumeNothing.Compare(a, z)
		fmt.Fprintf(b, "| %s | %s ± %s | %s ± %s | %s | %s |\n", cell(work.Name),
			work.amount(from.Center), from.PctRangeString(), work.amount(to.Center), to.PctRangeString(),
			strong(r.Main, r.Main, change.FormatDelta(from.Center, to.Center)), change)
		if from.Center > 0 && to.Center > 0 {
			logs, n = logs+math.Log(to.Center/from.Center), n+1
		}
	}
	if n > 1 {
		fmt.Fprintf(b, "| geometric mean | | | %+.2f%% | |\n", 100*(math.Exp(logs/float64(n))-1))
	}
}

func (r *Report) find(work, peer string) (Cell, bool) {
	for _, c := range r.Cells {
		if c.Workload == work && c.Peer == peer {
			return c, true
		}
	}
	return Cell{}, false
}
