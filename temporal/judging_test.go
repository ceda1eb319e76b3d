package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// Rules 3, 4, 5 and 8 where it is less plain: what counts as a failure, whose it is, and
// what becomes of panics in what is only told.

func TestRule3_2_ATimeoutOfTheTasksOwnIsNoCancellation(t *testing.T) {
	_, err := moveOn(t, time.Minute, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				own := temporal.Timeout(ctx, time.Second, untilDead, temporal.Name("own"))
				_ = untilDead(ctx)
				return own
			})
			g.Go(func(ctx wctx) error { return errors.Join(untilDead(ctx), context.DeadlineExceeded) }) // the scope's
			return nil
		})
	})
	var te *braid.TimeoutError
	if fails := failures(err); len(fails) != 1 || !errors.As(fails[0], &te) || te.Name != "own" {
		t.Errorf("%+v", err)
	}
	err = run(t, func(ctx wctx, g *group) error { // no deadline had a part in this
		g.Go(func(ctx wctx) error { _ = untilDead(ctx); return context.DeadlineExceeded })
		g.Go(after(time.Second, errOurs))
		return nil
	})
	if len(failures(err)) != 2 {
		t.Error(err)
	}
}

// moveOn runs fn within a limit of d in a workflow.
func moveOn(t *testing.T, d time.Duration, fn func(wctx) error) (fired bool, err error) {
	t.Helper()
	err = flow(t, func(ctx wctx) (err error) {
		fired, err = temporal.MoveOn(ctx, d, fn)
		return err
	})
	return fired, err
}

func TestRule3_4_CancelNoiseIsCancellationInADeadContextOnly(t *testing.T) {
	noise := temporal.CancelNoise(func(err error) bool { return err == io.ErrClosedPipe })
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(onceDead(fmt.Errorf("read: %w", io.ErrClosedPipe)))
		g.Go(onceDead(io.ErrUnexpectedEOF))
		g.Go(after(time.Second, errOurs))
		return nil
	}, noise)
	if fails := failures(err); len(fails) != 2 || errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	err = run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Second, io.ErrClosedPipe))
		return nil
	}, noise)
	if len(failures(err)) != 1 {
		t.Error(err)
	}
}

func TestRule3_5_AFailureInTheCleanupOfABackgroundTaskIsOne(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(onceDead(errOurs), temporal.Background)
		return temporal.Sleep(ctx, time.Second)
	})
	if fails := failures(err); len(fails) != 1 || !fails[0].(*braid.TaskError).AfterCancel {
		t.Error(err)
	}
}

func TestRule3_7_WhatErrorsJoinMakesOfRecordedFailuresAddsNothing(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		a, b := temporal.Fork(g, value(0, time.Second, errOurs)), temporal.Fork(g, value(0, time.Minute, io.EOF))
		_, errA := a.Wait(ctx)
		_, errB := b.Wait(ctx)
		return errors.Join(errA, errB, io.ErrNoProgress)
	}, temporal.Supervised)
	if fails := failures(err); len(fails) != 3 || !errors.Is(fails[2], io.ErrNoProgress) || errors.Is(fails[2], io.EOF) {
		t.Errorf("%+v", err)
	}
	err = flow(t, func(ctx wctx) error { // of another group it is a failure like others
		return temporal.Run(ctx, func(ctx wctx, _ *group) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				bad := temporal.Fork(g, value(0, 0, errOurs))
				return temporal.Run(ctx, func(ctx wctx, _ *group) error { _, err := bad.Wait(disconnected(ctx)); return err })
			}, temporal.Supervised)
		})
	})
	if !errors.Is(err, errOurs) {
		t.Errorf("%+v", err)
	}
}

func TestRule3_10_APanicInOnFailureEndsASupervisedGroupAndLosesNothing(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("observer") }, "Goexit": runtime.Goexit} {
		for _, panics := range []bool{false, true} {
			err := flow(t, func(ctx wctx) error {
				err := temporal.Run(ctx, func(ctx wctx, g *group) error {
					g.Go(func(ctx wctx) error {
						err := after(time.Second, errOurs)(ctx)
						if panics {
							panic(err)
						}
						return err
					})
					g.Go(untilDead)
					return nil
				}, temporal.Supervised, temporal.OnFailure(func(*braid.TaskError) { end() }))
				if since(ctx) != time.Second {
					t.Errorf("%s: it ended after %v", name, since(ctx))
				}
				return err
			})
			var pe *braid.PanicError
			asked := name == "panic" && errors.As(err, &pe) || errors.Is(err, braid.ErrGoexit)
			if !errors.Is(err, errOurs) || !asked || !strings.Contains(err.Error(), "OnFailure") {
				t.Errorf("%s of a task that panics (%v): %v", name, panics, err)
			}
		}
	}
}

func TestRule3_10_AGoexitInOnFailureOfABodysOwnEndLeavesNothingUnjoined(t *testing.T) {
	for name, end := range map[string]func() error{
		"panic": func() error { panic("body") }, "Goexit": func() error { runtime.Goexit(); return nil }, "error": func() error { return errOurs },
	} {
		var tr trail
		err := run(t, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error {
				return temporal.Run(ctx, func(ctx wctx, g *group) error {
					g.Go(func(ctx wctx) error {
						defer tr.note("joined")
						return temporal.Shield(ctx, time.Hour, after(time.Minute, nil))
					})
					_ = temporal.Sleep(ctx, time.Second)
					return end()
				}, temporal.OnFailure(func(*braid.TaskError) { runtime.Goexit() }))
			})
			return nil
		})
		tr.is(t, "joined")
		var pe *braid.PanicError
		if name == "panic" && (!errors.As(err, &pe) || pe.Value != "body") || name != "panic" && !errors.Is(err, braid.ErrGoexit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRule3_10_InASupervisedGroupPanicsLetTheSiblingsGoOnToo(t *testing.T) {
	var tr trail
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(wctx) error { panic("boom") })
				g.Go(func(ctx wctx) error { defer tr.note("goes on"); return temporal.Sleep(ctx, time.Hour) })
				return nil
			}, temporal.Supervised)
		})
		return nil
	})
	tr.is(t, "goes on")
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "boom" {
		t.Error(err)
	}
}

func TestRule3_11_WhatThatDeathSkippedIsTold(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(onceDead(nil))
			g.Go(func(wctx) error { t.Error("called"); return nil })
			return nil
		}, temporal.Limit(1))
	}, cancelAfter(time.Minute))
	if !errors.Is(err, context.Canceled) || failures(err) != nil {
		t.Error(err)
	}
}

func TestRule4_1_AFailureHasPathItemAndPlaceAndIsSeenThrough(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Each(ctx, []string{"a", "b"}, func(ctx wctx, s string) error {
			if s == "b" {
				return &tooBad{s}
			}
			return nil
		}, temporal.Name("each"))
	})
	var te *braid.TaskError
	var bad *tooBad
	if !errors.As(err, &te) || !errors.As(err, &bad) || te.Item() != 1 || !strings.HasPrefix(te.Path(), "each/") || te.AfterCancel {
		t.Errorf("%+v", err)
	}
	if site := te.Spawned(); !strings.HasSuffix(site.File, "judging_test.go") || site.Line == 0 {
		t.Error(site)
	}
}

func TestRule4_2_ErrorsStandInTheOrderOfTheirEndsTheBodysLast(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error { // its cleanup takes time
			_ = untilDead(ctx)
			return temporal.Shield(ctx, time.Hour, after(time.Minute, io.EOF))
		})
		g.Go(after(time.Second, errOurs))
		_ = untilDead(ctx)
		return io.ErrNoProgress
	})
	fails := failures(err)
	if len(fails) != 3 || !errors.Is(fails[0], errOurs) || !errors.Is(fails[1], io.EOF) || !errors.Is(fails[2], io.ErrNoProgress) {
		t.Errorf("%+v", err)
	}
	if p := err.(*braid.GroupError).Primary(); !errors.Is(p, errOurs) {
		t.Error(p)
	}
}

func TestRule4_2_ThePrimaryIsTheFailureThatCancelledAlsoWhereOneIsNotEnough(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		_, err := temporal.First(ctx, temporal.Funcs(value(0, time.Second, io.EOF), value(0, time.Minute, errOurs)))
		return err
	})
	if p := err.(*braid.GroupError).Primary(); !errors.Is(p, errOurs) {
		t.Error("of First:", p)
	}
	err = run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Second, io.EOF))
		_ = temporal.Sleep(ctx, time.Minute)
		return errOurs
	}, temporal.Supervised)
	if p := err.(*braid.GroupError).Primary(); !errors.Is(p, errOurs) {
		t.Error("of the body:", p)
	}
}

func TestRule4_4_AWorkflowsErrorIsALineATreeAndARecord(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error { panic("boom") }, temporal.Name("mad"))
		return nil
	}, temporal.Name("job"))
	if text := err.Error(); text != "job/mad: panic: boom" {
		t.Error(text)
	}
	if tree := fmt.Sprintf("%+v", err); !strings.Contains(tree, "judging_test.go") || !strings.Contains(tree, "goroutine") {
		t.Error(tree)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Error("x", "err", err)
	if !strings.Contains(log.String(), "boom") || !strings.Contains(log.String(), "job/mad") {
		t.Error(log.String())
	}
}

func TestRule4_6_CatchTakesAWorkflowsErrorApart(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(after(time.Second, &tooBad{"a"}))
		g.Go(after(time.Second, io.EOF))
		return nil
	}, temporal.Supervised)
	var caught []*tooBad
	rest := braid.Catch(err, braid.On(func(_ error, found []*tooBad) error { caught = found; return nil }))
	if len(caught) != 1 || !errors.Is(rest, io.EOF) || len(failures(rest)) != 1 {
		t.Error(caught, rest)
	}
}

func TestRule5_1_ACancellationFromOutsideIsNotHiddenByOneOfTheGroups(t *testing.T) {
	err := flow(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error { // still ending when the caller is cancelled
				cause := untilDead(ctx)
				return errors.Join(cause, temporal.Shield(ctx, time.Hour, after(10*time.Minute, nil)))
			})
			_ = temporal.Sleep(ctx, time.Second)
			g.Cancel()
			return nil
		})
	}, cancelAfter(time.Minute))
	if !errors.Is(err, context.Canceled) || failures(err) != nil {
		t.Error(err)
	}
}

func TestRule5_4_CancellationReachesTheWholeSubtreeBeforeCancelReturns(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		var below []wctx
		g.Go(func(ctx wctx) error {
			return temporal.Timeout(ctx, 1000*time.Hour, func(ctx wctx) error {
				return temporal.Run(ctx, func(ctx wctx, g *group) error {
					g.Go(func(ctx wctx) error {
						own, cancel := workflow.WithCancel(ctx)
						defer cancel()
						below = append(below, ctx, own)
						return untilDead(own)
					})
					below = append(below, ctx)
					return untilDead(ctx)
				})
			})
		})
		_ = temporal.Sleep(ctx, time.Second)
		g.CancelCause(errOurs)
		for i, ctx := range below {
			var c *braid.Cancellation
			if cause := temporal.Cause(ctx); ctx.Err() == nil || !errors.As(cause, &c) || c.Reason() != errOurs {
				t.Error(i, cause)
			}
		}
		if len(below) != 3 {
			t.Error(len(below))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule8_1_PanicsAsErrorsMakesOneAFailureOfAnInnerGroupToo(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			err := temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(wctx) error { panic(nil) })
				return nil
			}, temporal.PanicsAsErrors)
			var pe *braid.PanicError
			if !errors.As(err, &pe) {
				t.Error(err)
			}
			return nil
		})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule8_1_AllButTheFirstPanicAreBesideIt(t *testing.T) {
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error {
			return temporal.Run(ctx, func(ctx wctx, g *group) error {
				g.Go(func(ctx wctx) error { _ = untilDead(ctx); panic("second") })
				g.Go(func(ctx wctx) error { _ = temporal.Sleep(ctx, time.Second); panic("first") })
				_ = untilDead(ctx)
				panic("third")
			})
		})
		return nil
	})
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "first" || !strings.Contains(fmt.Sprint(pe.Siblings), "second") || !strings.Contains(fmt.Sprint(pe.Siblings), "third") {
		t.Errorf("%v", err)
	}
}
