package braid

import (
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file is the other side of internal/seam/errors.go: errors of this
// package that are made, and read, for groups that are not this package's.

func init() {
	seam.NewPlace = newPlace
	seam.Path = func(place any, name string) string { return joinPath(infoOf(place).path(), name) }
	seam.PlaceOf = func(place any) (string, *seam.Where) {
		in := infoOf(place)
		if in == nil {
			return "", nil
		}
		return in.path(), siteFor(in.site, in.pc)
	}
	seam.NewTaskError = newTaskError
	seam.NewGroupError = newGroupError
	seam.NewTimeoutError = func(t seam.Timeout) error {
		return &TimeoutError{Name: t.Name, After: t.After, Err: t.Err, pc: t.PC, site: (*Site)(t.Site)}
	}
	seam.NewCancellation = newCancellation
	seam.NewLateError = func(err, timeout error) error { return &lateError{err, timeout.(*TimeoutError)} }
	seam.ReadTaskError = readTaskError
	seam.ReadGroupError = readGroupError
	seam.ReadTimeoutError = readTimeoutError
	seam.ReadCancellation = readCancellation
	seam.ReadLateError = func(err error) (error, error, bool) {
		if e, ok := err.(*lateError); ok && e != nil {
			return e.error, e.timeout, true
		}
		return nil, nil, false
	}
	seam.ReadAdvice = func(err error) (error, bool, time.Duration, bool) {
		switch e := err.(type) {
		case *permanent:
			return e.error, true, 0, true
		case *retryAfter:
			return e.error, false, e.after, true
		}
		return nil, false, 0, false
	}
	seam.Beside = beside
	seam.Recorded = func(err error, place any) bool {
		te, ok := err.(*TaskError)
		return ok && te != nil && te.recorded && te.in == infoOf(place)
	}
	seam.Below = func(err error) (error, []error) {
		one, many, _ := below(err)
		return one, many
	}
	seam.Joined = isJoined
	seam.Text = textOf
	seam.FuncPC = funcPC
	seam.FuncName = funcName
	seam.SiteOf = func(pc uintptr) *seam.Where { return siteFor(nil, pc) }
	seam.Advice = func(err error) (bool, time.Duration, bool) {
		a := adviceOf(err)
		return a.permanent, a.after, a.waits
	}
	seam.Delays = func(policy any) func() time.Duration {
		p := policy.(Policy)
		var b backoff
		return func() time.Duration { return b.next(&p) }
	}
	seam.CheckPolicy = func(policy any) {
		if p := policy.(Policy); p.senseless() {
			p.refuse()
		}
	}
}

func infoOf(place any) *groupInfo {
	in, _ := place.(*groupInfo)
	return in
}

func newPlace(up any, task, name string, pc uintptr, site *seam.Where) any {
	return &groupInfo{up: infoOf(up), task: task, name: name, pc: pc, site: (*Site)(site)}
}

// siteFor gives where something stands, or nil if that is not known.
func siteFor(site *Site, pc uintptr) *seam.Where {
	if site == nil {
		s := siteOf(pc)
		if s == (Site{}) {
			return nil
		}
		site = &s
	}
	return (*seam.Where)(site)
}

func newTaskError(f seam.Failure) error {
	return &TaskError{
		Err: f.Err, AfterCancel: f.AfterCancel,
		in: infoOf(f.Place), name: f.Name, pc: f.PC, site: (*Site)(f.Site), item: f.Item + 1,
		body: f.Body, permanent: f.Permanent, attempt: f.Attempt, recorded: f.Recorded,
	}
}

func readTaskError(err error) (f seam.Failure, ok bool) {
	e, ok := err.(*TaskError)
	if !ok || e == nil {
		return f, false
	}
	f = seam.Failure{
		Err: e.Err, AfterCancel: e.AfterCancel,
		Place: e.in, Name: e.name, PC: e.pc, Site: siteFor(e.site, e.pc), Item: e.Item(),
		Body: e.body, Permanent: e.permanent, Attempt: e.attempt,
	}
	if f.Name == "" && !e.body {
		f.Name = funcName(e.pc)
	}
	return f, true
}

func newGroupError(g seam.FailedGroup) error {
	e := &GroupError{errs: g.Errs, dropped: g.Dropped, cut: g.Cut, in: infoOf(g.Place)}
	if g.Primary >= 0 {
		e.primary, _ = g.Errs[g.Primary].(*TaskError)
	}
	return e
}

func readGroupError(err error) (g seam.FailedGroup, ok bool) {
	e, ok := err.(*GroupError)
	if !ok || e == nil {
		return g, false
	}
	g = seam.FailedGroup{Errs: e.Errors(), Primary: -1, Dropped: e.dropped, Cut: e.cut, Place: e.in}
	for i, err := range e.errs {
		if te, ok := err.(*TaskError); ok && te == e.primary && te != nil {
			g.Primary = i
		}
	}
	return g, true
}

func readTimeoutError(err error) (t seam.Timeout, ok bool) {
	e, ok := err.(*TimeoutError)
	if !ok || e == nil {
		return t, false
	}
	return seam.Timeout{Name: e.Name, After: e.After, Err: e.Err, PC: e.pc, Site: siteFor(e.site, e.pc)}, true
}

func newCancellation(c seam.Cancellation) error {
	if c.Late {
		c.Cause = &timedOutCause{c.Cause}
	}
	return &Cancellation{
		kind: cancelKind(c.Kind), by: c.By, reason: c.Reason, cause: c.Cause, at: c.At, pc: c.PC, site: (*Site)(c.Site),
	}
}

func readCancellation(err error) (c seam.Cancellation, ok bool) {
	e, ok := err.(*Cancellation)
	if !ok || e == nil {
		return c, false
	}
	c = seam.Cancellation{
		Kind: seam.Kind(e.kind), By: e.By(), Reason: e.reason, Cause: e.cause, At: e.at, PC: e.pc, Site: siteFor(e.site, e.pc),
	}
	if late, ok := e.cause.(*timedOutCause); ok {
		c.Cause, c.Late = late.error, true
	}
	return c, true
}
