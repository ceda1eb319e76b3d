package braid_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// What anyio's tests of task groups and cancel scopes ask beyond those of Trio
// and asyncio: start(), scopes within scopes, deadlines that are moved from
// inside and outside, shields in cancelled scopes, and groups in groups.

// start() called by a started task before it is ready itself
func TestTrio175_AStartWithinAStartReadiesFromTheInsideOut(t *testing.T) {
	for name, opts := range map[string][]braid.GroupOption{"no limit": nil, "limit 1": {braid.Limit(1)}} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(string)) error {
						v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(string)) error {
							time.Sleep(time.Second)
							ready("inner")
							return nil
						})
						if err != nil {
							return err
						}
						time.Sleep(time.Second)
						ready("outer of " + v)
						return nil
					})
					at(t, start, 2*time.Second, "Start")
					if v != "outer of inner" {
						t.Error(v)
					}
					return err
				}, opts...)
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// a start() that fails in the inner of two leaves both groups alive if handled
func TestTrio177_AnInnerStartThatFailsIsItsCallersAlone(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				_, err := braid.Start(ctx, g, func(context.Context, func(int)) error { return errOne })
				if !errors.Is(err, errOne) || ctx.Err() != nil {
					t.Error(err, ctx.Err())
				}
				ready(1)
				return nil
			})
			if v != 1 || err != nil || ctx.Err() != nil {
				t.Error(v, err, ctx.Err())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// cancelling the host while start() waits joins the task and says cancelled
func TestTrio179_AStartInATaskThatIsCancelledJoinsWhatItStarted(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			host := braid.Fork(g, func(ctx context.Context) (int, error) {
				return braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
					<-ctx.Done()
					time.Sleep(2 * time.Second)
					return ctx.Err()
				})
			})
			time.Sleep(time.Second)
			host.Cancel()
			_, err := host.Wait(ctx)
			at(t, start, 3*time.Second, "the host")
			if !errors.Is(err, context.Canceled) || host.State() != braid.Cancelled || ctx.Err() != nil {
				t.Error(err, host.State(), ctx.Err())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// a task that was started in the background is cancelled with the others of its kind
func TestRule1_3_AStartedBackgroundTaskEndsWithTheOrdinaryOnes(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				time.Sleep(time.Second)
				ready(8080)
				return untilDead(ctx)
			}, braid.Background)
			if v != 8080 || err != nil {
				t.Error(v, err)
			}
			g.Go(failAfter(time.Second, nil))
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Error(err)
		}
		at(t, start, 2*time.Second, "the join")
	})
}

// what a background task has hung onto its context is told of its cancellation
func TestRule1_3_AHandlerInABackgroundTaskIsCalledWhenThatIsCancelled(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		serve := func(ctx context.Context) error { // as one reads from a connection
			closed := make(chan struct{})
			stop := braid.AfterFunc(ctx, func() { close(closed) })
			defer stop()
			<-closed
			return ctx.Err()
		}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			braid.AfterFunc(ctx, func() { t.Error("the end of the group is no cancellation of the body") })
			g.Go(serve, braid.Background)
			g.Go(func(ctx context.Context) error { // and in a group and a limit below
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(serve)
					return braid.Timeout(ctx, time.Hour, serve)
				})
			}, braid.Background)
			g.Go(func(ctx context.Context) error {
				defer braid.AfterFunc(ctx, func() { t.Error("the end of a task is no cancellation") })()
				return braid.Sleep(ctx, time.Second)
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Second, "the join")
	})
}

// a scope that is cancelled from outside while its inner scope is shielded
func TestRule9_4_NestedShieldsEndOneByOneAndTheCancelIsThereAfterTheLast(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		err := braid.Shield(ctx, time.Minute, func(outer context.Context) error {
			err := braid.Shield(outer, time.Minute, func(inner context.Context) error {
				cancel(errWhy)
				if err := braid.Sleep(inner, time.Second); err != nil {
					t.Error("the inner shield:", err)
				}
				return nil
			})
			if err != nil || outer.Err() != nil {
				t.Error(err, outer.Err())
			}
			return braid.Sleep(outer, time.Second)
		})
		at(t, start, 2*time.Second, "the end")
		if err != nil || !errors.Is(braid.Sleep(ctx, time.Second), errWhy) {
			t.Error(err, context.Cause(ctx))
		}
	})
}

// an inner shield ends before the outer one: the smaller grace counts
func TestRule9_4_OfNestedShieldsTheSmallerGraceCounts(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Shield(ctx, 2*time.Second, func(ctx context.Context) error {
			return braid.Shield(ctx, time.Second, untilDead, braid.Name("inner"))
		}, braid.Name("outer"))
		if te, ok := braid.TimedOut(err); !ok || te.Name != "inner" {
			t.Error(err)
		}
		at(t, start, time.Second, "the inner")
		// A shield keeps the grace of the one around it out as well: it is a
		// deadline of the outside.
		fired := false
		err = braid.Shield(ctx, time.Second, func(ctx context.Context) error {
			return braid.Shield(ctx, 3*time.Second, func(ctx context.Context) error {
				err := braid.Sleep(ctx, 2*time.Second)
				fired = err == nil
				return err
			})
		})
		if !fired || err != nil {
			t.Error(fired, err)
		}
	})
}

// cancelling the group from within a shield takes effect behind it
func TestRule9_4_ACancelOfTheGroupFromWithinAShieldIsSeenBehindIt(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					g.Cancel()
					return braid.Sleep(ctx, time.Second)
				})
				if err != nil || ctx.Err() == nil {
					t.Error(err, ctx.Err())
				}
				return braid.Sleep(ctx, time.Hour)
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, time.Second, "the join")
	})
}

// move_on_after(0), move_on_after(-1), fail_after(0) and a shield of 0
func TestRule9_2_WithoutTimeNothingIsCalledAndWhoAskedIsTold(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		never := func(context.Context) error { t.Error("called"); return nil }
		for _, d := range []time.Duration{0, -1, -time.Hour, -1 << 63} {
			if fired, err := braid.MoveOn(ctx, d, never); !fired || err != nil {
				t.Error("MoveOn", d, fired, err)
			}
			for name, err := range map[string]error{
				"Timeout": braid.Timeout(ctx, d, never),
				"Shield":  braid.Shield(ctx, d, never),
			} {
				if _, ok := braid.TimedOut(err); !ok {
					t.Error(name, d, err)
				}
			}
		}
		dead, cancel := context.WithCancel(ctx)
		cancel()
		if fired, err := braid.MoveOn(dead, 0, never); fired || !errors.Is(err, context.Canceled) {
			t.Error("a dead context comes first:", fired, err)
		}
		at(t, start, 0, "the end")
	})
}

// scope.deadline set from inside and from outside, and to the past
func TestRule9_3_ADeadlineIsMovedFromInsideAndFromAnotherTask(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var d braid.Deadline
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				time.Sleep(2 * time.Second)
				return d.Reset(3 * time.Second) // until 5s
			})
			g.Go(func(context.Context) error {
				time.Sleep(4 * time.Second)
				return d.Reset(-1)
			})
			fired, err := braid.MoveOn(ctx, time.Second, func(ctx context.Context) error {
				if err := d.Reset(time.Hour); err != nil {
					return err
				}
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(untilDead)
					return braid.Timeout(ctx, time.Minute, untilDead)
				})
			}, &d)
			at(t, start, 4*time.Second, "the scope")
			if !fired || err != nil || !d.Expired() || ctx.Err() != nil {
				t.Error(fired, err, d.Expired(), ctx.Err())
			}
			if d.Reset(time.Hour) == nil || !d.Expired() {
				t.Error("an expired deadline was moved")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// a shield without a bound gets one, and loses it again
func TestRule9_3_AShieldsGraceCanBeMovedInADeadContext(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		var d braid.Deadline
		err := braid.Shield(ctx, braid.Forever, func(ctx context.Context) error {
			if _, ok := ctx.Deadline(); ok || ctx.Err() != nil {
				t.Error("a bound or a death from the start")
			}
			if err := errors.Join(d.Reset(time.Second), d.Stop(), braid.Sleep(ctx, 2*time.Second), d.Reset(time.Second)); err != nil {
				t.Error(err)
			}
			return untilDead(ctx)
		}, &d, braid.Name("save"))
		if te, ok := braid.TimedOut(err); !ok || te.After != 3*time.Second || te.Name != "save" {
			t.Errorf("%v", err)
		}
		at(t, start, 3*time.Second, "the end")
	})
}

// groups in groups: the failure of the innermost ends all, each with its branch
func TestRule4_3_AFailureThreeGroupsDeepComesOutUnderThreeGroups(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var mu sync.Mutex
		var cut []string
		obey := func(name string) func(context.Context) error {
			return func(ctx context.Context) error {
				<-ctx.Done()
				mu.Lock()
				defer mu.Unlock()
				cut = append(cut, name)
				return ctx.Err()
			}
		}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(obey("1"))
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(obey("2"))
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(obey("3"))
					g.Go(failAfter(time.Second, errOne), braid.Name("bad"))
					return nil
				}, braid.Name("c"))
			}, braid.Name("b"))
		}, braid.Name("a"))
		at(t, start, time.Second, "the end")
		depth := 0
		for e := err; ; depth++ {
			var ge *braid.GroupError
			ge, ok := e.(*braid.GroupError)
			if !ok {
				if e != errOne {
					t.Error(e)
				}
				break
			}
			tes := failures(t, ge)
			if len(tes) != 1 {
				t.Fatalf("%+v", err)
			}
			e = tes[0].Err
		}
		if depth != 3 || len(cut) != 3 {
			t.Error(depth, cut)
		}
		for path, leaf := range braid.Leaves(err) {
			if path != "a/b/c/bad" || leaf != errOne {
				t.Error(path, leaf)
			}
		}
	})
}

// an exception and a cancellation from outside at the same instant: nothing is lost
func TestRule3_5_AFailureAtTheInstantOfAnOutsideCancelIsNotLost(t *testing.T) {
	for range 20 {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(failAfter(time.Second, errOne))
				g.Go(untilDead)
				return untilDead(ctx)
			})
			wantFailures(t, err, errOne)
		})
	}
}

// a panic (anyio's BaseException) among errors: it is raised, the errors with it
func TestRule8_1_APanicAmongErrorsOfNestedGroupsIsRaisedWithAllOfThem(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						g.Go(failAfter(2*time.Second, errTwo))
						time.Sleep(time.Second)
						panic(errWhy)
					})
				})
				g.Go(failAfter(time.Second, errOne))
				return nil
			})
		})
		pe, ok := e.panicked.(*braid.PanicError)
		if !ok || pe.Value != errWhy || !errors.Is(pe, errWhy) {
			t.Fatalf("%+v", e)
		}
		if !errors.Is(pe.Siblings, errOne) || !errors.Is(pe.Siblings, errTwo) {
			t.Errorf("siblings: %v", pe.Siblings)
		}
	})
}

// the group is left by whoever waits in it only when the last task of a task has ended
func TestRule1_4_ATaskSpawnedByTheCleanupOfTheLastTaskIsJoinedOrSkipped(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ran := false
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				defer g.Go(func(ctx context.Context) error {
					defer func() { ran = true }()
					return braid.Sleep(ctx, time.Second)
				})
				return braid.Sleep(ctx, time.Second)
			})
			return nil
		})
		if err != nil || !ran {
			t.Error(err, ran)
		}
		at(t, start, 2*time.Second, "the join")
	})
}
