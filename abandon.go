package braid

import (
	"cmp"
	"context"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file is the one way to leave a call behind. Everything else in the
// package waits for what it started.

// An AbandonedCall is a call that [Abandon] left behind and that still runs.
type AbandonedCall struct {
	Name  string    // what Abandon was given, or the function's name
	Path  string    // the task or group in which Abandon was called
	Site  Site      // where the function stands
	Since time.Time // when it was left behind
	Cause error     // why
}

// abandoned lists the calls left behind in this process.
var abandoned struct {
	mu    sync.Mutex
	n     uint64
	calls map[*leftCall]struct{}
}

// A leftCall is an AbandonedCall, and what those want to know of it who look.
type leftCall struct {
	AbandonedCall
	n     uint64
	up    seam.Ref
	pc    uintptr
	began time.Time
}

// leftBehind is seam.Abandoned.
func leftBehind() (list []seam.Left) {
	abandoned.mu.Lock()
	defer abandoned.mu.Unlock()
	for c := range abandoned.calls {
		list = append(list, seam.Left{N: c.n, Up: c.up, Name: c.Name, Path: c.Path, PC: c.pc, Began: c.began.Round(0), At: c.Since.Round(0), Cause: c.Cause})
	}
	slices.SortFunc(list, func(a, b seam.Left) int { return cmp.Compare(a.N, b.N) })
	return list
}

// Abandoned gives the calls that were left behind and still run, the oldest
// first.
func Abandoned() []AbandonedCall {
	abandoned.mu.Lock()
	defer abandoned.mu.Unlock()
	calls := make([]AbandonedCall, 0, len(abandoned.calls))
	for c := range abandoned.calls {
		calls = append(calls, c.AbandonedCall)
	}
	slices.SortFunc(calls, func(a, b AbandonedCall) int { return a.Since.Compare(b.Since) })
	return calls
}

// Abandon calls fn, which cannot be interrupted, and returns its result; but if
// ctx dies first it leaves fn running and returns the cause. When a call that
// was left behind ends, onAbandon is given its result, on the goroutine of fn,
// and must dispose of it (close the connection that came too late). Until then
// the call is listed by [Abandoned] and in every report of the groups around
// it.
//
// A panic of fn is raised on the caller as a [*PanicError], and a Goexit of fn
// is the caller's; after fn was left behind onAbandon is given them as errors.
// Under a dead ctx fn is not called. Abandon panics if an argument is nil.
func Abandon[T any](ctx context.Context, fn func() (T, error), onAbandon func(T, error), opts ...ScopeOption) (T, error) {
	switch {
	case ctx == nil:
		panic("braid: Abandon called with a nil context")
	case fn == nil:
		panic("braid: Abandon called with a nil function")
	case onAbandon == nil:
		panic("braid: Abandon called with a nil onAbandon: the late result would be lost")
	}
	var zero T
	cfg := scopeConfigOf(opts)
	if cfg.deadline != nil {
		panic("braid: Abandon has no time limit that a Deadline could move")
	}
	if ctx.Err() != nil {
		return zero, context.Cause(ctx)
	}
	path := ""
	if t, g := current(ctx); t != nil {
		path = t.path()
	} else if g != nil {
		path = g.path()
	}
	if cfg.name == "" {
		cfg.name = funcName(funcPC(fn))
	}
	pc, began := funcPC(fn), time.Now()
	var (
		mu    sync.Mutex // decides between the end of fn and the death of ctx
		left  *leftCall
		done  = make(chan struct{})
		v     T
		err   error
		raise *PanicError
		exit  bool
		ended bool
	)
	// The one goroutine of the package that nobody may wait for.
	go func() {
		returned := false
		defer func() {
			if !returned {
				if p := recover(); p != nil {
					raise = newPanicError(p, joinPath(path, cfg.name), debug.Stack())
					err = raise
				} else {
					exit = true
					err = ErrGoexit
				}
			}
			mu.Lock()
			ended = true
			late := left
			mu.Unlock()
			if late == nil {
				close(done)
				return
			}
			abandoned.mu.Lock()
			delete(abandoned.calls, late)
			abandoned.mu.Unlock()
			onAbandon(v, err)
		}()
		v, err = fn()
		returned = true
	}()
	select {
	case <-done:
	case <-ctx.Done():
		mu.Lock()
		if !ended {
			left = &leftCall{
				AbandonedCall: AbandonedCall{Name: cfg.name, Path: path, Site: siteOf(pc), Since: time.Now(), Cause: context.Cause(ctx)},
				up:            refOf(ctx), pc: pc, began: began,
			}
			abandoned.mu.Lock()
			if abandoned.calls == nil {
				abandoned.calls = map[*leftCall]struct{}{}
			}
			abandoned.n++
			left.n = abandoned.n
			abandoned.calls[left] = struct{}{}
			abandoned.mu.Unlock()
			mu.Unlock()
			return zero, context.Cause(ctx)
		}
		mu.Unlock()
		<-done
	}
	switch {
	case raise != nil:
		panic(raise)
	case exit:
		runtime.Goexit()
	}
	return v, err
}
