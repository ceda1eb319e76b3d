package braid_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file has groups whose join waits while a group, a task or a context
// above them dies, whoever runs or is blocked in between.

// deafUntil is a task that no cancellation reaches for d.
func deafUntil(d time.Duration) func(context.Context) error {
	return func(context.Context) error { time.Sleep(d); return nil }
}

// below opens depth groups below each other, the last of which has a deaf task
// of ten seconds in its only slot and one behind it, and tells in ran whether
// that was called.
func below(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
	if depth > 1 {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return below(ctx, depth-1, ran, opts...) })
	}
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		g.Go(deafUntil(10*time.Second), braid.Name("deaf"))
		g.Go(func(context.Context) error { *ran = true; return nil }, braid.Name("queued"))
		return nil
	}, append(opts, braid.Limit(1))...)
}

func TestRule5_5_AGroupThatIsJoinedHearsOfADeathAnywhereAbove(t *testing.T) {
	type above struct {
		name string
		run  func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error
	}
	blocked := func(g *braid.Group) { time.Sleep(20 * time.Second) } // the body above does not look
	for _, a := range []above{
		{"the group is cancelled", func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return below(ctx, depth, ran, opts...) })
				time.Sleep(time.Second)
				g.Cancel()
				blocked(g)
				return nil
			})
		}},
		{"a sibling fails", func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return below(ctx, depth, ran, opts...) })
				g.Go(func(context.Context) error { time.Sleep(time.Second); return errors.New("failed") })
				blocked(g)
				return nil
			})
		}},
		{"the task is cancelled alone", func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, below(ctx, depth, ran, opts...) })
				time.Sleep(time.Second)
				task.Cancel()
				blocked(g)
				return nil
			})
		}},
		{"the context outside dies", func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer time.AfterFunc(time.Second, cancel).Stop()
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { return below(ctx, depth, ran, opts...) })
				blocked(g)
				return nil
			})
		}},
		{"a time limit between passes", func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					return braid.Timeout(ctx, time.Second, func(ctx context.Context) error { return below(ctx, depth, ran, opts...) })
				})
				blocked(g)
				return nil
			})
		}},
		{"a context in between is cancelled", func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					ctx, cancel := context.WithCancel(ctx)
					defer cancel()
					defer time.AfterFunc(time.Second, cancel).Stop()
					return below(ctx, depth, ran, opts...)
				})
				blocked(g)
				return nil
			})
		}},
	} {
		inside := a.run
		within := a
		within.name += ", below another group"
		within.run = func(ctx context.Context, depth int, ran *bool, opts ...braid.GroupOption) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return inside(ctx, depth, ran, opts...) })
		}
		for i := range 6 {
			a, depth := []above{a, within}[i%2], []int{1, 2, 5}[i/2]
			t.Run(a.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					var ran bool
					var stalled time.Duration
					_ = a.run(t.Context(), depth, &ran, braid.Grace(3*time.Second), braid.OnStall(func(s braid.Stall) {
						stalled = time.Since(start)
						if len(s.Tasks) != 1 || s.Queued != 0 {
							t.Errorf("%d below: the report has %v", depth, s)
						}
					}))
					if ran {
						t.Errorf("%d below: a queued task ran after the cancellation", depth)
					}
					if want := 4 * time.Second; stalled != want {
						t.Errorf("%d below: the stall was reported after %v, want %v", depth, stalled, want)
					}
				})
			})
		}
	}
}
