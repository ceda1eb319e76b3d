package table_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/braid-go/braid/bench/internal/table"
)

func TestTheMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 100}, 3.5}} {
		before := append([]float64(nil), c.values...)
		if got := table.Median(c.values); got != c.want {
			t.Errorf("of %v: %v, want %v", c.values, got, c.want)
		}
		for i := range before {
			if before[i] != c.values[i] {
				t.Fatalf("the values were reordered: %v, were %v", c.values, before)
			}
		}
	}
	if !math.IsNaN(table.Median(nil)) || !math.IsNaN(table.Spread(nil)) {
		t.Error("nothing has a median or a spread")
	}
}

func TestTheSpreadIsAShareOfTheMedian(t *testing.T) {
	if got := table.Spread([]float64{10, 8, 13}); got != 0.5 {
		t.Errorf("got %v, want 0.5", got)
	}
}

func TestTheRatioComparesWhatWasMeasuredInTheSameRound(t *testing.T) {
	// The machine was ten times slower in the second round, for both.
	if got := table.Ratio([]float64{2, 20, 2}, []float64{1, 10, 1}); got != 2 {
		t.Errorf("got %v, want 2", got)
	}
	if got := table.Ratio([]float64{2, 4}, []float64{1, 2, 50}); got != 2 {
		t.Errorf("with a round missing: got %v, want 2", got)
	}
	if !math.IsNaN(table.Ratio([]float64{2}, nil)) {
		t.Error("there is a ratio to nothing")
	}
}

func TestNumbersAreShortAndHaveTheirUnit(t *testing.T) {
	for ns, want := range map[float64]string{
		6.417: "6.42 ns", 64.17: "64.2 ns", 641.7: "642 ns", 999.7: "1.00 µs", 1080: "1.08 µs", 53_600: "53.6 µs",
		2.5e6: "2.50 ms", 3e9: "3.00 s", 0: "–", math.NaN(): "–",
	} {
		if got := table.Duration(ns); got != want {
			t.Errorf("%v is %q, want %q", ns, got, want)
		}
	}
	for ratio, want := range map[float64]string{0.034: "0.03", 0.976: "0.98", 11.53: "11.5", 117.2: "117", math.NaN(): "–"} {
		if got := table.Times(ratio); got != want {
			t.Errorf("%v is %q, want %q", ratio, got, want)
		}
	}
}

func report() *table.Report {
	samples := func(amounts ...float64) (out []table.Sample) {
		for _, w := range amounts {
			out = append(out, table.Sample{Amount: w, CPU: 2 * w, Allocs: 1.5, Bytes: 24})
		}
		return out
	}
	return &table.Report{
		Title: "A <table>", Notes: []string{"A note."}, Base: "bare", Main: "ours", Named: []string{"known"},
		Works: []table.Work{{Name: "map|10ns", About: "About it.", Unit: "item", N: 1_000_000}, {Name: "empty", About: "Nothing.", Unit: "call", N: 1}},
		Cells: []table.Cell{
			{Workload: "map|10ns", Peer: "bare", Samples: samples(10, 12, 11)},
			{Workload: "map|10ns", Peer: "ours", Samples: samples(5, 6, 5.5)},
			{Workload: "map|10ns", Peer: "known", Samples: samples(20, 24, 22)},
			{Workload: "map|10ns", Peer: "slow", Samples: samples(1000, 1200, 1100)},
			{Workload: "map|10ns", Peer: "less slow", Samples: samples(100, 120, 110)},
			{Workload: "map|10ns", Peer: "broken", Failed: "exit\nstatus 1"},
		},
	}
}

func TestMarkdownHasAnOverviewAndEachWorkload(t *testing.T) {
	var b strings.Builder
	if err := report().Markdown(&b); err != nil {
		t.Fatal(err)
	}
	want := `# A <table>

A note.

| workload | bare | ours | known | others |
|---|--:|--:|--:|---|
| map\|10ns | 11.0 ns | **0.50** | 2.00 | broken –, less slow 10.0, slow 100 |
| empty | – |  |  |  |

## map\|10ns

About it.
1,000,000 items in one run; the figures are for each item.

| peer | time | x bare | spread | CPU time | x bare | allocations | bytes allocated |
|---|--:|--:|--:|--:|--:|--:|--:|
| bare | 11.0 ns | 1.00 | 18 % | 22.0 ns | 1.00 | 1.5 | 24 B |
| **ours** | 5.50 ns | **0.50** | 18 % | 11.0 ns | 0.50 | 1.5 | 24 B |
| known | 22.0 ns | 2.00 | 18 % | 44.0 ns | 2.00 | 1.5 | 24 B |
| slow | 1.10 µs | 100 | 18 % | 2.20 µs | 100 | 1.5 | 24 B |
| less slow | 110 ns | 10.0 | 18 % | 220 ns | 10.0 | 1.5 | 24 B |
| broken | failed: exit status 1 | | | | | | |

## empty

Nothing.
1 call in one run; the figures are for each call.

| peer | time | x bare | spread | CPU time | x bare | allocations | bytes allocated |
|---|--:|--:|--:|--:|--:|--:|--:|
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestThePictureIsWellFormedAndHasBarsOfTheMainPeerTheNamedAndTheFastestOther(t *testing.T) {
	var b strings.Builder
	if err := report().SVG(&b); err != nil {
		t.Fatal(err)
	}
	bars := 0
	d := xml.NewDecoder(strings.NewReader(b.String()))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "title" {
			bars++
		}
	}
	if bars != 3 {
		t.Errorf("%d bars, want 3", bars)
	}
	for _, want := range []string{"A &lt;table&gt;", "map|10ns, ours: 5.50 ns for each item, 0.50 x bare", ">x 0.5<", ">x 10<", ">10.0 less slow<", ">the fastest of the others<", "prefers-color-scheme: dark"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in the picture", want)
		}
	}
}

func TestAPictureOfNothingIsWellFormed(t *testing.T) {
	var b strings.Builder
	if err := (&table.Report{Base: "bare"}).SVG(&b); err != nil || strings.Contains(b.String(), "NaN") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	w := brokenWriter{}
	if report().Markdown(w) == nil || report().SVG(w) == nil {
		t.Error("nothing was written and there is no error")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space") }
