package model

import (
	"slices"
	"strings"
)

// This file holds errors as the model knows them: trees that are compared as
// text. What of a tree is mere cancellation (rule 3.2) is decided here.

type errKind uint8

const (
	leaf      errKind = iota // a failure of a script's own
	canceled                 // context.Canceled or context.DeadlineExceeded itself
	ours                     // a *Cancellation
	why                      // the cause that the world outside gives
	ofTask                   // a *TaskError
	ofGroup                  // a *GroupError
	wrapped                  // a wrapper around one
	joined                   // several
	timedOut                 // a *TimeoutError
	late                     // a real error after a timeout
	panicked                 // a *PanicError
	notClosed                // ErrNotClosed
	goexit                   // ErrGoexit
	deadlock                 // ErrDeadlock
)

// An err is an error, compared by identity where Go compares errors.
type err struct {
	kind     errKind
	text     string // of a leaf; the path of a task or group
	deadline bool   // of a cancellation: because of one
	after    bool   // of a task: its context was dead before it returned
	below    []*err
	primary  *err   // of a group
	siblings *err   // of a panic
	recorded *group // that has recorded it as a task's failure
}

func text(e *err) string {
	if e == nil {
		return "nil"
	}
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e *err) write(b *strings.Builder) {
	switch e.kind {
	case canceled, ours:
		b.WriteString([][]string{{"c", "d"}, {"C", "D"}}[e.kind-canceled][btoi(e.deadline)])
	case leaf, why, notClosed, goexit, deadlock:
		b.WriteString(e.text)
	case wrapped, late, timedOut:
		b.WriteString(map[errKind]string{wrapped: "W", late: "L", timedOut: "X"}[e.kind] + e.text)
		e.list(b, "(", ")")
	case ofTask:
		b.WriteString("T:" + e.text)
		if e.after {
			b.WriteByte('+')
		}
		e.list(b, "(", ")")
	case ofGroup:
		b.WriteString("G:" + e.text)
		e.list(b, "[", "]")
	case joined:
		// One inside the other is not told from one beside the other.
		b.WriteByte('J')
		flat := &err{below: e.flat()}
		flat.list(b, "[", "]")
	case panicked:
		b.WriteString("P" + e.text)
		if e.siblings != nil {
			b.WriteString("{" + strings.Join(e.siblings.leaves(), " ") + "}")
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (e *err) list(b *strings.Builder, open, shut string) {
	b.WriteString(open)
	for i, x := range e.below {
		if i > 0 {
			b.WriteByte(' ')
		}
		if e.primary == x {
			b.WriteByte('*')
		}
		x.write(b)
	}
	b.WriteString(shut)
}

func (e *err) flat() (all []*err) {
	for _, x := range e.below {
		if x.kind == joined {
			all = append(all, x.flat()...)
		} else {
			all = append(all, x)
		}
	}
	return all
}

// leaves gives what went wrong beside a panic, in the order of the alphabet: how
// it hangs together is not promised.
func (e *err) leaves() (all []string) {
	switch {
	case e.kind == panicked:
		all = append(all, "P"+e.text)
		if e.siblings != nil {
			all = append(all, e.siblings.leaves()...)
		}
	case len(e.below) == 0:
		all = append(all, text(e))
	default:
		for _, x := range e.below {
			all = append(all, x.leaves()...)
		}
	}
	slices.Sort(all)
	return all
}

// join is errors.Join, which leaves one error as it is.
func join(errs ...*err) *err {
	errs = slices.DeleteFunc(slices.Clone(errs), func(e *err) bool { return e == nil })
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return &err{kind: joined, below: errs}
}

// without gives what is left of e without the leaves that is says are
// cancellations, in its shape; nil if nothing is left (rule 3.2). A timeout of
// a limit inside and a panic are never cancellations.
func (e *err) without(is func(*err) bool) *err {
	switch {
	case e.kind == timedOut, e.kind == panicked:
		return e
	case is(e):
		return nil
	case len(e.below) == 0:
		return e
	}
	left := *e
	left.below = nil
	for _, x := range e.below {
		y := x.without(is)
		if y == nil {
			continue
		}
		if e.primary == x {
			left.primary = y
		}
		left.below = append(left.below, y)
	}
	switch {
	case len(left.below) == 0:
		return nil
	case slices.Equal(left.below, e.below):
		return e
	case e.kind == joined && len(left.below) == 1:
		return left.below[0]
	}
	return &left
}
