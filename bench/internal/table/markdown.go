package table

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// This file writes a report as Markdown: an overview with a row for each
// workload, then each workload with all its numbers.

// Markdown writes the report to w.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	head(&b, r.Title, r.Notes)
	if r.Before != "" {
		r.changes(&b, r.Before, r.Main)
	}
	r.overview(&b)
	for _, work := range r.Works {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s in one run; the figures are for each %s.\n\n", cell(work.Name), work.About, plural(work.N, work.Unit), work.Unit)
		column := "time"
		if work.Of != "" {
			column = work.Of
		}
		b.WriteString("| peer | " + column + " | x " + r.Base + " | spread | CPU time | x " + r.Base + " | allocations | bytes allocated |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
		for _, l := range r.lines(work.Name) {
			if l.failed != "" && math.IsNaN(l.amount) {
				fmt.Fprintf(&b, "| %s | failed: %s | | | | | | |\n", r.strong(l.peer, cell(l.peer)), cell(l.failed))
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", r.strong(l.peer, cell(l.peer)),
				work.amount(l.amount), r.strong(l.peer, Times(l.ratio)), percent(l.spread), Duration(l.cpu), Times(l.cpuRatio), count(l.allocs), Size(l.bytes))
			if l.failed != "" {
				fmt.Fprintf(&b, "| | failed later: %s | | | | | | |\n", cell(l.failed))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// overview has the peers that are named in columns, and the others in the last
// one, the fastest first.
func (r *Report) overview(b *strings.Builder) {
	fmt.Fprintf(b, "\n| workload | %s | %s", r.Base, r.Main)
	for _, peer := range r.Named {
		b.WriteString(" | " + cell(peer))
	}
	b.WriteString(" | others |\n|---|--:|--:")
	b.WriteString(strings.Repeat("|--:", len(r.Named)) + "|---|\n")
	for _, work := range r.Works {
		lines := r.lines(work.Name)
		find := func(peer string) (line, bool) {
			i := slices.IndexFunc(lines, func(l line) bool { return l.peer == peer })
			if i < 0 {
				return line{}, false
			}
			return lines[i], true
		}
		fmt.Fprintf(b, "| %s", cell(work.Name))
		base := math.NaN()
		if l, ok := find(r.Base); ok {
			base = l.amount
		}
		fmt.Fprintf(b, " | %s", work.amount(base))
		for _, peer := range append([]string{r.Main}, r.Named...) {
			if l, ok := find(peer); ok {
				fmt.Fprintf(b, " | %s", r.strong(peer, Times(l.ratio)))
			} else {
				b.WriteString(" | ")
			}
		}
		var others []string
		slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.ratio, b.ratio) })
		for _, l := range lines {
			if l.peer != r.Base && l.peer != r.Main && !slices.Contains(r.Named, l.peer) {
				others = append(others, cell(l.peer)+" "+Times(l.ratio))
			}
		}
		fmt.Fprintf(b, " | %s |\n", strings.Join(others, ", "))
	}
}

// strong prints what is about the main peer in bold.
func (r *Report) strong(peer, text string) string { return strong(r.Main, peer, text) }

func strong(main, peer, text string) string {
	if peer == main {
		return "**" + text + "**"
	}
	return text
}

// cell makes a text fit for a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(strings.TrimSpace(text))
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return thousands(n) + " " + unit + "s"
}

func thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Duration writes nanoseconds with three digits: "6.42 ns", "1.08 µs".
func Duration(ns float64) string {
	switch {
	case math.IsNaN(ns) || ns <= 0:
		return "–"
	case ns < 999.5:
		return three(ns) + " ns"
	case ns < 999.5e3:
		return three(ns/1e3) + " µs"
	case ns < 999.5e6:
		return three(ns/1e6) + " ms"
	}
	return three(ns/1e9) + " s"
}

// Size writes bytes: "23 B", "2,686 B", "1.27 MB".
func Size(bytes float64) string {
	switch {
	case math.IsNaN(bytes):
		return "–"
	case bytes < 9.95 && bytes >= 0.05:
		return fmt.Sprintf("%.1f B", bytes)
	case bytes < 99_999.5:
		return thousands(int(math.Round(bytes))) + " B"
	case bytes < 999_500:
		return three(bytes/1e3) + " kB"
	}
	return three(bytes/1e6) + " MB"
}

// Times writes a ratio: "0.98", "11.5", "117".
func Times(ratio float64) string {
	switch {
	case math.IsNaN(ratio):
		return "–"
	case ratio < 10:
		return fmt.Sprintf("%.2f", ratio)
	}
	return three(ratio)
}

func three(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

func count(n float64) string {
	switch {
	case math.IsNaN(n):
		return "–"
	case n < 0.005:
		return "0"
	case n < 10:
		return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", n), "0"), ".0")
	}
	return fmt.Sprintf("%.0f", n)
}
