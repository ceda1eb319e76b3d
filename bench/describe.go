package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/braid-go/braid/bench/internal/table"
	"github.com/braid-go/braid/bench/internal/work"
)

// This file says in the table where, when and with what it was made.

// document gives what writes the table that was asked for.
func document(c config, cells []cell, results []table.Cell) func(io.Writer) error {
	switch c.kind {
	case work.Growth:
		return describeGrowth(c, cells, results).Markdown
	case work.Latency:
		return describeFigures(c, "How late things are", work.LatencyFigures, results).Markdown
	case work.Fairness:
		return describeFigures(c, "A ticker beside a million tasks", work.FairnessFigures, results).Markdown
	}
	return describe(c, results).Markdown
}

func describe(c config, cells []table.Cell) *table.Report {
	r := &table.Report{
		Title: "What the patterns cost",
		Base:  work.Bare, Main: work.Braid, Named: []string{"errgroup", "conc"},
		Works: works(c, cells),
		Cells: cells,
		Notes: []string{machine(c) + "Time is the median of the rounds, spread the way from the fastest to the slowest as a share of it, " +
			"\"x " + work.Bare + "\" the median of the ratios within each round. " + care, peerNote(cells)},
	}
	if c.revert != "" {
		before := work.Braid + " at " + c.revert
		r.Title, r.Named, r.Before = "braid against braid at "+c.revert, []string{before}, before
		r.Notes[0] += " Change is what benchstat says: medians with intervals of 95 % confidence, \"~\" where the U-test finds no difference (p >= 0.05)."
	}
	return r
}

func describeGrowth(c config, cells []cell, results []table.Cell) *table.Growth {
	g := &table.Growth{
		Title: "How cost grows",
		Base:  work.Bare, Main: work.Braid,
		Notes: []string{machine(c) + "Cost is the median of the rounds, \"x " + work.Bare + "\" the median of the ratios within each round, for one size after the other. " +
			"Highest : lowest is flat up to " + table.Times(table.Flat) + ". " + care, peerNote(results)},
	}
	for i, r := range results {
		w, size := work.Find(cells[i].order.Workload), cells[i].size
		r.Workload = cells[i].family
		g.Cells = append(g.Cells, table.SizedCell{Cell: r, Size: size})
		if !slices.ContainsFunc(g.Works, func(at table.Work) bool { return at.Name == r.Workload }) {
			g.Works = append(g.Works, table.Work{Name: r.Workload, About: w.About, Unit: w.Unit, Of: w.Of})
		}
		if !slices.Contains(g.Sizes, size) {
			g.Sizes = append(g.Sizes, size)
		}
	}
	slices.Sort(g.Sizes)
	return g
}

func describeFigures(c config, title string, figures []work.Figure, cells []table.Cell) *table.Figures {
	f := &table.Figures{
		Title: title, Main: work.Braid, Works: works(c, cells), Cells: cells,
		Notes: []string{machine(c) + "Of each figure the median of the rounds is shown, of max the largest. " + care, peerNote(cells)},
	}
	for _, figure := range figures {
		f.Columns = append(f.Columns, table.Column(figure))
	}
	return f
}

// works describes the workloads of the table.
func works(c config, cells []table.Cell) (out []table.Work) {
	there := make(map[string]bool)
	for _, cell := range cells {
		there[cell.Workload] = true
	}
	for _, w := range work.All() {
		if there[w.Name] {
			n := w.N
			if c.quick {
				n = max(w.N/10, w.Small)
			}
			out = append(out, table.Work{Name: w.Name, About: w.About, Unit: w.Unit, N: n, Of: w.Of})
		}
	}
	return out
}

const care = "Ratios hold elsewhere; absolute times do not, and a difference below the spread is none."

// machine tells where and when it was measured, and how.
func machine(c config) string {
	return fmt.Sprintf("%s, %d processors, GOMAXPROCS %d, %s, %s/%s, %s. Rounds: %d; each cell in a process of its own, all others in between. ",
		processor(), runtime.NumCPU(), runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH, time.Now().Format(time.DateOnly), c.rounds)
}

// peerNote tells what each peer of the table is, and in which version.
func peerNote(cells []table.Cell) string {
	there := make(map[string]bool)
	for _, c := range cells {
		there[c.Peer] = true
	}
	versions := make(map[string]string)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			versions[m.Path] = " " + m.Version
		}
	}
	versions["github.com/braid-go/braid"] = "" // that of the checkout
	var out []string
	for _, p := range work.Peers() {
		if !there[p.Name] {
			continue
		}
		module := p.Module
		if module != "" {
			module += versions[module] + ": "
		}
		out = append(out, fmt.Sprintf("- **%s**: %s%s", p.Name, module, p.About))
	}
	return strings.Join(out, "\n")
}
