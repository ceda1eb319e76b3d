package braid

import "iter"

// This file takes error trees apart. An error tree is anything errors.Is
// would search: ours, errors.Join, fmt.Errorf, any type with an Unwrap. What
// is kept: every error of the tree lands in exactly one part. The idea and the
// laws are those of Python's ExceptionGroup (PEP 654). The walk is in walk.go,
// single nodes are read in unwrap.go, and made anew in derive.go.

// Split takes an error tree apart: matched has the errors that match, rest
// the others. The tree is whatever errors.Is would search, including what
// errors.Join and fmt.Errorf make.
//
// The matcher is asked of each node from the root down. A node that matches
// goes into matched whole, and nothing below it is asked. A chain of single
// wrappers that ends without branching is one error, a leaf: if any node of
// it matches, all of it goes. A [*GroupError] or [*TaskError] is always a
// node of its own, as is everything with an Unwrap() []error.
//
// Both parts keep the shape, order, paths and sites of the tree. A branch
// that lost everything vanishes; one that has a single error left stays a
// branch. If all matches, matched is err itself and rest is nil; if nothing
// does, matched is nil and rest is err itself. Split(nil, match) is nil, nil.
//
// Only nodes above a cut are made anew. A [*GroupError] keeps its Primary in
// the part that has that failure, and its Dropped count and what cut it short in
// rest, even where nothing else is left of it: nobody can tell what those were.
// Only who takes the group itself takes them. A foreign type may have a method
//
//	Derive(errs []error) error
//
// that makes a node of its kind with fewer errors below. Without it the node
// is replaced by a stand-in that has its text, with what is gone left out, and
// not its type.
//
// Panics of the errors' own methods are recovered and count as "no": no match,
// nothing below. Cycles end where they close. Split panics if match is nil.
func Split(err error, match Matcher) (matched, rest error) {
	if match == nil {
		panic("braid: Split called with a nil Matcher")
	}
	return partition(err, match.judge)
}

// Subgroup gives what [Split] calls matched: the part of the tree that
// matches, in its original shape; nil if nothing matches, err itself if all
// does. It panics if match is nil.
func Subgroup(err error, match Matcher) error {
	if match == nil {
		panic("braid: Subgroup called with a nil Matcher")
	}
	matched, _ := partition(err, match.judge)
	return matched
}

// Leaves gives the errors at the ends of the tree, depth first, each with the
// path of the innermost [*TaskError] above it ("" if there is none). What
// counts as one leaf is told at [Split]; it comes with its wrappers on.
// Leaves(nil) gives none. The tree is read anew by each loop.
func Leaves(err error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err == nil {
			return
		}
		t := plant(err, func(error) verdict { return descend })
		probe := tree{reach: maxDepth}
		var tasks []int // the nodes above that are a *TaskError
		for i, n := range t.nodes {
			for len(tasks) > 0 && t.nodes[tasks[len(tasks)-1]].end <= i {
				tasks = tasks[:len(tasks)-1]
			}
			if n.end > i+1 {
				if _, ok := n.err.(*TaskError); ok {
					tasks = append(tasks, i)
				}
				continue
			}
			if n.err == errUntold {
				continue
			}
			task, leaf := probe.tip(n.err)
			if task == nil && len(tasks) > 0 {
				task = t.nodes[tasks[len(tasks)-1]].err.(*TaskError)
			}
			path := ""
			if task != nil {
				path = task.Path()
			}
			if !yield(path, leaf) {
				return
			}
		}
	}
}

// A verdict is what a judge says of a node.
type verdict int8

const (
	descend verdict = iota // ask below; a leaf of which nothing is taken goes to rest
	take                   // the node goes to matched, whole
	keep                   // the node goes to rest, whole
)

// partition is [Split] with a judge that may also keep a node without being
// asked about what is below. A tree that does not branch, as most errors do
// not, costs no allocation.
func partition(err error, judge func(error) verdict) (matched, rest error) {
	if err == nil {
		return nil, nil
	}
	t := tree{reach: maxDepth}
	l := t.line(err, 0, judge)
	if l.kids == nil {
		if l.verdict == take {
			return err, nil
		}
		return nil, err
	}
	t.grow(l, judge)
	return t.build(func(label int) bool { return label != unmatched })[0].err,
		t.build(func(label int) bool { return label == unmatched })[0].err
}
