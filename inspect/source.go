package inspect

import (
	"context"
	"net/http"
	"slices"
)

// This file lets the handler serve a tree that is not this process's: it may come from
// another machine.

// A source is where the handler has the tree from.
type source struct {
	take  func(ctx context.Context, c *config) (*Snapshot, error)
	about func(ctx context.Context, id string) (*About, error)
}

// here is this process.
var here = &source{
	take:  func(_ context.Context, c *config) (*Snapshot, error) { return take(c), nil },
	about: func(_ context.Context, id string) (*About, error) { return about(id), nil },
}

// HandlerOf serves, as [Handler] does, the tree that look gives: one that another
// process has told of, say. look is called for each request, with the request's
// context, and for each look of somebody who follows; it may be called by several
// goroutines at once, and what it gives is not changed. Its error is answered with
// status 502 and its text. Of the options of a request max and under count; what look
// has folded stays folded, and it alone knows of stacks. HandlerOf panics if look is
// nil.
func HandlerOf(look func(ctx context.Context) (*Snapshot, error)) http.Handler {
	if look == nil {
		panic("inspect: HandlerOf called with a nil function")
	}
	return &source{
		take: func(ctx context.Context, c *config) (*Snapshot, error) {
			s, err := look(ctx)
			if err != nil {
				return nil, err
			}
			return s.chosen(c), nil
		},
		about: func(ctx context.Context, id string) (*About, error) {
			s, err := look(ctx)
			if err != nil {
				return nil, err
			}
			return s.about(id), nil
		},
	}
}

// chosen gives the part of the tree that c asks for.
func (s *Snapshot) chosen(c *config) *Snapshot {
	part := *s
	part.Nodes, part.Recent = []*Node{}, []*Ended{}
	if c.since == 0 {
		part.Recent = append(part.Recent, s.Recent...)
	}
	part.last = 1 // they are told of once
	in := map[string]bool{}
	for _, n := range s.Nodes {
		if c.under != "" && n.ID != c.under && !in[n.Up] {
			continue
		}
		if len(part.Nodes) == c.max {
			part.Truncated++
			continue
		}
		in[n.ID] = true
		part.Nodes = append(part.Nodes, n)
	}
	return &part
}

// about says of one node why it is still there, as far as the tree tells.
func (s *Snapshot) about(id string) *About {
	l := &gathering{now: s.Time, byID: map[string]*item{}}
	for _, n := range s.Nodes {
		it := &item{Node: n, up: l.byID[n.Up]}
		if it.up != nil {
			it.up.kids = append(it.up.kids, it)
		}
		l.byID[n.ID] = it
	}
	it := l.byID[id]
	if it == nil {
		return nil
	}
	a := &About{Version: Version, Time: s.Time, Node: it.Node, Up: []*Node{}, Why: []string{}}
	for up := it.up; up != nil; up = up.up {
		a.Up = append(a.Up, up.Node)
	}
	slices.Reverse(a.Up)
	a.Why = append(a.Why, l.why(it)...)
	return a
}
