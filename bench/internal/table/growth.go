package table

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// This file writes a table of how the cost of a unit grows with their number.

// Growth is such a table. Its cells are those of its works at the sizes.
type Growth struct {
	Title string
	Notes []string
	Base  string
	Main  string
	Works []Work // of a family each
	Sizes []int
	Cells []SizedCell
}

// A SizedCell is what a peer took for a work at one size.
type SizedCell struct {
	Cell
	Size int
}

// Flat is the most by which the costs at two sizes may differ and be called the
// same.
const Flat = 1.2

// Markdown writes the table to w: of each peer the cost at each size, how many
// times the lowest the highest is, and the ratios to the base.
func (g *Growth) Markdown(w io.Writer) error {
	var b strings.Builder
	head(&b, g.Title, g.Notes)
	for _, work := range g.Works {
		fmt.Fprintf(&b, "\n## %s\n\n%s The figures are for each %s.\n\n| peer", cell(work.Name), work.About, work.Unit)
		var sizes []int
		for _, size := range g.Sizes {
			if _, ok := g.find(work.Name, g.Base, size); ok {
				sizes = append(sizes, size)
				b.WriteString(" | " + thousands(size))
			}
		}
		b.WriteString(" | highest : lowest | x " + g.Base + " |\n|---" + strings.Repeat("|--:", len(sizes)) + "|--:|---|\n")
		seen := make(map[string]bool)
		for _, c := range g.Cells {
			if c.Workload != work.Name || seen[c.Peer] {
				continue
			}
			seen[c.Peer] = true
			lowest, highest := math.Inf(1), math.Inf(-1)
			var ratios []string
			b.WriteString("| " + strong(g.Main, c.Peer, cell(c.Peer)))
			for _, size := range sizes {
				at, _ := g.find(work.Name, c.Peer, size)
				base, _ := g.find(work.Name, g.Base, size)
				v := Median(at.Amounts())
				if !math.IsNaN(v) {
					lowest, highest = math.Min(lowest, v), math.Max(highest, v)
				}
				ratios = append(ratios, Times(Ratio(at.Amounts(), base.Amounts())))
				b.WriteString(" | " + work.amount(v))
			}
			verdict := Times(highest / lowest)
			if highest/lowest <= Flat {
				verdict += ", flat"
			}
			fmt.Fprintf(&b, " | %s | %s |\n", strong(g.Main, c.Peer, verdict), strings.Join(ratios, ", "))
		}
		for _, c := range g.Cells {
			if c.Workload == work.Name && c.Failed != "" {
				fmt.Fprintf(&b, "\n%s at %s failed: %s\n", cell(c.Peer), thousands(c.Size), cell(c.Failed))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (g *Growth) find(work, peer string, size int) (Cell, bool) {
	for _, c := range g.Cells {
		if c.Workload == work && c.Peer == peer && c.Size == size {
			return c.Cell, true
		}
	}
	return Cell{}, false
}
