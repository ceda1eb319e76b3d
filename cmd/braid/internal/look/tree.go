package look

import (
	"cmp"
	"slices"
	"strings"

	"github.com/braid-go/braid/inspect"
)

// This file holds a program's tree, and brings it up to date.

// A Tree is what is known of a program.
type Tree struct {
	Head  inspect.Snapshot // without nodes
	nodes map[string]*inspect.Node
	kids  map[string][]*inspect.Node // in what order they came; "" has the roots
	dirty bool                       // kids is not what nodes say
}

// NewTree makes a tree of what was seen.
func NewTree(s *inspect.Snapshot) *Tree {
	t := &Tree{Head: *s, nodes: make(map[string]*inspect.Node, len(s.Nodes)), dirty: true}
	t.Head.Nodes, t.Head.Recent = nil, nil
	for _, n := range s.Nodes {
		t.nodes[n.ID] = n
	}
	return t
}

// Apply makes a change.
func (t *Tree) Apply(p *inspect.Patch) {
	t.Head.Time, t.Head.Totals, t.Head.Truncated = p.Time, p.Totals, p.Truncated
	for _, n := range p.Nodes {
		t.nodes[n.ID] = n
	}
	for _, id := range p.Gone {
		delete(t.nodes, id)
	}
	t.dirty = t.dirty || len(p.Nodes)+len(p.Gone) > 0
}

// Len is how many nodes there are.
func (t *Tree) Len() int { return len(t.nodes) }

// Node gives the node with that ID, or nil.
func (t *Tree) Node(id string) *inspect.Node { return t.nodes[id] }

// Up gives the node that n is in, or nil.
func (t *Tree) Up(n *inspect.Node) *inspect.Node {
	if t.dirty {
		t.arrange()
	}
	return t.nodes[n.Up]
}

// Kids gives what is in the node with that ID, by age, and what is folded behind
// what it is like. "" is for the nodes that are in none.
func (t *Tree) Kids(id string) []*inspect.Node {
	if t.dirty {
		t.arrange()
	}
	return t.kids[id]
}

func (t *Tree) arrange() {
	t.dirty = false
	t.cutRings()
	t.kids = make(map[string][]*inspect.Node)
	for _, n := range t.nodes {
		up := n.Up
		if t.nodes[up] == nil {
			up = ""
		}
		t.kids[up] = append(t.kids[up], n)
	}
	for _, list := range t.kids {
		slices.SortFunc(list, t.byAge)
	}
}

// cutRings puts one of those nodes at the top that are in themselves, at any depth.
func (t *Tree) cutRings() {
	by := make(map[string]int, len(t.nodes)) // which walk upwards came by
	walk := 0
	for _, n := range t.nodes {
		walk++
		for n != nil && by[n.ID] == 0 {
			by[n.ID] = walk
			n = t.nodes[n.Up]
		}
		if n == nil || by[n.ID] != walk {
			continue
		}
		top := n // or another, but each time the same
		for up := t.nodes[n.Up]; up != n; up = t.nodes[up.Up] {
			if up.ID < top.ID {
				top = up
			}
		}
		top.Up = ""
	}
}

// byAge has what runs before what is queued, the oldest first, and what is folded
// behind what it is like.
func (t *Tree) byAge(a, b *inspect.Node) int {
	x, y := t.lead(a), t.lead(b)
	return cmp.Or(cmp.Compare(rank(x), rank(y)), x.Since.Compare(y.Since), cmp.Compare(len(x.ID), len(y.ID)), cmp.Compare(x.ID, y.ID),
		cmp.Compare(len(a.Like), len(b.Like)))
}

// lead is what n is folded behind, or n itself.
func (t *Tree) lead(n *inspect.Node) *inspect.Node {
	if like := t.nodes[n.Like]; like != nil && like.Type != "more" {
		return like
	}
	return n
}

func rank(n *inspect.Node) int {
	switch {
	case n.Type == "body":
		return 0
	case n.State == "queued":
		return 2
	}
	return 1
}

// Below counts what is in a node, at any depth, what is folded included. It
// fills counts with those of all nodes below it.
func (t *Tree) Below(id string, counts map[string]int) (n int) {
	for _, k := range t.Kids(id) {
		n += max(1, k.Count) + t.Below(k.ID, counts)
	}
	counts[id] = n
	return n
}

// Condition is what is most worth knowing of a node's state, in a word.
func (t *Tree) Condition(n *inspect.Node) string {
	switch {
	case n.Waits != nil && n.Waits.Ring:
		return "ring"
	case t.Dead(n):
		return "cancelled"
	case n.State == "running" && n.Waits != nil:
		return "waiting"
	}
	return n.State
}

// Dead reports whether the node is cancelled, or the group that it is in.
func (t *Tree) Dead(n *inspect.Node) bool {
	if n.Cancelled != nil || n.Type == "group" {
		return n.Cancelled != nil
	}
	up := t.nodes[n.Up]
	return up != nil && up.Type == "group" && up.Cancelled != nil
}

// Conditions are the words of Condition, but for those of groups that are well.
var Conditions = []string{"running", "waiting", "queued", "cancelled", "ring", "open", "joining", "closing"}

// A Filter chooses nodes.
type Filter struct {
	State string // a word of Conditions
	Name  string // a part of the name or path
}

// Any reports whether there is anything to choose.
func (f Filter) Any() bool { return f.State != "" || f.Name != "" }

// Match reports whether the filter chooses n. A node that waits is running, and
// one that is cancelled has its state as well.
func (f Filter) Match(t *Tree, n *inspect.Node) bool {
	if f.State != "" && f.State != n.State && f.State != t.Condition(n) && !(f.State == "cancelled" && t.Dead(n)) && !(f.State == "waiting" && n.Waits != nil) {
		return false
	}
	if f.Name == "" {
		return true
	}
	name := strings.ToLower(f.Name)
	return strings.Contains(strings.ToLower(n.Path), name) || strings.Contains(strings.ToLower(n.Name), name) || n.ID == f.Name
}

// Chosen gives the nodes that f chooses, and those that they are in. What is
// folded comes with what it is like.
func (t *Tree) Chosen(f Filter) (hits, shown map[string]bool) {
	hits, shown = map[string]bool{}, map[string]bool{}
	for _, n := range t.nodes {
		if !f.Match(t, t.lead(n)) {
			continue
		}
		hits[n.ID] = true
		for up := n; up != nil && !shown[up.ID]; up = t.nodes[up.Up] {
			shown[up.ID] = true
		}
	}
	return hits, shown
}

// Find gives the nodes that go by an ID, else by a path, else by the end of one.
func (t *Tree) Find(what string) (found []*inspect.Node) {
	if n := t.nodes[what]; n != nil && n.Type != "more" {
		return []*inspect.Node{n}
	}
	for _, fits := range []func(n *inspect.Node) bool{
		func(n *inspect.Node) bool { return n.Path == what },
		func(n *inspect.Node) bool { return n.Name == what || strings.HasSuffix(n.Path, "/"+what) },
	} {
		for _, n := range t.nodes {
			if n.Type != "more" && fits(n) {
				found = append(found, n)
			}
		}
		if len(found) > 0 {
			slices.SortFunc(found, t.byAge)
			return found
		}
	}
	return nil
}
