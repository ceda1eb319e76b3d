package top

import (
	"cmp"
	"slices"
	"strings"

	"github.com/braid-go/braid/inspect"

	"github.com/braid-go/braid/cmd/braid/internal/look"
)

// This file makes rows of the tree: what is not folded and what is searched for,
// in the order that the user wants. It is done once for a change, not for each
// screen.

// A row is a node in its place.
type row struct {
	n      *inspect.Node
	margin string // the lines of the tree before it
	below  int    // how many are in it
	hit    bool   // it is one of those searched for
}

// An order is how siblings are sorted.
type order int

const (
	byAge order = iota
	byName
	byState
	bySize
	orders
)

func (o order) String() string { return [...]string{"age", "name", "state", "children"}[o] }

// lay makes the rows anew if need be, and keeps the cursor on what it was on.
func (m *Model) lay() {
	if !m.stale || m.tree == nil {
		return
	}
	m.stale = false
	m.rows = m.rows[:0]
	l := layout{m: m, below: map[string]int{}}
	m.tree.Below("", l.below)
	if m.filter.Any() {
		l.hits, l.shown = m.tree.Chosen(m.filter)
	}
	l.list("", "", true)
	for i, r := range m.rows {
		if r.n.ID == m.current {
			m.cursor = i
			return
		}
	}
	m.move(0) // it has ended: on to what is in its place
}

type layout struct {
	m           *Model
	below       map[string]int
	hits, shown map[string]bool // nil for all
}

func (l *layout) list(id, margin string, top bool) {
	kids := l.sorted(l.m.tree.Kids(id))
	if l.shown != nil {
		kids = slices.DeleteFunc(slices.Clone(kids), func(n *inspect.Node) bool { return !l.shown[n.ID] })
	}
	for i, n := range kids {
		connector, in := "├─", "│ "
		switch {
		case top:
			connector, in = "", ""
		case i == len(kids)-1:
			connector, in = "└─", "  "
		}
		l.m.rows = append(l.m.rows, row{n, margin + connector, l.below[n.ID], l.hits == nil || l.hits[n.ID]})
		if !l.m.folded[n.ID] || l.shown != nil {
			l.list(n.ID, margin+in, false)
		}
	}
}

// sorted gives siblings in the order wanted. What is folded stays behind what it
// is like.
func (l *layout) sorted(kids []*inspect.Node) []*inspect.Node {
	if l.m.order == byAge || len(kids) < 2 {
		return kids
	}
	t := l.m.tree
	kids = slices.Clone(kids)
	lead := func(n *inspect.Node) *inspect.Node {
		if like := t.Node(n.Like); like != nil {
			return like
		}
		return n
	}
	slices.SortStableFunc(kids, func(a, b *inspect.Node) int {
		x, y := lead(a), lead(b)
		switch l.m.order {
		case byName:
			return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.ID, y.ID))
		case byState:
			return cmp.Or(cmp.Compare(urgency(t, x), urgency(t, y)), x.Since.Compare(y.Since), strings.Compare(x.ID, y.ID))
		}
		return cmp.Or(cmp.Compare(l.below[y.ID], l.below[x.ID]), x.Since.Compare(y.Since), strings.Compare(x.ID, y.ID))
	})
	return kids
}

// urgency has come first what one looks for.
func urgency(t *look.Tree, n *inspect.Node) int {
	return slices.Index([]string{"ring", "cancelled", "closing", "joining", "waiting", "running", "open", "queued"}, t.Condition(n))
}
