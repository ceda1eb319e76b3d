package table_test

import (
	"math"
	"strings"
	"testing"

	"github.com/braid-go/braid/bench/internal/table"
)

// This file is about the tables other than that of costs.

func amounts(values ...float64) (out []table.Sample) {
	for _, v := range values {
		out = append(out, table.Sample{Amount: v})
	}
	return out
}

func TestATableOfFiguresHasMediansAndTheWorstOfThoseNamedMax(t *testing.T) {
	samples := []table.Sample{{Figures: []float64{10, 100, 5e6}}, {Figures: []float64{30, 700, 3e6}}, {Figures: []float64{20, 300, 4e6}}}
	f := &table.Figures{
		Title: "T", Notes: []string{"N."}, Main: "ours",
		Columns: []table.Column{{Name: "p50"}, {Name: "max"}, {Name: "held", Of: "bytes"}},
		Works:   []table.Work{{Name: "late", About: "About."}},
		Cells:   []table.Cell{{Workload: "late", Peer: "ours", Samples: samples}, {Workload: "late", Peer: "broken", Failed: "no"}},
	}
	var b strings.Builder
	if err := f.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	want := `# T

N.

## late

About.

| peer | p50 | max | held |
|---|--:|--:|--:|
| **ours** | **20.0 ns** | **700 ns** | **4.00 MB** |
| broken | – | – | – |
| | failed: no |  |  |
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestATableOfGrowthTellsWhatIsFlat(t *testing.T) {
	at := func(peer string, size int, values ...float64) table.SizedCell {
		return table.SizedCell{Cell: table.Cell{Workload: "spawn", Peer: peer, Samples: amounts(values...)}, Size: size}
	}
	g := &table.Growth{
		Title: "G", Base: "bare", Main: "ours", Sizes: []int{100, 10_000, 77},
		Works: []table.Work{{Name: "spawn", About: "About.", Unit: "task"}},
		Cells: []table.SizedCell{at("bare", 100, 100), at("bare", 10_000, 200), at("ours", 100, 50, 51, 49), at("ours", 10_000, 60)},
	}
	var b strings.Builder
	if err := g.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| peer | 100 | 10,000 | highest : lowest | x bare |\n",
		"| bare | 100 ns | 200 ns | 2.00 | 1.00, 1.00 |\n",
		"| **ours** | 50.0 ns | 60.0 ns | **1.20, flat** | 0.50, 0.30 |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestAComparisonSaysWhereThereIsADifferenceAndWhereNone(t *testing.T) {
	r := &table.Report{
		Title: "C", Base: "bare", Main: "ours", Before: "ours at x",
		Works: []table.Work{{Name: "faster"}, {Name: "same"}, {Name: "missing"}},
		Cells: []table.Cell{
			{Workload: "faster", Peer: "ours", Samples: amounts(50, 51, 52, 49, 50, 51)},
			{Workload: "faster", Peer: "ours at x", Samples: amounts(100, 101, 102, 99, 100, 101)},
			{Workload: "same", Peer: "ours", Samples: amounts(10, 14, 11, 13, 12, 10)},
			{Workload: "same", Peer: "ours at x", Samples: amounts(11, 13, 10, 14, 12, 11)},
			{Workload: "missing", Peer: "ours", Samples: amounts(1)},
		},
	}
	var b strings.Builder
	if err := r.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"| faster | 100 ns ± 1% | 50.5 ns ± 3% | **-49.75%** | p=0.002 n=6 |", "| **~** | p=", "| geometric mean |"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if before, _, _ := strings.Cut(text, "geometric"); strings.Contains(before, "missing") {
		t.Errorf("what was measured once only is compared:\n%s", text)
	}
}

func TestBytesAreWrittenWithTheirUnit(t *testing.T) {
	for bytes, want := range map[float64]string{0: "0 B", 0.8: "0.8 B", 23: "23 B", 2686: "2,686 B", 123_456: "123 kB", 7e6: "7.00 MB", math.NaN(): "–"} {
		if got := table.Size(bytes); got != want {
			t.Errorf("%v is %q, want %q", bytes, got, want)
		}
	}
}
