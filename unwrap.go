package braid

import "reflect"

// This file reads single nodes. What is kept: no method of a foreign error can
// make the walk panic, and no comparison here can be of values that do not
// have one.

// structural says whether n is a node of its own and never part of a leaf.
func structural(n error) bool {
	switch n.(type) {
	case *TaskError, *GroupError, interface{ Unwrap() []error }:
		return true
	}
	return false
}

// below gives what is directly below a node: nothing, one error, or several.
// own is set for our types, whose Unwrap can be trusted to forge nothing.
func below(n error) (one error, many []error, own bool) {
	own = true
	switch e := n.(type) {
	case *TaskError:
		if e != nil {
			one = e.Err
		}
	case *TimeoutError:
		if e != nil {
			one = e.Err
		}
	case *PanicError:
		if e != nil {
			one, _ = e.Value.(error)
		}
	case *GroupError:
		if e != nil {
			many = e.errs
		}
	default:
		own = false
		one, many = unwrap(n)
	}
	for i, kid := range many {
		if kid == nil {
			many = withoutNil(many, i)
			break
		}
	}
	switch len(many) {
	case 0:
		return one, nil, own
	case 1:
		return many[0], nil, own
	}
	return nil, many, own
}

func withoutNil(errs []error, first int) []error {
	kept := append(make([]error, 0, len(errs)-1), errs[:first]...)
	for _, err := range errs[first:] {
		if err != nil {
			kept = append(kept, err)
		}
	}
	return kept
}

// unwrap calls a foreign Unwrap, if there is one that does not panic.
func unwrap(n error) (one error, many []error) {
	switch e := n.(type) {
	case interface{ Unwrap() error }:
		defer func() { _ = recover() }()
		return e.Unwrap(), nil
	case interface{ Unwrap() []error }:
		defer func() { _ = recover() }()
		return nil, e.Unwrap()
	}
	return nil, nil
}

// identity gives a branch's name in a map: the pointer it is, or, for types
// that are values and perhaps not comparable, where its errors stand.
func identity(n error) any {
	if isPointer(n) {
		return n
	}
	if _, errs := unwrap(n); len(errs) > 0 { // nils included: a copy without them is new each time
		return &errs[0]
	}
	return new(error) // it has changed its mind; equal to no other
}

func isPointer(err error) bool { return reflect.TypeOf(err).Kind() == reflect.Pointer }

// A loop recognises a chain that runs in a circle (Brent's algorithm: a mark
// that moves to the current node each time the way since the start doubled).
// Only pointers are marked: comparing those is cheap and cannot panic, and a
// circle without one is ended by maxDepth.
type loop struct {
	mark     error
	at, next int
}

func (l *loop) closedBy(n error) bool {
	if l.mark != nil && l.mark == n {
		return true
	}
	if l.at++; l.at > l.next && isPointer(n) {
		l.mark, l.next = n, 2*l.at
	}
	return false
}
