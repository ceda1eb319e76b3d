package braid_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file is about odd ends: of waits, deadlines, weights, options and observers.

func TestRule6_2_AWaitThatPanickedIsNoneAnyMore(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			var a, b *braid.Task[int]
			ready := make(chan struct{})
			a = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ready
				func() {
					defer func() { _ = recover() }()
					for range braid.AsCompleted(ctx, b, a) { // which a cannot wait for
					}
				}()
				time.Sleep(2 * time.Second)
				return 7, nil
			})
			b = braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ready
				time.Sleep(time.Second)
				return a.Wait(ctx)
			})
			close(ready)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestDeadline_ThatPassedIsExpiredHoweverTheFunctionEnded(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var d braid.Deadline
		_ = panicOf(func() {
			_ = braid.Timeout(ctx, time.Second, func(context.Context) error {
				time.Sleep(2 * time.Second)
				panic(1)
			}, &d)
		})
		if !d.Expired() {
			t.Errorf("after a panic it is %v", &d)
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		fired, err := braid.MoveOn(ctx, time.Second, func(context.Context) error {
			time.Sleep(3 * time.Second)
			return nil
		})
		if !fired || err != nil {
			t.Errorf("before an outer one: fired %v, %v", fired, err)
		}
	})
}

// past has a deadline long ago and does not die of it.
type past struct{ context.Context }

func (past) Deadline() (time.Time, bool) { return time.Now().Add(-time.Hour), true }

func TestReserve_OfMoreThanTimeHasDoesNotOverflow(t *testing.T) {
	_ = braid.Reserve(past{t.Context()}, braid.Forever, func(context.Context) error {
		t.Error("called")
		return nil
	})
}

// circle is an error that wraps itself.
type circle struct{}

func (c *circle) Error() string { return "circle" }
func (c *circle) Unwrap() error { return c }

func TestRule4_7_TimedOutOfAnErrorThatWrapsItselfEnds(t *testing.T) {
	if te, ok := braid.TimedOut(&circle{}); ok {
		t.Errorf("got %v", te)
	}
}

func TestRule2_5_OptionsThatAreOredAreRefused(t *testing.T) {
	for name, refused := range map[string]func(){
		"of a group": func() {
			_ = braid.Run(t.Context(), func(context.Context, *braid.Group) error { return nil }, braid.Supervised|braid.PanicsAsErrors)
		},
		"of a task": func() {
			_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				g.Go(untilDead, braid.Always|braid.OwnGoroutine)
				return nil
			})
		},
	} {
		if text := panicOf(refused); !strings.Contains(text, "not or-ed") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

func TestRule2_5_AGroupThatNobodyHasMadeIsRefused(t *testing.T) {
	for _, g := range []*braid.Group{nil, {}} {
		for name, call := range map[string]func(){
			"Go":          func() { g.Go(untilDead) },
			"Defer":       func() { _ = g.Defer(untilDead) },
			"Cancel":      func() { g.Cancel() },
			"CancelCause": func() { g.CancelCause(errOne) },
			"SetLimit":    func() { g.SetLimit(1) },
			"Close":       func() { _ = g.Close() },
			"Wait":        func() { _ = g.Wait() },
		} {
			if text := panicOf(call); !strings.Contains(text, "Run, Call and Open make groups") {
				t.Errorf("%s of %v: %q", name, g == nil, text)
			}
		}
	}
}

func TestRule2_4_AnEndedGroupIsToldOfAlsoToWhoComesWithItsDeadContext(t *testing.T) {
	var g *braid.Group
	var ctx context.Context
	_ = braid.Run(t.Context(), func(c context.Context, in *braid.Group) error { g, ctx = in, c; return nil })
	for name, call := range map[string]func(){
		"GoWait": func() { _ = g.GoWait(ctx, untilDead) },
		"Start":  func() { _, _ = braid.Start(ctx, g, func(context.Context, func(int)) error { return nil }) },
	} {
		if text := panicOf(call); !strings.Contains(text, "the group has ended") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

func TestRule2_5_StartOnAGroupThatNobodyHasMadeIsRefusedUnderADeadContextToo(t *testing.T) {
	dead, cancel := context.WithCancel(t.Context())
	cancel()
	for _, g := range []*braid.Group{nil, {}} {
		text := panicOf(func() { _, _ = braid.Start(dead, g, func(context.Context, func(int)) error { return nil }) })
		if !strings.Contains(text, "Run, Call and Open make groups") {
			t.Errorf("of %v: %q", g == nil, text)
		}
	}
}

func TestRule8_1_APanicWithANilPanicErrorIsOne(t *testing.T) {
	for _, inBody := range []bool{false, true} {
		e := howEnded(func() error {
			return braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				var pe *braid.PanicError // that of an errors.As which found none
				if inBody {
					panic(pe)
				}
				g.Go(func(context.Context) error { panic(pe) })
				return nil
			})
		})
		if e.panicked == nil {
			t.Errorf("in the body %v: %+v", inBody, e)
		}
	}
}

func TestRule7_1_WeightsDoNotOverflow(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var now, most atomic.Int32
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for range 3 {
				g.Go(func(context.Context) error {
					most.Store(max(most.Load(), now.Add(1)))
					time.Sleep(time.Second)
					now.Add(-1)
					return nil
				}, braid.Weight(math.MaxInt))
			}
			return nil
		}, braid.Limit(math.MaxInt))
		if most.Load() != 1 {
			t.Errorf("%d at once", most.Load())
		}
	})
}

type failingCloser struct{}

func (failingCloser) Close() error { return errOne }

// caught keeps the GroupError that is logged.
type caught struct{ err *braid.GroupError }

func (c *caught) Enabled(context.Context, slog.Level) bool { return true }
func (c *caught) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c *caught) WithGroup(string) slog.Handler            { return c }
func (c *caught) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if ge, ok := a.Value.Any().(*braid.GroupError); ok {
			c.err = ge
		}
		return true
	})
	return nil
}

func TestRule3_10_KeepBoundsWhatGoexitsLeaveBehind(t *testing.T) {
	c, old := &caught{}, slog.Default()
	slog.SetDefault(slog.New(c))
	defer slog.SetDefault(old)
	_ = howEnded(func() error {
		return braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			for range 50 {
				braid.GoWith(g, failingCloser{}, func(context.Context, failingCloser) error { runtime.Goexit(); return nil })
			}
			return nil
		}, braid.Supervised, braid.Keep(2))
	})
	if c.err == nil || len(c.err.Errors()) != 2 || c.err.Dropped() != 48 {
		t.Errorf("got %v", c.err)
	}
}

func TestObserve_NothingIsToldAfterTheEnd(t *testing.T) {
	var kinds []string
	var g *braid.Group
	_ = braid.Run(t.Context(), func(_ context.Context, in *braid.Group) error { g = in; return nil },
		braid.Observe(func(e braid.Event) { kinds = append(kinds, e.Kind.String()) }))
	if err := g.TryGo(untilDead); err != braid.ErrClosed {
		t.Error(err)
	}
	if !slices.Equal(kinds, []string{"opened", "joined"}) {
		t.Errorf("told: %v", kinds)
	}
}

func TestObserve_WhatGoWaitTookBackIsSkippedWithItsCause(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var skipped error
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil })
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_ = g.GoWait(ctx, untilDead)
			return nil
		}, braid.Limit(1), braid.Observe(func(e braid.Event) {
			if e.Kind == braid.EventEnded && e.State == braid.Skipped {
				skipped = e.Err
			}
		}))
		if !errors.Is(skipped, context.DeadlineExceeded) {
			t.Errorf("got %v", skipped)
		}
	})
}

func TestObserve_TookIsWithoutWhatARateTook(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for want, rate := range map[time.Duration]braid.Limiter{time.Second: paced(time.Hour), 0: lateRefusing{}} {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
				return nil
			}, braid.Rate(rate), braid.Observe(func(e braid.Event) {
				if e.Kind == braid.EventEnded && e.Took != want {
					t.Errorf("it took %v, want %v", e.Took, want)
				}
			}))
		}
	})
}

type lateRefusing struct{}

func (lateRefusing) Wait(context.Context) error { time.Sleep(time.Minute); return errOne }

func TestCancellation_OfACancelThatWasHandedOnNamesNoPlaceOfOurs(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		var cause error
		_ = braid.Run(ctx, func(outer context.Context, _ *braid.Group) error {
			g, in := braid.Open(context.WithoutCancel(ctx))
			braid.AfterFunc(outer, g.Cancel)
			cancel()
			<-in.Done()
			cause = context.Cause(in)
			return g.Close()
		})
		if text := cause.Error(); strings.Contains(text, "dump.go") {
			t.Error(text)
		}
	})
}

func TestCancellation_IsOneLineWhateverItIsGiven(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.Join(errOne, errTwo))
	for _, err := range []error{
		braid.Run(ctx, func(context.Context, *braid.Group) error { return nil }),
		braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.CancelCause(errors.Join(errOne, errTwo))
			if text := context.Cause(ctx).Error(); strings.Contains(text, "\n") {
				t.Errorf("%q", text)
			}
			return nil
		}, braid.Name("two\nlines")),
	} {
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q", err)
		}
	}
}
