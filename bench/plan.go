package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/braid-go/braid/bench/internal/table"
	"github.com/braid-go/braid/bench/internal/work"
)

// This file says which cells are measured, and by which program.

// A cell is a workload with a peer, to be measured again and again.
type cell struct {
	order   order
	program string // the executable that does it
	name    string // of the peer in the table

	// Of the table of growth, where a workload may be one of several that are
	// the same at different sizes.
	family string
	size   int
}

// plan gives the cells that the flags ask for, those of a workload beside each
// other, and what is to be called when all have been measured.
func plan(ctx context.Context, c config, stderr io.Writer) (cells []cell, done func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	before := ""
	done = func() {}
	if c.revert != "" {
		if before, done, err = buildAt(ctx, c.revert); err != nil {
			return nil, nil, err
		}
	}
	there := available()
	for _, w := range work.All() {
		for _, s := range sizes(c, w) {
			if !c.works.MatchString(s.family) {
				continue
			}
			o := order{Workload: w.Name, N: s.n, Procs: w.Procs, Times: s.times, Enough: 200 * time.Millisecond}
			if c.quick {
				o.N, o.Times, o.Enough = max(s.n/10, min(w.Small, s.n), s.size), s.times/10, 50*time.Millisecond
			}
			for _, peer := range w.Peers() {
				switch {
				case peer == work.Bare:
				case !c.peers.MatchString(peer):
					continue
				case c.revert != "" && peer != work.Braid:
					continue
				}
				if need := needs(w, peer, s.size); there > 0 && need > there {
					fmt.Fprintf(stderr, "bench: %s of %s with %d is left out: it may need %s and %s are free\n",
						s.family, peer, s.size, table.Size(float64(need)), table.Size(float64(there)))
					continue
				}
				o.Peer = peer
				cells = append(cells, cell{o, self, peer, s.family, s.size})
				if before != "" && peer == work.Braid {
					cells = append(cells, cell{o, before, peer + " at " + c.revert, s.family, s.size})
				}
			}
		}
	}
	return cells, done, nil
}

// A sized is a workload at one size.
type sized struct {
	family         string // the name without the size
	size, n, times int
}

// sizes gives the sizes at which a workload stands in the table that is asked
// for. In that of growth small ones are done several times in one run.
func sizes(c config, w *work.Workload) []sized {
	if c.kind != work.Growth {
		if w.Kind != c.kind {
			return nil
		}
		return []sized{{w.Name, 0, w.N, 0}}
	}
	const run = 100_000 // units that take long enough to be measured
	if w.Family != "" {
		if w.Size > c.most {
			return nil
		}
		return []sized{{w.Family, w.Size, w.N, min(20, run/w.N)}}
	}
	if w.Kind != work.Cost || w.Unit != "item" {
		return nil
	}
	var out []sized
	for size := 100; size <= min(c.most, 10*w.N); size *= 100 {
		if size > 1_000_000 {
			size = 10_000_000
		}
		out = append(out, sized{w.Name, size, size, min(1000, run/size)})
	}
	return out
}

// needs guesses the memory in bytes that a workload may take: a goroutine for
// each unit, unless it is known that they do not all exist at the same time.
func needs(w *work.Workload, peer string, size int) int {
	const goroutine, queued = 3500, 400
	if size <= 1_000_000 {
		return 0 // any machine has that
	}
	if w.Family != "" && (w.Blocks || peer != work.Braid) {
		return size * goroutine
	}
	return size * queued
}
