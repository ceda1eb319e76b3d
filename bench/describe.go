package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/braid-go/braid/bench/internal/table"
	"github.com/braid-go/braid/bench/internal/work"
)

// This file says in the table where, when and with what it was made.

func describe(c config, cells []table.Cell) *table.Report {
	r := &table.Report{
		Title: "What the patterns cost",
		Base:  work.Bare, Main: work.Braid, Named: []string{"errgroup", "conc"},
		Cells: cells,
	}
	if c.revert != "" {
		r.Title, r.Named = "braid against braid at "+c.revert, []string{work.Braid + " at " + c.revert}
	}
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
			r.Works = append(r.Works, table.Work{Name: w.Name, About: w.About, Unit: w.Unit, N: n, Of: w.Of})
		}
	}
	r.Notes = []string{
		fmt.Sprintf("%s, %s/%s, GOMAXPROCS %d, %s. Rounds: %d; each cell in a process of its own, all others in between. "+
			"Time is the median of the rounds, spread the way from the fastest to the slowest as a share of it, "+
			"\"x %s\" the median of the ratios within each round. Ratios hold elsewhere; absolute times do not, "+
			"and a difference below the spread is none.",
			runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), time.Now().Format(time.DateOnly), c.rounds, work.Bare),
		peerNote(cells),
	}
	return r
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
