package braid

// This file holds the questions one can ask of a node. Each asks the node
// alone, never what is below it: going down is the tree's business, and
// errors.Is on a whole tree would match it for any one of its errors.

// A Matcher says whether a node of an error tree is one of those sought. It
// is asked of each node from the root down, see [Split], and should look at
// the node itself; errors.Is and errors.As look below it as well, so that a
// Matcher made of them takes whole groups for the sake of one error in them.
// [As] and [Is] make Matchers that do it right.
type Matcher func(node error) bool

func (m Matcher) judge(node error) verdict {
	if m(node) {
		return take
	}
	return descend
}

// As matches the nodes that are an E, or whose own As method says that they
// can be had as one, as errors.As does for a single node. E is a type of
// error, or any interface. An As method that panics counts as no match. A real
// error that came with a timeout, see [TimedOut], is no *TimeoutError.
func As[E any]() Matcher {
	return func(node error) bool {
		_, ok := asNode[E](node)
		return ok
	}
}

// Is matches the nodes that are target, or whose own Is method says so, as
// errors.Is does for a single node. Values that cannot be compared are equal
// to nothing, and an Is method that panics counts as no match. Is(nil)
// matches nothing.
func Is(target error) Matcher {
	return func(node error) bool {
		return target != nil && (equal(node, target) || isNode(node, target))
	}
}

func asNode[E any](node error) (e E, ok bool) {
	if e, ok = node.(E); ok {
		return e, true
	}
	switch x := node.(type) {
	case *lateError: // came with a timeout, and is none
	case interface{ As(any) bool }:
		return askedAs[E](x)
	}
	return e, false
}

// askedAs is apart because the target it needs is an allocation.
func askedAs[E any](x interface{ As(any) bool }) (e E, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	ok = x.As(&e)
	return e, ok
}

func isNode(node, target error) (ok bool) {
	x, has := node.(interface{ Is(error) bool })
	if !has {
		return false
	}
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return x.Is(target)
}

// equal is == for values of which one does not know whether they have it.
func equal(a, b error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return a == b
}
