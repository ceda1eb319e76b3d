package braid_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows section 2 of the contract: starting.

func TestRule2_1_RunOnADeadContextReturnsItsCauseWithoutCallingTheBody(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(root)
		cancel(errWhy)
		never := func(context.Context, *braid.Group) error { t.Error("the body was called"); return nil }
		wantPlainCancel(t, braid.Run(ctx, never), context.Canceled, errWhy)
		_, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) { return 1, never(ctx, g) })
		wantPlainCancel(t, err, context.Canceled, errWhy)
		ctx, cancel2 := context.WithDeadline(root, time.Now())
		defer cancel2()
		wantPlainCancel(t, braid.Run(ctx, never), context.DeadlineExceeded)
		err = braid.Run(root, func(ctx context.Context, g *braid.Group) error {
			g.CancelCause(errWhy)
			if err := braid.Run(ctx, never); err != context.Cause(ctx) {
				t.Errorf("below a dead group: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule2_1_ATaskHandedToACancelledGroupIsNeverCalled(t *testing.T) {
	kills := map[string]func(g *braid.Group, cancel func()){
		"Cancel":       func(g *braid.Group, _ func()) { g.CancelCause(errWhy) },
		"from outside": func(_ *braid.Group, cancel func()) { cancel() },
	}
	for name, kill := range kills {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				ctx, cancel := context.WithCancelCause(ctx)
				var task *braid.Task[int]
				_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					kill(g, func() { cancel(errWhy) })
					g.Go(func(context.Context) error { t.Error("Go's was called"); return nil })
					if err := g.TryGo(func(context.Context) error { t.Error("TryGo's was called"); return nil }); err != nil {
						t.Errorf("TryGo: %v", err)
					}
					task = braid.Fork(g, func(context.Context) (int, error) { t.Error("Fork's was called"); return 1, nil })
					_, err := task.Wait(context.Background())
					if task.State() != braid.Skipped || !errors.Is(err, context.Canceled) || errors.Is(err, errWhy) != (name == "from outside") {
						t.Errorf("state %v, result %v", task.State(), err)
					}
					return nil
				})
			})
		})
	}
}

// Tasks are handed over while the group is cancelled. Each must either be
// skipped or see its context die; one that starts and misses the cancellation
// would wait for ever, and the bubble tell of it.
func TestRule2_2_NoTaskStartsAndMissesACancellation(t *testing.T) {
	for _, kill := range []string{"Cancel", "outside", "failure"} {
		t.Run(kill, func(t *testing.T) {
			for range 300 {
				live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
					ctx, cancel := context.WithCancel(ctx)
					defer cancel()
					var started, ended atomic.Int32
					_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						spawn := func(context.Context) error {
							for range 10 {
								g.Go(func(ctx context.Context) error {
									started.Add(1)
									defer ended.Add(1)
									runtime.Gosched()
									return untilDead(ctx)
								})
							}
							return nil
						}
						go func() {
							switch kill {
							case "Cancel":
								g.Cancel()
							case "outside":
								cancel()
							case "failure":
								_ = g.TryGo(func(context.Context) error { return errOne })
							}
						}()
						g.Go(spawn, braid.Always)
						_ = spawn(ctx)
						time.Sleep(time.Nanosecond)
						return nil
					})
					if started.Load() != ended.Load() {
						t.Errorf("%d started, %d ended", started.Load(), ended.Load())
					}
				})
			}
		})
	}
}

// A resource counts how often it was closed.
type resource struct {
	closed atomic.Int32
	err    error
}

func (r *resource) Close() error { r.closed.Add(1); return r.err }

func TestRule2_3_GoWaitWithClosesItsResourceExactlyOnce(t *testing.T) {
	closing := errors.New("closing")
	for name, given := range map[string]struct {
		before func(g *braid.Group, cancel func()) // at a limit of one
		during func(g *braid.Group, cancel func())
		opts   []braid.GroupOption
		called bool
		causes []error // what is returned matches all these
	}{
		"a free slot": {called: true},
		"a slot in a while": {before: func(g *braid.Group, _ func()) {
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
		}, called: true},
		"a dead context": {before: func(_ *braid.Group, cancel func()) { cancel() }, causes: []error{context.Canceled, closing}},
		"a dying context": {before: func(g *braid.Group, _ func()) { g.Go(untilDead) }, during: func(_ *braid.Group, cancel func()) { cancel() },
			causes: []error{context.Canceled, closing}},
		"a cancelled group": {before: func(g *braid.Group, _ func()) { g.Go(untilDead); g.Cancel() }, causes: []error{context.Canceled, closing}},
		"a group that dies": {before: func(g *braid.Group, _ func()) { g.Go(untilDead) }, during: func(g *braid.Group, _ func()) { g.Cancel() },
			causes: []error{context.Canceled, closing}},
		"a rate that refuses": {opts: []braid.GroupOption{braid.Rate(refusing{})}, causes: []error{errOne}},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				r := &resource{err: closing}
				called := false
				var got error
				err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					ctx, cancel := context.WithCancel(ctx)
					defer cancel()
					if given.before != nil {
						given.before(g, cancel)
					}
					if given.during != nil {
						time.AfterFunc(time.Second, func() { given.during(g, cancel) })
					}
					got = braid.GoWaitWith(ctx, g, r, func(context.Context, *resource) error {
						called = true
						return nil
					})
					g.Cancel()
					return nil
				}, append(given.opts, braid.Limit(1))...)
				if called != given.called || r.closed.Load() != 1 || (got == nil) != given.called {
					t.Errorf("called %t, closed %d times, got %v", called, r.closed.Load(), got)
				}
				for _, cause := range given.causes {
					if !errors.Is(got, cause) {
						t.Errorf("got %v", got)
					}
				}
				if !errors.Is(got, closing) && !errors.Is(err, closing) {
					t.Errorf("what Close returned is lost: %v and %v", got, err)
				}
			})
		})
	}
}

func TestRule2_3_GoWaitWithInAnEndedGroupClosesAndPanics(t *testing.T) {
	g, ctx := braid.Open(t.Context())
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	for _, ctx := range []context.Context{t.Context(), ctx} {
		r := new(resource)
		if v := panicOf(func() { _ = braid.GoWaitWith(ctx, g, r, func(context.Context, *resource) error { return nil }) }); !strings.Contains(v, "but GoWaitWith was called on it") || r.closed.Load() != 1 {
			t.Errorf("panic %v, closed %d times", v, r.closed.Load())
		}
	}
}

func TestRule2_3_GoWithClosesItsResourceExactlyOnce(t *testing.T) {
	type fn = func(context.Context, *resource) error
	ends := map[string]struct {
		fn    fn
		limit int
		kill  bool
	}{
		"success":            {fn: func(context.Context, *resource) error { return nil }},
		"failure":            {fn: func(context.Context, *resource) error { return errOne }},
		"panic":              {fn: func(context.Context, *resource) error { panic("boom") }},
		"goexit":             {fn: func(context.Context, *resource) error { runtime.Goexit(); return nil }},
		"a cancelled task":   {fn: func(ctx context.Context, _ *resource) error { return untilDead(ctx) }, kill: true},
		"skipped":            {kill: true},
		"skipped in a queue": {kill: true, limit: 1},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				r := new(resource)
				var called atomic.Bool
				howEnded(func() error {
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						if end.limit > 0 {
							g.SetLimit(end.limit)
							g.Go(untilDead)
						} else if end.kill && end.fn == nil {
							g.Cancel()
						}
						braid.GoWith(g, r, func(ctx context.Context, given *resource) error {
							called.Store(true)
							if given != r || r.closed.Load() != 0 {
								t.Error("it was not given its resource, open")
							}
							return end.fn(ctx, given)
						})
						synctest.Wait()
						if end.kill {
							g.Cancel()
						}
						return nil
					})
				})
				if r.closed.Load() != 1 || called.Load() != (end.fn != nil) {
					t.Errorf("closed %d times, called: %v", r.closed.Load(), called.Load())
				}
			})
		})
	}
}

func TestRule2_3_AnErrorOfCloseIsNotLost(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, skip := range []bool{false, true} {
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				if skip {
					g.Cancel()
				}
				braid.GoWith(g, &resource{err: errTwo}, func(context.Context, *resource) error { return errOne })
				return nil
			})
			if !errors.Is(err, errTwo) || errors.Is(err, errOne) == skip {
				t.Errorf("skipped %v: %v", skip, err)
			}
		}
	})
}

func TestRule2_3_AlwaysRunsInACancelledGroupWithADeadContext(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var ran atomic.Int32
		always := func(ctx context.Context) error {
			if ctx.Err() != context.Canceled {
				t.Errorf("its context has %v", ctx.Err())
			}
			ran.Add(1)
			return nil
		}
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(untilDead)
			g.Go(always, braid.Always) // queued
			synctest.Wait()
			g.Cancel()
			g.Go(always, braid.Always)
			braid.Fork(g, func(ctx context.Context) (int, error) { return 0, always(ctx) }, braid.Always)
			return nil
		}, braid.Limit(1))
		if err != nil || ran.Load() != 3 {
			t.Errorf("%v, %d of 3 ran", err, ran.Load())
		}
	})
}

func TestRule2_4_HandingATaskToAGroupThatHasEndedPanicsAndNamesIt(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var ended []*braid.Group
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { ended = append(ended, g); return nil }, braid.Name("page"))
		owned, _ := braid.Open(ctx, braid.Name("page"))
		_ = owned.Close()
		never := func(context.Context) error { t.Error("it was called"); return nil }
		forked := func(ctx context.Context) (int, error) { return 0, never(ctx) }
		r := new(resource)
		for _, g := range append(ended, owned) {
			for call, hand := range map[string]func(){
				"Go":     func() { g.Go(never) },
				"Fork":   func() { braid.Fork(g, forked) },
				"GoWait": func() { _ = g.GoWait(ctx, never) },
				"GoWith": func() { braid.GoWith(g, r, func(ctx context.Context, _ *resource) error { return never(ctx) }) },
				"Start": func() {
					_, _ = braid.Start(ctx, g, func(ctx context.Context, _ func(int)) error { return never(ctx) })
				},
			} {
				text := panicOf(hand)
				for _, want := range []string{call, "page", "rule2_starting_test.go:"} {
					if !strings.Contains(text, want) {
						t.Errorf("%s panics with %q, which has no %q", call, text, want)
					}
				}
			}
			if err := g.TryGo(never); err != braid.ErrClosed {
				t.Errorf("TryGo gave %v", err)
			}
			if task, err := braid.TryFork(g, forked); task != nil || err != braid.ErrClosed {
				t.Errorf("TryFork gave %v, %v", task, err)
			}
		}
		if r.closed.Load() != 2 {
			t.Errorf("the resource was closed %d times, want once for each group", r.closed.Load())
		}
	})
}

func TestRule2_5_WhatMakesNoSenseIsRefusedAtTheCall(t *testing.T) {
	ctx := context.Background()
	body := func(context.Context, *braid.Group) error { return nil }
	call := func(context.Context, *braid.Group) (int, error) { return 0, nil }
	fn := func(context.Context) error { return nil }
	forked := func(context.Context) (int, error) { return 0, nil }
	var none context.Context
	in := func(f func(g *braid.Group)) func() {
		return func() { _ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { f(g); return nil }) }
	}
	with := func(opts ...braid.GroupOption) func() { return func() { _ = braid.Run(ctx, body, opts...) } }
	task := func(opts ...braid.TaskOption) func() { return in(func(g *braid.Group) { g.Go(fn, opts...) }) }
	scope := func(opts ...braid.ScopeOption) func() {
		return func() { _ = braid.Timeout(ctx, time.Hour, fn, opts...) }
	}
	stall, sink := func(braid.Stall) {}, func(*braid.TaskError) {}
	for name, refused := range map[string]func(){
		"Run, nil ctx":    func() { _ = braid.Run(none, body) },
		"Run, nil body":   func() { _ = braid.Run(ctx, nil) },
		"Call, nil ctx":   func() { _, _ = braid.Call(none, call) },
		"Call, nil body":  func() { _, _ = braid.Call[int](ctx, nil) },
		"Open, nil ctx":   func() { braid.Open(none) },
		"Go, nil":         in(func(g *braid.Group) { g.Go(nil) }),
		"TryGo, nil":      in(func(g *braid.Group) { _ = g.TryGo(nil) }),
		"GoWait, nil":     in(func(g *braid.Group) { _ = g.GoWait(ctx, nil) }),
		"GoWait, nil ctx": in(func(g *braid.Group) { _ = g.GoWait(none, fn) }),
		"Fork, nil":       in(func(g *braid.Group) { braid.Fork[int](g, nil) }),
		"TryFork, nil":    in(func(g *braid.Group) { _, _ = braid.TryFork[int](g, nil) }),
		"GoWith, nil":     in(func(g *braid.Group) { braid.GoWith(g, new(resource), nil) }),
		"GoWith, closer":  in(func(g *braid.Group) { braid.GoWith(g, nil, func(context.Context, io.Closer) error { return nil }) }),
		"Start, nil":      in(func(g *braid.Group) { _, _ = braid.Start[int](ctx, g, nil) }),
		"Start, nil ctx": in(func(g *braid.Group) {
			_, _ = braid.Start(none, g, func(context.Context, func(int)) error { return nil })
		}),
		"Defer, nil":          in(func(g *braid.Group) { _ = g.Defer(nil) }),
		"Wait, nil ctx":       in(func(g *braid.Group) { _, _ = braid.Fork(g, forked).Wait(none) }),
		"SetLimit, 0":         in(func(g *braid.Group) { g.SetLimit(0) }),
		"SetLimit, -1":        in(func(g *braid.Group) { g.SetLimit(-1) }),
		"AfterFunc, nil":      func() { braid.AfterFunc(ctx, nil) },
		"AfterFunc, nil ctx":  func() { braid.AfterFunc(none, func() {}) },
		"AsCompleted, nil":    func() { braid.AsCompleted[int](ctx, nil) },
		"Abandon, nil ctx":    func() { _, _ = braid.Abandon(none, func() (int, error) { return 0, nil }, func(int, error) {}) },
		"Abandon, nil":        func() { _, _ = braid.Abandon(ctx, nil, func(int, error) {}) },
		"Abandon, nil second": func() { _, _ = braid.Abandon(ctx, func() (int, error) { return 0, nil }, nil) },
		"Timeout, nil ctx":    func() { _ = braid.Timeout(none, 1, fn) },
		"Timeout, nil":        func() { _ = braid.Timeout(ctx, 1, nil) },
		"MoveOn, nil ctx":     func() { _, _ = braid.MoveOn(none, 1, fn) },
		"MoveOn, nil":         func() { _, _ = braid.MoveOn(ctx, 1, nil) },
		"Reserve, nil":        func() { _ = braid.Reserve(ctx, 1, nil) },
		"Reserve, negative":   func() { _ = braid.Reserve(ctx, -1, fn) },
		"Shield, nil ctx":     func() { _ = braid.Shield(none, 1, fn) },
		"Shield, nil":         func() { _ = braid.Shield(ctx, 1, nil) },
		"Sleep, nil ctx":      func() { _ = braid.Sleep(none, 1) },
		"Map, nil":            func() { _, _ = braid.Map[int, int](ctx, nil, nil) },
		"Map, nil ctx":        func() { _, _ = braid.Map(none, nil, func(context.Context, int) (int, error) { return 0, nil }) },
		"Each, nil":           func() { _ = braid.Each[int](ctx, nil, nil) },
		"Join2, nil":          func() { _, _, _ = braid.Join2[int, int](ctx, forked, nil) },
		"Join3, nil":          func() { _, _, _, _ = braid.Join3[int, int, int](ctx, forked, nil, forked) },
		"First, nil":          func() { _, _ = braid.First(ctx, braid.Funcs(forked, nil)) },
		"Settle, nil":         func() { _, _ = braid.Settle(ctx, []func(context.Context) (int, error){nil}) },
		"Retry, nil":          func() { _, _ = braid.Retry[int](ctx, braid.Policy{}, nil) },
		"Retry, nil ctx":      func() { _, _ = braid.Retry(none, braid.Policy{}, forked) },
		"Retry, negative":     func() { _, _ = braid.Retry(ctx, braid.Policy{Attempts: -1}, forked) },
		"Limit, 0":            func() { braid.Limit(0) },
		"Limit, -1":           func() { braid.Limit(-1) },
		"Limit twice":         with(braid.Limit(1), braid.Limit(1)),
		"Grace, 0":            func() { braid.Grace(0) },
		"Grace, -1":           func() { braid.Grace(-1) },
		"Grace twice":         with(braid.Grace(1), braid.Grace(1)),
		"Keep, 0":             func() { braid.Keep(0) },
		"Keep twice":          with(braid.Supervised, braid.Keep(1), braid.Keep(1)),
		"Keep alone":          with(braid.Keep(1)),
		"Weight, 0":           func() { braid.Weight(0) },
		"Weight twice":        task(braid.Weight(1), braid.Weight(1)),
		"Name, empty":         func() { braid.Name("") },
		"Name twice":          with(braid.Name("a"), braid.Name("b")),
		"Name of a task":      task(braid.Name("a"), braid.Name("b")),
		"Name of a scope":     scope(braid.Name("a"), braid.Name("b")),
		"Deadline twice":      scope(new(braid.Deadline), new(braid.Deadline)),
		"Deadline, nil":       scope((*braid.Deadline)(nil)),
		"OnStall, nil":        func() { braid.OnStall(nil) },
		"OnStall twice":       with(braid.OnStall(stall), braid.OnStall(stall)),
		"OnFailure, nil":      func() { braid.OnFailure(nil) },
		"OnFailure twice":     with(braid.OnFailure(sink), braid.OnFailure(sink)),
		"CancelNoise, nil":    func() { braid.CancelNoise(nil) },
		"Supervised twice":    with(braid.Supervised, braid.Supervised),
		"PanicsAsErrors x 2":  with(braid.PanicsAsErrors, braid.PanicsAsErrors),
		"panics, both ways":   with(braid.PanicsAsErrors, braid.CrashOnPanic),
		"CrashOnStall twice":  with(braid.CrashOnStall, braid.CrashOnStall),
		"Background twice":    task(braid.Background, braid.Background),
		"Always twice":        task(braid.Always, braid.Always),
		"OwnGoroutine twice":  task(braid.OwnGoroutine, braid.OwnGoroutine),
		"nil group option":    with(nil),
		"nil task option":     task(nil),
		"nil scope option":    scope(nil),
		"zero Group, Go":      func() { new(braid.Group).Go(fn) },
		"zero Group, TryFork": func() { _, _ = braid.TryFork(new(braid.Group), forked) },
		"too heavy": func() {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { g.Go(fn, braid.Weight(2)); return nil }, braid.Limit(1))
		},
	} {
		if text := panicOf(refused); !strings.Contains(text, "braid: ") || strings.Contains(text, "nil pointer") {
			t.Errorf("%s: it panics with %q", name, text)
		}
	}
}

func TestRule2_5_ARefusalSaysWhatWasWrong(t *testing.T) {
	ctx := context.Background()
	ok := func(context.Context) error { return nil }
	var ended *braid.Group
	_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { ended = g; return nil })
	for want, refused := range map[string]func(){
		"braid: a task's Weight of 3 is larger than the group's Limit of 2": func() {
			g, _ := braid.Open(ctx, braid.Limit(2))
			defer g.Close()
			g.Go(ok, braid.Weight(3))
		},
		"braid: Retry called with a Policy whose MaxDelay is below zero": func() {
			_, _ = braid.Retry(ctx, braid.Policy{MaxDelay: -1}, func(context.Context) (int, error) { return 0, nil })
		},
		"braid: a zero Group cannot be used; Run, Call and Open make groups":  func() { new(braid.Group).Go(ok) },
		"braid: the group has ended (opened at ":                              func() { ended.Go(ok) },
		", but Go was called on it; TryGo and TryFork give ErrClosed instead": func() { ended.Go(ok) },
	} {
		if text := panicOf(refused); !strings.Contains(text, want) {
			t.Errorf("it panics with %q, want %q", text, want)
		}
	}
}
