package braid_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows section 5 of the contract: cancelling.

func TestRule5_1_CancelIsANormalEarlyExitFromWhereverItIsCalled(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		for _, from := range []string{"body", "task", "outside", "before the first task"} {
			var kept *braid.Group
			err := braid.Run(root, func(ctx context.Context, g *braid.Group) error {
				kept = g
				if from == "before the first task" {
					g.Cancel()
				}
				for range 3 {
					g.Go(untilDead)
				}
				cancel := func() { time.Sleep(time.Second); g.Cancel(); g.Cancel() }
				switch from {
				case "task":
					g.Go(func(context.Context) error { cancel(); return nil })
				case "outside":
					go cancel()
				case "body":
					cancel()
				}
				return untilDead(ctx)
			})
			if err != nil {
				t.Errorf("from %s: %v", from, err)
			}
			kept.Cancel() // after the join: nothing
			kept.CancelCause(errWhy)
		}
		at(t, start, 3*time.Second, "the end")
		if root.Err() != nil {
			t.Error("the parent was cancelled")
		}
	})
}

func TestRule5_1_CancelHidesNoFailureThatComesLater(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			begun := make(chan struct{})
			g.Go(func(ctx context.Context) error { close(begun); <-ctx.Done(); return errLate })
			<-begun
			g.Cancel()
			return errOne
		})
		if !errors.Is(err, errLate) || !errors.Is(err, errOne) || len(failures(t, err)) != 2 {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule5_1_CancelHidesNoCancellationFromOutside(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		for _, outsideFirst := range []bool{true, false} {
			ctx, cancel := context.WithCancelCause(root)
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Second); return ctx.Err() })
				synctest.Wait()
				if outsideFirst {
					cancel(errWhy)
				}
				g.Cancel()
				cancel(errWhy)
				return ctx.Err()
			})
			wantPlainCancel(t, err, context.Canceled, errWhy)
		}
	})
}

func TestRule5_2_ATasksCancelEndsThatTaskAndTheGroupGoesOn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			one := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(2 * time.Second)
				return 0, ctx.Err()
			})
			other := braid.Fork(g, sleeper(5*time.Second, 42))
			time.Sleep(time.Second)
			one.Cancel()
			one.Cancel()
			at(t, start, time.Second, "Cancel's return") // it does not wait
			if _, err := one.Wait(ctx); !errors.Is(err, context.Canceled) || one.State() != braid.Cancelled {
				t.Errorf("Wait gave %v in state %v", err, one.State())
			}
			at(t, start, 3*time.Second, "Wait's return") // this does
			v, err := other.Wait(ctx)
			if v != 42 || ctx.Err() != nil {
				t.Errorf("the other gave %v, %v", v, err)
			}
			one.Cancel()
			other.Cancel()
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule5_2_AQueuedTaskThatIsCancelledIsSkippedAtOnce(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			task := braid.Fork(g, func(context.Context) (int, error) { t.Error("it was called"); return 0, nil })
			task.CancelCause(errWhy)
			_, err := task.Wait(ctx)
			var c *braid.Cancellation
			if !errors.As(err, &c) || c.Reason() != errWhy || task.State() != braid.Skipped {
				t.Errorf("got %v in state %v", err, task.State())
			}
			at(t, start, 0, "the result")
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
	})
}

func causeOf(t *testing.T, ctx context.Context) *braid.Cancellation {
	t.Helper()
	c, ok := context.Cause(ctx).(*braid.Cancellation)
	if !ok {
		t.Fatalf("the cause is %T (%v), want a *Cancellation", context.Cause(ctx), context.Cause(ctx))
	}
	return c
}

func TestRule5_3_TheCauseOfAFailureSaysWhichTaskAndWhy(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var c *braid.Cancellation
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); c = causeOf(t, ctx); return ctx.Err() })
			g.Go(failAfter(time.Second, errOne), braid.Name("fetch"))
			return nil
		}, braid.Name("page"))
		te, ok := c.Reason().(*braid.TaskError)
		if !ok || te.Err != errOne || te != failures(t, err)[0] || te.Path() != "page/fetch" || c.By() != "page/fetch" {
			t.Errorf("reason %v, by %q", c.Reason(), c.By())
		}
		if c.Site() != te.Spawned() || c.Site().Line == 0 || !strings.HasSuffix(c.Site().File, "_test.go") {
			t.Errorf("site %v", c.Site())
		}
		if c.At().Sub(start) != time.Second || c.Timeout() {
			t.Errorf("at %v, timeout %v", c.At().Sub(start), c.Timeout())
		}
		if !errors.Is(c, context.Canceled) || errors.Is(c, context.DeadlineExceeded) {
			t.Error("it matches the wrong one")
		}
		if errors.Is(c, errOne) || errors.As(error(c), new(*braid.TaskError)) {
			t.Error("it unwraps to the sibling's error")
		}
		if text := c.Error(); !strings.Contains(text, "page/fetch") || !strings.Contains(text, errOne.Error()) {
			t.Errorf("it says %q", text)
		}
	})
}

func TestRule5_3_TheCauseOfACancelSaysWhoWhyAndWhere(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			time.Sleep(time.Second)
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				c := causeOf(t, ctx)
				if c.By() != "page/one" || c.Reason() != errTwo || c.Site().Line == 0 {
					t.Errorf("a task's: by %q, reason %v, site %v", c.By(), c.Reason(), c.Site())
				}
				return 0, nil
			}, braid.Name("one"))
			synctest.Wait()
			task.CancelCause(errTwo)
			_, _ = task.Wait(ctx)
			g.CancelCause(errWhy)
			g.CancelCause(errOne) // the first wins
			c := causeOf(t, ctx)
			if c.By() != "page" || c.Reason() != errWhy || c.At().Sub(start) != time.Second {
				t.Errorf("by %q, reason %v, at %v", c.By(), c.Reason(), c.At().Sub(start))
			}
			if site := c.Site(); !strings.HasSuffix(site.File, "rule5_cancelling_test.go") || !strings.Contains(site.Func, "TheCauseOfACancel") {
				t.Errorf("site %+v", site)
			}
			if !errors.Is(c, context.Canceled) || errors.Is(c, errWhy) {
				t.Error("it matches the wrong one")
			}
			return nil
		}, braid.Name("page"))
	})
}

func TestRule5_3_TheCauseOfADeadlineIsATimeout(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, movable := range []bool{false, true} {
			opts := []braid.ScopeOption{braid.Name("fetch")}
			if movable {
				opts = append(opts, new(braid.Deadline))
			}
			err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						<-ctx.Done()
						c := causeOf(t, ctx)
						var ne net.Error
						if !errors.As(error(c), &ne) && !c.Timeout() || c.By() != "fetch" || c.Site().Line == 0 {
							t.Errorf("got %v, by %q, at %v", c, c.By(), c.Site())
						}
						if !errors.Is(c, context.DeadlineExceeded) || errors.Is(c, context.Canceled) || ctx.Err() != context.DeadlineExceeded {
							t.Errorf("it matches the wrong one: %v, %v", c, ctx.Err())
						}
						return ctx.Err()
					})
					return nil
				})
			}, opts...)
			wantTimeout(t, err, "fetch", time.Second)
		}
	})
}

func TestRule5_3_AnEarlierCauseOutsideIsNotOverwritten(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			cancel(errWhy)
			g.CancelCause(errTwo)
			if c := context.Cause(ctx); c != errWhy {
				t.Errorf("the cause is %v", c)
			}
			return errOne
		})
	})
}

func TestRule5_4_CancelReachesTheWholeSubtreeBeforeItReturns(t *testing.T) {
	for _, asked := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var below []context.Context // of tasks, bodies and limits; all of them still running
			_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				keep := func(ctx context.Context) {
					below = append(below, ctx)
					if asked { // a standard context is made inside, and one hangs below it
						child, cancel := context.WithCancel(ctx)
						t.Cleanup(cancel)
						below = append(below, child)
					}
				}
				var down func(depth int) func(context.Context) error
				down = func(depth int) func(context.Context) error {
					return func(ctx context.Context) error {
						keep(ctx)
						if depth == 0 {
							time.Sleep(time.Hour)
							return nil
						}
						return braid.Timeout(ctx, 1000*time.Hour, func(ctx context.Context) error {
							keep(ctx)
							return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
								keep(ctx)
								g.Go(down(depth - 1))
								return nil
							})
						})
					}
				}
				g.Go(down(4))
				synctest.Wait()
				g.CancelCause(errWhy)
				for i, ctx := range below {
					if ctx.Err() != context.Canceled || causeOf(t, ctx).Reason() != errWhy {
						t.Errorf("context %d is %v (%v)", i, ctx.Err(), context.Cause(ctx))
					}
					select {
					case <-ctx.Done():
					default:
						t.Errorf("Done of context %d is open", i)
					}
				}
				if len(below) < 13 {
					t.Errorf("%d contexts", len(below))
				}
				at(t, start, 0, "Cancel's return")
				return nil
			}, braid.Grace(braid.Forever))
		})
	}
}

func TestRule5_5_ADisobedientTaskIsReportedAfterTheGraceAndStillJoined(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var stalls []braid.Stall
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { stuckHere(20 * time.Second); return nil }, braid.Name("deaf"))
			g.Go(untilDead, braid.Name("obedient"))
			g.Go(failAfter(time.Second, errOne), braid.Name("culprit"))
			return nil
		}, braid.Name("page"), braid.Grace(5*time.Second), braid.OnStall(func(s braid.Stall) {
			at(t, start, 6*time.Second, "the report")
			stalls = append(stalls, s)
		}))
		at(t, start, 20*time.Second, "the join")
		if len(stalls) != 1 || len(stalls[0].Tasks) != 1 {
			t.Fatalf("got %d reports: %v", len(stalls), stalls)
		}
		s, task := stalls[0], stalls[0].Tasks[0]
		if s.Group != "page" || s.Since != 5*time.Second || task.Path != "page/deaf" {
			t.Errorf("group %q, since %v, task %q", s.Group, s.Since, task.Path)
		}
		if !strings.Contains(task.Blocked, "stuckHere") || !strings.Contains(task.Blocked, "sleep") || !strings.Contains(task.Stack, "stuckHere") {
			t.Errorf("blocked in %q", task.Blocked)
		}
		if c, ok := s.Cause.(*braid.Cancellation); !ok || c.By() != "page/culprit" {
			t.Errorf("cancelled by %v", s.Cause)
		}
		for _, want := range []string{"page/deaf", "page/culprit", "5s", "stuckHere"} {
			if !strings.Contains(s.String(), want) {
				t.Errorf("the text has no %q: %s", want, s)
			}
		}
	})
}

func stuckHere(d time.Duration) { time.Sleep(d) }

func TestRule5_5_ABodyAndAnOutsideCancelAreReportedToo(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		var paths []string
		report := braid.OnStall(func(s braid.Stall) {
			for _, task := range s.Tasks {
				paths = append(paths, task.Path)
			}
		})
		_ = braid.Run(root, func(_ context.Context, g *braid.Group) error {
			g.Cancel()
			stuckHere(time.Minute)
			return nil
		}, report, braid.Name("page"))
		ctx, cancel := context.WithCancel(root)
		time.AfterFunc(time.Second, cancel)
		_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { stuckHere(time.Minute); return nil }, braid.Name("deaf"))
			return nil
		}, report)
		if len(paths) != 2 || paths[0] != "page/(body)" || paths[1] != "deaf" {
			t.Errorf("reported: %v", paths)
		}
		at(t, start, 2*time.Minute, "the end")
	})
}

func TestRule5_5_TheReportCanBeTurnedOffAndIsInherited(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		reports := 0
		count := braid.OnStall(func(braid.Stall) { reports++ })
		deaf := func(ctx context.Context, opts ...braid.GroupOption) {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { stuckHere(1000 * time.Hour); return nil })
				synctest.Wait()
				g.Cancel()
				return nil
			}, opts...)
		}
		deaf(ctx, count, braid.Grace(braid.Forever))
		if reports != 0 {
			t.Error("it was reported although that was turned off")
		}
		deaf(ctx, count) // the default
		if reports != 1 {
			t.Errorf("%d reports by default", reports)
		}
		_ = braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error { deaf(ctx); return nil }, count, braid.Grace(time.Second))
		if reports != 2 {
			t.Errorf("%d reports, want one by the group below", reports)
		}
	})
}
