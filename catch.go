package braid

import (
	"errors"
	"unsafe"
)

// This file is Python's except* (PEP 654) as a function. What is kept: each
// error of the tree goes to one clause at most, and whatever no clause took,
// or a clause gave back, is found in the result where it was.

// A Clause is one arm of [Catch]: what it takes, and what is done with that.
// It is made by [On], [When] or [Otherwise] and may be used any number of times.
type Clause struct {
	// begin prepares the clause for one run of Catch.
	begin func() (match Matcher, run func(part error) error)
}

// On makes a clause for the errors that are an E, as [As] finds them. fn gets
// all of them in their original shape as one error, and the values themselves
// in the tree's order, never none. What fn returns is told at [Catch]. On
// panics if fn is nil.
func On[E any](fn func(err error, matched []E) error) Clause {
	if fn == nil {
		panic("braid: On called with a nil function")
	}
	return Clause{func() (Matcher, func(error) error) {
		var found []E
		match := func(node error) bool {
			e, ok := asNode[E](node)
			if ok {
				found = append(found, e)
			}
			return ok
		}
		return match, func(part error) error { return fn(part, found) }
	}}
}

// When makes a clause for the errors that match. fn gets all of them in their
// original shape as one error. What fn returns is told at [Catch]. When panics
// if match or fn is nil.
func When(match Matcher, fn func(err error) error) Clause {
	if match == nil {
		panic("braid: When called with a nil Matcher")
	}
	if fn == nil {
		panic("braid: When called with a nil function")
	}
	return Clause{func() (Matcher, func(error) error) { return match, fn }}
}

// Otherwise makes a clause for all that the clauses before it have left. fn
// gets it as one error. What fn returns is told at [Catch]. It is except*
// Exception. Otherwise panics if fn is nil.
func Otherwise(fn func(err error) error) Clause {
	if fn == nil {
		panic("braid: Otherwise called with a nil function")
	}
	return When(func(error) bool { return true }, fn)
}

// Catch handles the errors of a tree by kind. The clauses are tried in order;
// each takes what matches of the part that those before it have left, as
// [Split] would, and runs at most once, only if it took something, with all of
// it as one error. An error that is no tree is a tree of one.
//
// What a clause returns decides:
//   - nil (or a nil pointer by mistake): what it took is handled;
//   - exactly the error it was given: all of it goes back to where it was;
//   - any other error, a wrapper around what it was given or a part of it
//     included: a new error in place of what it took.
//
// What remains of err keeps its shape and order, and is err itself if no
// clause changed anything. Catch returns it as it is if there are no new
// errors; one new error as it is if nothing remains; and otherwise the new
// errors in the order of their clauses with what remains last, joined by
// errors.Join. If all is handled, and if err is nil, it returns nil.
//
// A panic of a clause passes through. Catch panics if a clause is the zero
// Clause.
func Catch(err error, clauses ...Clause) error {
	for _, c := range clauses {
		if c.begin == nil {
			panic("braid: Catch called with an empty Clause; On, When and Otherwise make them")
		}
	}
	if err == nil || len(clauses) == 0 {
		return err
	}
	var (
		t     *tree
		given = make([]bool, len(clauses)+1) // by label: what goes back
		fresh []error
	)
	given[unmatched] = true
	for i, c := range clauses {
		label := i + 1 // plant labels with 1 what the first clause takes
		match, run := c.begin()
		if t == nil {
			t = plant(err, match.judge)
		} else {
			t.claim(label, match)
		}
		part := t.build(func(l int) bool { return l == label })[0].err
		if part == nil {
			continue
		}
		switch got := run(part); {
		case identical(got, part):
			given[label] = true
		case !isNil(got):
			fresh = append(fresh, got)
		}
	}
	rest := t.build(func(l int) bool { return given[l] })[0].err
	switch {
	case len(fresh) == 0:
		return rest
	case len(fresh) == 1 && rest == nil:
		return fresh[0]
	}
	return errors.Join(append(fresh, rest)...)
}

// claim labels what matches among the units that are still unmatched. A node
// is asked as it is without those that are not, so that it cannot match for
// the sake of an error another clause has taken.
func (t *tree) claim(label int, match Matcher) {
	view := t.build(func(l int) bool { return l == unmatched })
	probe := tree{reach: maxDepth}
	for i := 0; i < len(t.nodes); {
		n := &t.nodes[i]
		switch {
		case view[i].err == nil:
			i = n.end
		case n.end == i+1:
			if probe.line(n.err, 0, match.judge).verdict == take {
				n.label = label
			}
			i++
		case match(view[i].err):
			for end := n.end; i < end; i++ {
				if m := &t.nodes[i]; m.end == i+1 && m.label == unmatched {
					m.label = label
				}
			}
		default:
			i++
		}
	}
}

// identical says whether b is exactly a. Errors that cannot be compared are
// told apart by where their values stand, which survives being passed on.
func identical(a, b error) bool {
	type words [2]unsafe.Pointer
	return *(*words)(unsafe.Pointer(&a)) == *(*words)(unsafe.Pointer(&b)) || equal(a, b)
}
