package main

import (
	"context"
	"fmt"
	"os"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/socket"
)

// This file lets people look at the tree of a run, map or first.

// anyPort is where the tree is served if no address is given: on the loopback
// interface.
const anyPort = ":0"

// listen opens what --inspect asks for, before anything is started, and says
// where that is. The socket is for braid ps --pid; it goes without.
func (s *session) listen(verb string) error {
	if s.opts.inspect == "" {
		return nil
	}
	l, err := inspect.Listen(string(s.opts.inspect))
	if err != nil {
		return noHint("cannot serve the tree at %s: %v", s.opts.inspect, err)
	}
	fmt.Fprintf(os.Stderr, "braid %s: the tree is at http://%s/\n", verb, l.Addr())
	s.looks = append(s.looks, l)
	if l, err := socket.Listen(); err == nil {
		s.looks = append(s.looks, l)
	}
	return nil
}

// serve serves the tree for as long as there is one.
func (s *session) serve(g *braid.Group) {
	for _, l := range s.looks {
		g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background, braid.Name("inspect at "+l.Addr().Network()))
	}
}

// unlisten closes what was not served, and what was a second time.
func (s *session) unlisten() {
	for _, l := range s.looks {
		l.Close()
	}
}
