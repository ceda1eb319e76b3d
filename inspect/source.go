package inspect

import (
	"context"
	"errors"
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
// status 502 and its text, and so is a tree that is nil. What is new among Recent, by ID and
// End, is told to those who follow. Of the options of a request max and under count; what look
// has folded stays folded, and it alone knows of stacks. A node without an ID, or with
// that of another before it, is left out and counted as Truncated. HandlerOf panics if
// look is nil.
func HandlerOf(look func(ctx context.Context) (*Snapshot, error)) http.Handler {
	if look == nil {
		panic("inspect: HandlerOf called with a nil function")
	}
	seen := func(ctx context.Context) (*Snapshot, error) {
		s, err := look(ctx)
		if s == nil && err == nil {
			err = errors.New("there is no tree")
		}
		return s, err
	}
	return &source{
		take: func(ctx context.Context, c *config) (*Snapshot, error) {
			s, err := seen(ctx)
			if err != nil {
				return nil, err
			}
			return s.chosen(c), nil
		},
		about: func(ctx context.Context, id string) (*About, error) {
			s, err := seen(ctx)
			if err != nil {
				return nil, err
			}
			return s.about(id), nil
		},
	}
}

// A told is something that has ended, of which c's follower has heard.
type told struct {
	id  string
	end int64
}

// chosen gives the part of the tree that c asks for, and of what has ended what c has
// not been told of yet.
func (s *Snapshot) chosen(c *config) *Snapshot {
	part := *s
	part.Nodes, part.Recent = []*Node{}, []*Ended{}
	heard := c.told
	c.told = map[told]bool{}
	for _, e := range s.Recent {
		if e == nil {
			continue
		}
		key := told{e.ID, e.End.UnixNano()}
		if !heard[key] {
			part.Recent = append(part.Recent, e)
		}
		c.told[key] = true
	}
	in := map[string]bool{}
	nodes, odd := tidied(s.Nodes)
	part.Truncated += odd
	for _, n := range nodes {
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

// tidied gives the nodes that can be drawn: each has an ID, which no other has, and is
// not in itself, at any depth. Of a ring one is at the top instead. odd is how many
// are left out.
func tidied(nodes []*Node) (tidy []*Node, odd int) {
	at := make(map[string]int, len(nodes))
	for _, n := range nodes {
		if n == nil {
			continue
		}
		if _, known := at[n.ID]; known || n.ID == "" {
			odd++
			continue
		}
		at[n.ID] = len(tidy)
		tidy = append(tidy, n)
	}
	by := make([]int, len(tidy)) // which walk upwards came by, from 1
	for i := range tidy {
		j, up := i, true
		for up && by[j] == 0 {
			by[j] = i + 1
			j, up = at[tidy[j].Up]
		}
		if up && by[j] == i+1 { // this one has, before
			top := *tidy[j]
			top.Up = ""
			tidy[j] = &top
		}
	}
	return tidy, odd
}

// about says of one node why it is still there, as far as the tree tells.
func (s *Snapshot) about(id string) *About {
	l := &gathering{now: s.Time, byID: map[string]*item{}}
	nodes, _ := tidied(s.Nodes)
	for _, n := range nodes {
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
