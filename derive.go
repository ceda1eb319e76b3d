package braid

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// This file puts parts of an error tree together again. What is kept: a node
// nothing was taken from is itself, not a copy; a node that lost everything is
// gone; any other keeps its kind, place and words as well as can be done.

// A built is a node after some units were left out.
type built struct {
	err     error // nil if nothing of it is left
	changed bool  // whether it is not what it was
}

// build gives each node as it is with only the units whose label is kept. The
// first is the root.
func (t *tree) build(kept func(label int) bool) []built {
	out := make([]built, len(t.nodes))
	var was, now []error // what was below a node, and what is: nil where gone
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n := t.nodes[i]
		if n.end == i+1 {
			if kept(n.label) {
				out[i].err = n.err
			} else {
				out[i].changed = true
			}
			continue
		}
		changed, gone := false, true
		for k := i + 1; k < n.end; k = t.nodes[k].end {
			changed = changed || out[k].changed
			gone = gone && out[k].err == nil
		}
		switch {
		case !changed:
			out[i].err = n.err
			continue
		case gone:
			out[i].changed = true
			continue
		}
		was, now = was[:0], now[:0]
		for k := i + 1; k < n.end; k = t.nodes[k].end {
			was = append(was, t.nodes[k].err)
			now = append(now, out[k].err)
		}
		out[i] = built{derive(n.err, was, now), true}
	}
	return out
}

// derive makes the node n anew with now below it in the place of was.
func derive(n error, was, now []error) error {
	left := make([]error, 0, len(now))
	rest := false // it has what the group does not tell
	for _, err := range now {
		switch {
		case err == errUntold:
			rest = true
		case err != nil:
			left = append(left, err)
		}
	}
	switch e := n.(type) {
	case *TaskError:
		d := *e
		d.Err = left[0]
		d.recorded = false // it says something else now
		return &d
	case *TimeoutError:
		d := *e
		d.Err = left[0]
		return &d
	case *PanicError:
		d := *e
		d.Value = left[0]
		return &d
	case *Cancellation:
		d := *e
		d.cause = left[0]
		return &d
	case *timedOutCause:
		return &timedOutCause{left[0]}
	case *lateError:
		return &lateError{left[0], e.timeout}
	case *permanent:
		return &permanent{left[0]}
	case *retryAfter:
		return &retryAfter{left[0], e.after}
	case *GroupError:
		if len(left) == 0 && e.dropped == 0 {
			return e.cut
		}
		d := *e
		d.errs, d.primary = left, nil
		for i, err := range was {
			if task, ok := err.(*TaskError); ok && task == e.primary {
				d.primary, _ = now[i].(*TaskError)
			}
		}
		if !rest {
			d.dropped, d.cut = 0, nil
		}
		return &d
	}
	if isJoined(n) {
		return errors.Join(left...)
	}
	if d := deriveForeign(n, left); d != nil {
		return d
	}
	p := part{n, slices.Clone(was), slices.Clone(now)}
	if _, ok := n.(interface{ Unwrap() []error }); ok {
		return &partOfMany{p, left}
	}
	return &partOfOne{p}
}

// isJoined says whether errors.Join made n.
func isJoined(n error) bool { return reflect.TypeOf(n) == joined }

var joined = reflect.TypeOf(errors.Join(ErrClosed))

// deriveForeign asks n itself; nil means that it cannot, or would rather not.
func deriveForeign(n error, errs []error) (d error) {
	x, ok := n.(interface{ Derive([]error) error })
	if !ok {
		return nil
	}
	defer func() {
		if recover() != nil {
			d = nil
		}
	}()
	if d = x.Derive(slices.Clone(errs)); isNil(d) {
		return nil
	}
	return d
}

// isNil sees through interfaces: a nil pointer is no error, even if the
// function that gave it says so by mistake.
func isNil(err error) bool {
	if err == nil {
		return true
	}
	switch v := reflect.ValueOf(err); v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

// A part stands for a foreign node of which something is gone.
type part struct {
	of       error
	was, now []error
}

// partOfOne and partOfMany unwrap the way the node did that they stand for.
type (
	partOfOne  struct{ part }
	partOfMany struct {
		part
		errs []error
	}
)

func (p *partOfOne) Unwrap() error    { return p.now[0] }
func (p *partOfMany) Unwrap() []error { return p.errs }

// Error gives the node's own text with the text of each error below replaced
// by what has become of it, and by an ellipsis if it is gone. It is put
// together when somebody asks: most parts are never printed.
func (p *part) Error() string {
	text := textOf(p.of)
	var b strings.Builder
	for i, err := range p.was {
		old := textOf(err)
		at := strings.Index(text, old)
		if old == "" || at < 0 {
			continue
		}
		b.WriteString(text[:at])
		if p.now[i] == nil {
			b.WriteString("…")
		} else {
			b.WriteString(textOf(p.now[i]))
		}
		text = text[at+len(old):]
	}
	b.WriteString(text)
	return b.String()
}
