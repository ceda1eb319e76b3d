package model

import "time"

// This file holds contexts: a tree in which death goes downwards, at once, and
// the first cause wins (rules 5.3 and 5.4).

type scope struct {
	up   *scope
	kids []*scope
	dead *death

	at    time.Duration // its own deadline, or 0
	limit *death        // what it dies of then
}

// A death is what a context died of.
type death struct {
	err   *err // what Err says
	cause *err // what context.Cause says
}

var (
	plainCanceled = &err{kind: canceled}
	plainDeadline = &err{kind: canceled, deadline: true}
	errWhy        = &err{kind: why, text: "why"}
)

// cancelled makes the death of a context that the library cancels.
func cancelled() *death { return &death{plainCanceled, &err{kind: ours}} }

// expired makes the death by a limit's deadline.
func expired() *death { return &death{plainDeadline, &err{kind: ours, deadline: true}} }

// child gives a context below s, or one of its own if s is nil.
func (s *scope) child() *scope {
	c := &scope{up: s}
	if s != nil {
		c.dead = s.dead
		s.kids = append(s.kids, c)
	}
	return c
}

func (s *scope) die(d *death) {
	if s.dead != nil {
		return
	}
	s.dead = d
	for _, k := range s.kids {
		k.die(d)
	}
}

// outside gives the one plain error for what the death of s cut short: the
// cause, or, if that does not say that it is a cancellation, one that does
// (rule 3.6).
func (s *scope) outside() *err {
	if s.dead.cause.kind == why {
		return &err{kind: ours}
	}
	return s.dead.cause
}

// judge tells what the error is with which a task or body of g ended: nothing
// new, if it is a failure that g knows already (rule 3.7); or what is left of
// it as a failure; or nothing, if it is all cancellation (rules 3.2 to 3.4).
func (g *group) judge(e *err, ctx *scope) (failure, known *err) {
	if e.recorded == g {
		return nil, e
	}
	if e.kind == joined {
		var left []*err
		for _, x := range e.below {
			if x.recorded == g {
				known = x
			} else {
				left = append(left, x)
			}
		}
		if e = join(left...); e == nil {
			return nil, known
		}
	}
	if ctx.dead == nil { // rule 3.3
		return e, nil
	}
	byDeadline := ctx.dead.err.deadline || g.scope.up.dead != nil && g.scope.up.dead.err.deadline
	return e.without(func(x *err) bool {
		switch x.kind {
		case ours:
			return true
		case canceled:
			return !x.deadline || byDeadline || x == ctx.dead.cause
		}
		return x == ctx.dead.cause
	}), nil
}
