package table

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// This file writes a table of distributions: several figures for each peer.

// Figures is such a table. The figures of its cells' samples are one for each
// column.
type Figures struct {
	Title   string
	Notes   []string
	Main    string
	Columns []Column
	Works   []Work
	Cells   []Cell
}

// A Column is one figure. Of what all rounds gave the median is shown, or of
// the column named max the largest.
type Column struct{ Name, Of string }

// Markdown writes the table to w.
func (f *Figures) Markdown(w io.Writer) error {
	var b strings.Builder
	head(&b, f.Title, f.Notes)
	for _, work := range f.Works {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| peer", cell(work.Name), work.About)
		for _, c := range f.Columns {
			b.WriteString(" | " + c.Name)
		}
		b.WriteString(" |\n|---" + strings.Repeat("|--:", len(f.Columns)) + "|\n")
		for _, c := range f.Cells {
			if c.Workload != work.Name {
				continue
			}
			b.WriteString("| " + strong(f.Main, c.Peer, cell(c.Peer)))
			for i, column := range f.Columns {
				b.WriteString(" | " + strong(f.Main, c.Peer, Work{Of: column.Of}.amount(c.figure(i, column.Name == "max"))))
			}
			b.WriteString(" |\n")
			if c.Failed != "" {
				fmt.Fprintf(&b, "| | failed: %s%s |\n", cell(c.Failed), strings.Repeat(" | ", len(f.Columns)-1))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// figure gives the ith figure of all rounds.
func (c Cell) figure(i int, worst bool) float64 {
	var all []float64
	for _, s := range c.Samples {
		if i < len(s.Figures) {
			all = append(all, s.Figures[i])
		}
	}
	switch {
	case len(all) == 0:
		return math.NaN()
	case worst:
		return slices.Max(all)
	}
	return Median(all)
}

// head writes what stands above every table.
func head(b *strings.Builder, title string, notes []string) {
	fmt.Fprintf(b, "# %s\n", title)
	for _, note := range notes {
		fmt.Fprintf(b, "\n%s\n", note)
	}
}
