package braid_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 9.3 and 9.4 of the contract: deadlines that move, and
// shields.

func TestRule9_3_ADeadlineCanBeMovedWhileItRuns(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		shows := func(ctx context.Context, d *braid.Deadline, want time.Duration) {
			t.Helper()
			until, ok := ctx.Deadline()
			when, on := d.When()
			if !ok || !on || until.Sub(start) != want || !when.Equal(until) {
				t.Errorf("Deadline shows %v, %v, When %v, %v, want %v", until.Sub(start), ok, when.Sub(start), on, want)
			}
		}
		var d braid.Deadline
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			done := ctx.Done()
			shows(ctx, &d, time.Second)
			if err := d.Reset(5 * time.Second); err != nil {
				t.Error(err)
			}
			shows(ctx, &d, 5*time.Second)
			time.Sleep(4 * time.Second)
			select {
			case <-done:
				t.Error("it fired although it was moved away")
			default:
			}
			if err := d.Stop(); err != nil {
				t.Error(err)
			}
			if until, ok := ctx.Deadline(); ok {
				t.Errorf("stopped: it shows %v", until)
			}
			time.Sleep(time.Hour)
			if ctx.Err() != nil {
				t.Errorf("stopped: %v", ctx.Err())
			}
			if err := d.ResetAt(start.Add(2 * time.Hour)); err != nil {
				t.Error(err)
			}
			shows(ctx, &d, 2*time.Hour)
			if err := d.Reset(time.Second); err != nil { // sooner
				t.Error(err)
			}
			<-done
			at(t, start, time.Hour+5*time.Second, "the end")
			if ctx.Err() != context.DeadlineExceeded {
				t.Errorf("Err is %v", ctx.Err())
			}
			if c := context.Cause(ctx); !errors.Is(c, context.DeadlineExceeded) {
				t.Errorf("the cause is %v", c)
			}
			if d.Reset(time.Hour) == nil || !d.Expired() {
				t.Error("an expired deadline was moved")
			}
			return ctx.Err()
		}, &d)
		wantTimeout(t, err, "", time.Hour+5*time.Second)
		if !d.Expired() || d.Reset(time.Second) == nil {
			t.Error("it is forgotten that it expired")
		}
	})
}

func TestRule9_3_AMoveReachesGroupsAndContextsBelow(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var d braid.Deadline
		err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					below, cancel := context.WithCancel(ctx)
					defer cancel()
					<-below.Done()
					at(t, start, 3*time.Second, "the death below")
					if until, _ := ctx.Deadline(); below.Err() != context.DeadlineExceeded || until.Sub(start) != 3*time.Second {
						t.Errorf("below: %v, deadline %v", below.Err(), until.Sub(start))
					}
					return below.Err()
				})
				time.Sleep(500 * time.Millisecond)
				return d.Reset(2500 * time.Millisecond)
			})
		}, &d)
		wantTimeout(t, err, "", 3*time.Second)
	})
}

func TestRule9_3_ADeadlineMovedIntoThePastFiresAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, asked := range []bool{false, true} {
			var d braid.Deadline
			err := braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
				if asked {
					_ = ctx.Done()
				}
				_ = d.Reset(0)
				if ctx.Err() != context.DeadlineExceeded {
					t.Errorf("Err is %v", ctx.Err())
				}
				<-ctx.Done()
				return ctx.Err()
			}, &d)
			wantTimeout(t, err, "", 0)
		}
		at(t, start, 0, "the end")
	})
}

func TestRule9_3_ACancelAboveAMovableDeadlineIsSeenAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		var d braid.Deadline
		err := braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
			below, stop := context.WithCancel(ctx)
			defer stop()
			cancel(errWhy)
			if ctx.Err() != context.Canceled || context.Cause(ctx) != errWhy {
				t.Errorf("the limit has %v, %v", ctx.Err(), context.Cause(ctx))
			}
			if <-below.Done(); context.Cause(below) != errWhy {
				t.Errorf("a context below has %v, %v", below.Err(), context.Cause(below))
			}
			return ctx.Err()
		}, &d)
		wantPlainCancel(t, err, context.Canceled)
		if d.Expired() {
			t.Error("the deadline says that it expired")
		}
	})
}

func TestRule9_4_AShieldRunsFnToItsEndAlthoughTheContextDies(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		ctx, cancel := context.WithTimeout(context.WithValue(root, key{}, "v"), time.Second)
		defer cancel()
		saved := false
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					if ctx.Value(key{}) != "v" {
						t.Error("the values are gone")
					}
					if until, _ := ctx.Deadline(); until.Sub(start) != time.Minute {
						t.Errorf("a deadline from outside reaches in: %v", until.Sub(start))
					}
					err := braid.Sleep(ctx, 5*time.Second)
					saved = err == nil
					return err
				})
			})
			return nil
		})
		if err != nil || !saved {
			t.Error(err, saved)
		}
		at(t, start, 5*time.Second, "the join") // it was joined
		if err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error { return ctx.Err() }); err != nil {
			t.Errorf("under a dead context: %v", err)
		}
	})
}

func TestRule9_4_AShieldLastsForItsGraceAtMost(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Shield(ctx, 3*time.Second, untilDead, braid.Name("save"))
		wantTimeout(t, err, "save", 3*time.Second)
		at(t, start, 3*time.Second, "the end")
		err = braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
			if _, ok := ctx.Deadline(); ok {
				t.Error("Forever has a deadline")
			}
			return braid.Sleep(ctx, 1000*time.Hour)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule9_4_InsideAShieldInnerCancelsWork(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(untilDead)
				time.Sleep(time.Second)
				g.Cancel()
				return untilDead(ctx)
			})
			if err != nil {
				t.Error(err)
			}
			return braid.Timeout(ctx, time.Second, untilDead, braid.Name("inner"))
		})
		wantTimeout(t, err, "inner", time.Second)
		at(t, start, 2*time.Second, "the end")
	})
}

func TestRule9_4_AShieldIsStillInTheTree(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				return braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						g.Go(func(context.Context) error { return errOne }, braid.Name("write"))
						return nil
					}, braid.Name("inner"))
				})
			}, braid.Name("save"))
			return nil
		}, braid.Name("outer"))
		var path string
		for p := range braid.Leaves(err) {
			path = p
		}
		if path != "outer/save/inner/write" {
			t.Errorf("got %q", path)
		}
	})
}
