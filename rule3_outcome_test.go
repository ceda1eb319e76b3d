package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 3.5 to 3.11 of the contract: what comes out of a group.

func TestRule3_5_ARealErrorInCleanupBeatsAnOutsideCancel(t *testing.T) {
	for _, who := range []string{"task", "body"} {
		t.Run(who, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(time.Second, func() { cancel(errWhy) })
				cleanup := func(ctx context.Context) error {
					<-ctx.Done()
					return errors.Join(ctx.Err(), errLate)
				}
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(untilDead)
					if who == "body" {
						return cleanup(ctx)
					}
					g.Go(cleanup)
					return nil
				})
				tes := failures(t, err)
				if len(tes) != 1 || !errors.Is(tes[0], errLate) || !tes[0].AfterCancel {
					t.Errorf("got %+v", err)
				}
				if errors.Is(err, errWhy) || errors.Is(err, context.Canceled) {
					t.Errorf("the cancellation is in %v", err)
				}
				if p := err.(*braid.GroupError).Primary(); p != tes[0] {
					t.Errorf("primary is %v", p)
				}
			})
		})
	}
}

func TestRule3_6_PureOutsideCancellationIsOnePlainError(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		wait := func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for range 5 {
					g.Go(untilDead)
				}
				return nil
			})
		}
		ctx, cancel := context.WithCancel(root)
		time.AfterFunc(time.Second, cancel)
		if err := wait(ctx); err != context.Canceled {
			t.Errorf("got %T (%v), want context.Canceled", err, err)
		}
		ctx, cancelCause := context.WithCancelCause(root)
		time.AfterFunc(time.Second, func() { cancelCause(errWhy) })
		err := wait(ctx)
		wantPlainCancel(t, err, context.Canceled, errWhy)
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v matches DeadlineExceeded", err)
		}
		ctx, cancel = context.WithTimeoutCause(root, time.Second, errWhy)
		defer cancel()
		err = wait(ctx)
		wantPlainCancel(t, err, context.DeadlineExceeded, errWhy)
		if errors.Is(err, context.Canceled) {
			t.Errorf("%v matches Canceled", err)
		}
		at(t, start, 3*time.Second, "the end")
	})
}

func TestRule3_6_ABodyCutShortIsEnough(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(time.Second, func() { cancel(errWhy) })
		err := braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error { return untilDead(ctx) })
		wantPlainCancel(t, err, context.Canceled, errWhy)
	})
}

func TestRule3_7_WaitGivesTheFailedTasksOwnErrorAndReturningItAddsNothing(t *testing.T) {
	t.Run("body", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var waited error
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { return 0, errOne })
				_, waited = task.Wait(context.Background())
				return waited
			})
			wantFailures(t, err, errOne)
			if error(failures(t, err)[0]) != waited {
				t.Errorf("Wait gave %#v, the group has %#v", waited, failures(t, err)[0])
			}
		})
	})
	t.Run("task", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { return 0, errOne })
				again := braid.Fork(g, func(context.Context) (int, error) { return task.Wait(context.Background()) })
				g.Go(func(context.Context) error {
					_, err := again.Wait(context.Background())
					return err
				})
				return nil
			})
			wantFailures(t, err, errOne)
		})
	})
	t.Run("joined with something new", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { return 0, errOne })
				_, err := task.Wait(context.Background())
				return errors.Join(err, errTwo)
			})
			wantFailures(t, err, errOne, errTwo)
		})
	})
}

func TestRule3_7_AWrapperIsANewError(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var wrapped error
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(context.Context) (int, error) { return 0, errOne })
			_, err := task.Wait(context.Background())
			wrapped = fmt.Errorf("loading: %w", err)
			return wrapped
		})
		wantFailures(t, err, errOne, wrapped)
	})
}

func TestRule3_7_OneSentinelFromTwoTasksIsTwoFailures(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(failAfter(time.Second, errOne))
			g.Go(failAfter(2*time.Second, errOne))
			time.Sleep(3 * time.Second)
			return errOne
		})
		wantFailures(t, err, errOne, errOne, errOne)
	})
}

func TestRule3_8_AnInnerGroupsCancellationIsNoFailureOfTheOuter(t *testing.T) {
	inner := func(ctx context.Context) error {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error { g.Go(untilDead); return nil })
		if err == nil {
			return errors.New("the inner group was not cut short")
		}
		return err
	}
	wrapped := func(ctx context.Context) error { return fmt.Errorf("inner: %w", inner(ctx)) }
	deep := func(ctx context.Context) error {
		return braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error { return inner(ctx) })
	}
	shapes := map[string]func(context.Context) error{"bare": inner, "wrapped": wrapped, "deep": deep}
	for name, inner := range shapes {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(inner)
					g.Go(failAfter(time.Second, errOne))
					return inner(ctx)
				})
				wantFailures(t, err, errOne)
				err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(inner)
					time.AfterFunc(time.Second, g.Cancel)
					return inner(ctx)
				})
				if err != nil {
					t.Errorf("after Cancel: %v", err)
				}
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(time.Second, func() { cancel(errWhy) })
				err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(inner)
					return inner(ctx)
				})
				wantPlainCancel(t, err, context.Canceled, errWhy)
				at(t, start, 3*time.Second, "the end")
			})
		})
	}
}

func TestRule3_9_AFailingGroupNeverCancelsItsParent(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		std, cancel := context.WithCancel(ctx)
		defer cancel()
		fail := func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return errOne })
				return errTwo
			})
		}
		if fail(std) == nil || std.Err() != nil {
			t.Errorf("the parent has %v", std.Err())
		}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				if fail(ctx) == nil || ctx.Err() != nil {
					t.Errorf("the task has %v", ctx.Err())
				}
				return nil
			})
			if fail(ctx) == nil || ctx.Err() != nil {
				t.Errorf("the body has %v", ctx.Err())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule3_10_InASupervisedGroupTheSiblingsGoOn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(failAfter(time.Second, errOne))
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 3*time.Second) })
			g.Go(failAfter(2*time.Second, errTwo))
			return braid.Sleep(ctx, 2500*time.Millisecond)
		}, braid.Supervised)
		wantFailures(t, err, errOne, errTwo)
		at(t, start, 3*time.Second, "the join")
		// Of the body that is not true: it decides what there is to supervise.
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(untilDead)
			return errOne
		}, braid.Supervised)
		wantFailures(t, err, errOne)
	})
}

func TestRule3_10_InASupervisedGroupPanicsAndGoexitsLetTheSiblingsGoOnToo(t *testing.T) {
	for name, fail := range map[string]func(){"panic": func() { panic("boom") }, "goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				e := howEnded(func() error {
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						g.Go(func(context.Context) error { fail(); return nil })
						g.Go(func(ctx context.Context) error {
							if err := braid.Sleep(ctx, time.Second); err != nil {
								t.Errorf("a sibling was cancelled: %v", err)
							}
							return nil
						})
						return nil
					}, braid.Supervised)
				})
				at(t, start, time.Second, "the join")
				if (e.panicked != nil) != (name == "panic") || e.exited != (name == "goexit") {
					t.Errorf("it ended with %+v", e)
				}
			})
		})
	}
}

func TestRule3_10_ASupervisedGroupKeepsAFewFailuresCountsTheRestAndShowsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 5000
		var seen atomic.Int32
		sink := braid.OnFailure(func(te *braid.TaskError) {
			if te.Err != errOne {
				t.Errorf("the sink got %v", te)
			}
			seen.Add(1)
		})
		fill := func(opts ...braid.GroupOption) *braid.GroupError {
			seen.Store(0)
			err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				for range n {
					g.Go(func(context.Context) error { return errOne })
				}
				return nil
			}, append(opts, braid.Supervised, sink)...)
			return err.(*braid.GroupError)
		}
		for kept, ge := range map[int]*braid.GroupError{7: fill(braid.Keep(7)), braid.DefaultKeep: fill()} {
			if len(ge.Errors()) != kept || ge.Dropped() != n-kept {
				t.Errorf("kept %d, dropped %d, want %d, %d", len(ge.Errors()), ge.Dropped(), kept, n-kept)
			}
			if seen.Load() != n {
				t.Errorf("the sink saw %d of %d", seen.Load(), n)
			}
		}
	})
}

func TestRule3_5_WhatCutAGroupShortBesideItsFailuresIsTold(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		ctx, cancel := context.WithTimeout(root, 1500*time.Millisecond)
		defer cancel()
		lengths, err := braid.Map(ctx, []string{"one", "", "three", "four"}, func(ctx context.Context, s string) (int, error) {
			if s == "" {
				return 0, errOne
			}
			if err := braid.Sleep(ctx, time.Second); err != nil {
				return 0, err
			}
			return len(s), nil
		}, braid.Supervised, braid.Limit(1))
		ge, ok := err.(*braid.GroupError)
		if !ok || len(ge.Errors()) != 1 || !errors.Is(ge.Cut(), context.DeadlineExceeded) || !slices.Equal(lengths, []int{3, 0, 0, 0}) {
			t.Fatalf("got %v, %v", lengths, err)
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			t.Error("a cancellation beats a real error")
		}
		for _, format := range []string{"%v", "%+v"} {
			if text := fmt.Sprintf(format, err); !strings.Contains(text, "cut short by context deadline exceeded") {
				t.Errorf("it is not said: %s", text)
			}
		}
		ctx, cancel = context.WithCancel(root)
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return errTwo }) // of its cleanup
			time.Sleep(time.Second)
			cancel()
			return nil
		})
		if ge, ok := err.(*braid.GroupError); !ok || ge.Cut() != context.Canceled {
			t.Errorf("a cleanup that failed: %v", err)
		}
	})
}

func TestRule3_5_AGroupThatItsOwnFailureEndedWasNotCutShort(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		ctx, cancel := context.WithCancel(root)
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(untilDead)
			g.Go(func(context.Context) error { return errOne })
			time.Sleep(time.Second)
			cancel() // it is over already
			return nil
		})
		if ge, ok := err.(*braid.GroupError); !ok || ge.Cut() != nil {
			t.Errorf("got %v", err)
		}
		ctx, cancel = context.WithCancel(root)
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errOne })
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil }) // it made it
			time.Sleep(time.Second)
			cancel()
			return nil
		}, braid.Supervised)
		if ge, ok := err.(*braid.GroupError); !ok || ge.Cut() != nil || err.Error() == "" {
			t.Errorf("all had ended by themselves: %v", err)
		}
	})
}

func TestRule3_11_AGroupInWhichAllSucceededReturnsNilAlthoughItsContextDied(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancel(ctx)
		v, err := braid.Call(ctx, func(_ context.Context, g *braid.Group) (int, error) {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil }) // it made it
			time.Sleep(time.Second)
			cancel()
			return 42, nil
		})
		if v != 42 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
}

func TestRule3_11_ATaskCutShortOrSkippedByThatDeathIsTold(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		ctx, cancel := context.WithCancel(root)
		v, err := braid.Call(ctx, func(_ context.Context, g *braid.Group) (int, error) {
			g.Go(untilDead)
			time.Sleep(time.Second)
			cancel()
			return 42, nil
		})
		if v != 0 || err != context.Canceled {
			t.Errorf("cut short: got %v, %v", v, err)
		}
		ctx, cancel = context.WithCancel(root)
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			cancel()
			g.Go(func(context.Context) error { t.Error("it was called"); return nil })
			return nil
		})
		if err != context.Canceled {
			t.Errorf("skipped: got %v", err)
		}
	})
}

func TestRule3_5_OfAnErrorThatIsSplitTheRestTellsWhatCutTheGroupShort(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, _ time.Time) {
		ctx, cancel := context.WithCancel(root)
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errOne })
			g.Go(func(context.Context) error { return errTwo })
			g.Go(untilDead)
			time.Sleep(time.Second)
			cancel()
			return nil
		}, braid.Supervised)
		matched, rest := braid.Split(err, braid.Is(errOne))
		if matched.(*braid.GroupError).Cut() != nil || rest.(*braid.GroupError).Cut() != context.Canceled {
			t.Errorf("got %v and %v", matched, rest)
		}
	})
}

func TestRule3_5_APanicAfterACancellationTellsOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				time.Sleep(2 * time.Second)
				panic("late")
			})
			return nil
		}, braid.PanicsAsErrors)
		var ge *braid.GroupError
		if !errors.As(err, &ge) || !ge.Primary().AfterCancel || !errors.Is(ge.Cut(), context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// What had cut an inner group short is a cancellation to the group around it, as is what that calls noise: with
// nothing else in the inner group's error nothing has failed.
func TestRule3_4_NoiseOfAGroupThatWasCutShortIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(context.Context) error { return errOne })
					g.Go(untilDead)
					return nil
				}, braid.Supervised)
				if ge, ok := errors.AsType[*braid.GroupError](err); !ok || ge.Cut() == nil {
					t.Errorf("the inner group gave %v", err)
				}
				return err
			})
			synctest.Wait()
			g.Cancel()
			return nil
		}, braid.CancelNoise(braid.Is(errOne)))
		if err != nil {
			t.Errorf("got %v", err)
		}
	})
}
