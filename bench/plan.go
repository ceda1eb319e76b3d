package main

import (
	"context"
	"os"
	"time"

	"github.com/braid-go/braid/bench/internal/work"
)

// This file says which cells are measured, and by which program.

// A cell is a workload with a peer, to be measured again and again.
type cell struct {
	order   order
	program string // the executable that does it
	name    string // of the peer in the table
}

// plan gives the cells that the flags ask for, those of a workload beside each
// other, and what is to be called when all have been measured.
func plan(ctx context.Context, c config) (cells []cell, done func(), err error) {
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
	for _, w := range work.All() {
		if w.Kind != work.Cost || !c.works.MatchString(w.Name) {
			continue
		}
		o := order{Workload: w.Name, N: w.N, Procs: w.Procs, Enough: 200 * time.Millisecond}
		if c.quick {
			o.N, o.Enough = max(w.N/10, w.Small), 50*time.Millisecond
		}
		for _, peer := range w.Peers() {
			switch {
			case peer == work.Bare:
			case !c.peers.MatchString(peer):
				continue
			case c.revert != "" && peer != work.Braid:
				continue
			}
			o.Peer = peer
			cells = append(cells, cell{o, self, peer})
			if before != "" && peer == work.Braid {
				cells = append(cells, cell{o, before, peer + " at " + c.revert})
			}
		}
	}
	return cells, done, nil
}
