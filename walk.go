package braid

import (
	"errors"
	"slices"
)

// This file walks error trees. What is kept: whoever wrote the errors, the
// walk does not recurse, comes to an end, and asks and unwraps each node a
// bounded number of times, so that it takes time linear in the tree.

const (
	// maxDepth bounds how many foreign nodes are followed one below the
	// other. A finite tree needs no bound and a cycle is recognised, but an
	// Unwrap that forges a fresh error at each call has no end and looks like
	// neither. A node at the bound counts as a leaf: it is kept, not searched.
	maxDepth = 1 << 20
	// branchDepth is what a branch counts for in that: the walk has to keep
	// its place in each. It leaves room for 131,072 of them.
	branchDepth = 8
	// fewLevels of single wrappers are followed in any case, so that endless
	// errors do not hide their ordinary siblings.
	fewLevels = 64
	// maxRepeats bounds how often branches that occur in several places are
	// unfolded, in nodes. A few dozen branches that contain each other
	// crosswise would unfold to more than any memory holds.
	maxRepeats = 1 << 20
)

// A tree is an error tree laid flat, root first and each node before what is
// below it. A line of single wrappers that does not come to a branch can only
// go whole, so it is one node, a unit; only units have a label of their own.
type tree struct {
	nodes   []node
	seen    map[any]bool // the branches met; true while the walk is below them
	reach   int          // how many foreign nodes deep the walk still goes
	repeats int
}

type node struct {
	err   error
	end   int // one past the last node below; the next index for a unit
	label int // unmatched, or the number of the matcher that has it
}

const unmatched = 0

// errUntold stands in a tree for what a group does not have among its errors: those that it counted and did not keep, and
// what cut it short. No matcher is asked of it, so that it goes with a group that is taken whole, and is among the rest else.
var errUntold = errors.New("what was not kept")

func (e *GroupError) tellsLess() bool { return e != nil && (e.dropped > 0 || e.cut != nil) }

// plant lays out err, labelling what judge takes with 1.
func plant(err error, judge func(error) verdict) *tree {
	t := &tree{reach: maxDepth}
	t.grow(t.line(err, 0, judge), judge)
	return t
}

// A line is a node and what is below it down to the first branch or the end.
type line struct {
	top     error
	verdict verdict // if there is no branch
	cyclic  bool    // it leads back to a branch it hangs from
	singles int     // how many nodes are above the branch
	branch  error
	kids    []error // what is below the branch; nil if there is none
	key     any     // the identity of the branch
	depth   int     // how many foreign nodes are above kids
}

// line follows the single wrappers from top on, asking judge at each node.
func (t *tree) line(top error, depth int, judge func(error) verdict) line {
	l := line{top: top, depth: depth}
	var back loop
	for n := top; !back.closedBy(n); l.singles++ {
		if n == errUntold {
			return l
		}
		if l.verdict = judge(n); l.verdict != descend {
			return l
		}
		one, many, own := below(n)
		if e, ok := n.(*GroupError); ok && e.tellsLess() {
			switch {
			case one != nil:
				one, many = nil, []error{one, errUntold}
			case many != nil:
				many = append(slices.Clip(many), errUntold)
			}
		}
		if one == nil && many == nil {
			return l
		}
		if !own {
			l.depth++
			if many != nil {
				l.depth += branchDepth - 1
			}
			if l.depth > t.reach && (many != nil || l.depth > fewLevels) {
				// A tree with one endless branch may have any number of
				// them, so each one found halves the patience.
				t.reach /= 2
				return l
			}
		}
		if many == nil {
			n = one
			continue
		}
		l.key = identity(n)
		below, again := t.seen[l.key]
		if again {
			t.repeats += len(many)
		}
		switch {
		case below:
			l.cyclic = true
		case t.repeats <= maxRepeats:
			l.branch, l.kids = n, many
		}
		return l
	}
	return l
}

// grow lays out the line l and all below it.
func (t *tree) grow(l line, judge func(error) verdict) {
	type open struct {
		line
		first, last int // the nodes of the line
	}
	var above []open
	for {
		switch first := len(t.nodes); {
		case l.cyclic: // it adds nothing that is not in the tree already
		case l.kids == nil:
			t.unit(l.top, l.verdict)
		default:
			t.lay(l)
			above = append(above, open{l, first, len(t.nodes) - 1})
		}
		// Go on with the next error of the innermost branch that has one.
		for {
			if len(above) == 0 {
				return
			}
			in := &above[len(above)-1]
			if len(in.kids) > 0 {
				l = t.line(in.kids[0], in.depth, judge)
				in.kids = in.kids[1:]
				break
			}
			t.seen[in.key] = false
			for i := in.first; i <= in.last; i++ {
				t.nodes[i].end = len(t.nodes)
			}
			above = above[:len(above)-1]
		}
	}
}

func (t *tree) unit(err error, v verdict) {
	label := unmatched
	if v == take {
		label = 1
	}
	t.nodes = append(t.nodes, node{err: err, end: len(t.nodes) + 1, label: label})
}

// lay appends the nodes of a line that ends in a branch.
func (t *tree) lay(l line) {
	for n, i := l.top, 0; n != nil && i < l.singles; i++ {
		t.nodes = append(t.nodes, node{err: n})
		n, _, _ = below(n)
	}
	t.nodes = append(t.nodes, node{err: l.branch})
	if t.seen == nil {
		t.seen = make(map[any]bool)
	}
	t.seen[l.key] = true
}

// tip follows the line of a unit and gives the innermost task and the leaf,
// which begins below the last node that is structure.
func (t *tree) tip(top error) (task *TaskError, leaf error) {
	begins := true
	t.line(top, 0, func(n error) verdict {
		if begins {
			leaf = n
		}
		if e, ok := n.(*TaskError); ok {
			task = e
		}
		begins = structural(n)
		return descend
	})
	return task, leaf
}
