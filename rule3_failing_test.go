package braid_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 3.1 to 3.4 of the contract: what is a failure, and what
// is not.

func TestRule3_1_TheFirstFailureCancelsAllTasksAndTheBody(t *testing.T) {
	ways := map[string]func() error{
		"error":  func() error { return errOne },
		"panic":  func() error { panic(errOne) },
		"goexit": func() error { runtime.Goexit(); return nil },
	}
	for name, fail := range ways {
		t.Run(name+" of a task", func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var cancelled atomic.Int32
				howEnded(func() error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						for range 3 {
							g.Go(func(ctx context.Context) error {
								<-ctx.Done()
								at(t, start, time.Second, "a sibling's cancellation")
								cancelled.Add(1)
								return ctx.Err()
							})
						}
						g.Go(func(context.Context) error { time.Sleep(time.Second); return fail() })
						<-ctx.Done()
						at(t, start, time.Second, "the body's cancellation")
						cancelled.Add(1)
						return ctx.Err()
					})
				})
				if cancelled.Load() != 4 {
					t.Errorf("%d of 4 were cancelled", cancelled.Load())
				}
			})
		})
		t.Run(name+" of the body", func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var cancelled atomic.Bool
				howEnded(func() error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error {
							<-ctx.Done()
							at(t, start, time.Second, "the task's cancellation")
							cancelled.Store(true)
							return ctx.Err()
						})
						time.Sleep(time.Second)
						return fail()
					})
				})
				if !cancelled.Load() {
					t.Error("the task was not cancelled")
				}
			})
		})
	}
}

func TestRule3_1_AwaitingAndHandlingAnErrorDoesNotRescueTheGroup(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(context.Context) (int, error) { return 0, errOne })
			if _, err := task.Wait(context.Background()); !errors.Is(err, errOne) {
				t.Errorf("Wait gave %v", err)
			}
			if ctx.Err() == nil {
				t.Error("the group is not cancelled")
			}
			return nil // handled, or so one thinks
		})
		wantFailures(t, err, errOne)
	})
}

func TestRule3_2_ATaskWhoseErrorIsAllCancellationIsNoFailure(t *testing.T) {
	returns := map[string]func(ctx context.Context) error{
		"nil":              func(ctx context.Context) error { return nil },
		"Err":              func(ctx context.Context) error { return ctx.Err() },
		"Cause":            func(ctx context.Context) error { return context.Cause(ctx) },
		"Canceled":         func(context.Context) error { return context.Canceled },
		"Canceled wrapped": func(context.Context) error { return fmt.Errorf("query: %w", context.Canceled) },
		"a tree of them": func(ctx context.Context) error {
			return errors.Join(fmt.Errorf("a: %w, b: %w", context.Canceled, context.Cause(ctx)), ctx.Err())
		},
		"of a context below": func(ctx context.Context) error {
			below, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			return fmt.Errorf("%w and %w", below.Err(), context.Cause(below))
		},
	}
	for name, give := range returns {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return give(ctx) })
					time.Sleep(time.Second)
					return errOne
				})
				wantFailures(t, err, errOne)
			})
		})
	}
}

func TestRule3_2_TheCauseGivenOutsideIsACancellationToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		ctx, cancel := context.WithCancelCause(ctx)
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("x: %w", context.Cause(ctx)) })
			time.Sleep(time.Second)
			cancel(errWhy)
			return nil
		})
		wantPlainCancel(t, err, context.Canceled, errWhy)
	})
}

// A cause may be of a type whose values cannot be compared.
func TestRule3_2_ACauseThatCannotBeComparedIsACancellation(t *testing.T) {
	var why error = several{errOne, errTwo}
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		outer, cancel := context.WithCancelCause(ctx)
		err := braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) })
			cancel(why)
			<-ctx.Done()
			return why
		})
		wantPlainCancel(t, err, context.Canceled, errTwo)
		outer, cancel = context.WithCancelCause(ctx)
		_, err = braid.Retry(outer, braid.Policy{}, func(context.Context) (int, error) { cancel(why); return 0, context.Cause(outer) })
		wantPlainCancel(t, err, context.Canceled, errTwo)
	})
}

// several is an error that cannot be compared.
type several []error

func (s several) Error() string   { return "several" }
func (s several) Unwrap() []error { return s }

func TestRule3_2_TheDeadlineOfAnEnclosingScopeIsACancellation(t *testing.T) {
	wait := func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("read: %w", context.DeadlineExceeded) }
	inside := func(ctx context.Context) error {
		return braid.Run(ctx, func(_ context.Context, g *braid.Group) error { g.Go(wait); return nil })
	}
	t.Run("standard", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			wantPlainCancel(t, inside(ctx), context.DeadlineExceeded)
			at(t, start, time.Second, "the end")
		})
	})
	t.Run("Timeout", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			err := braid.Timeout(ctx, time.Second, inside)
			if _, ok := err.(*braid.TimeoutError); !ok {
				t.Errorf("got %T (%v), want a *TimeoutError", err, err)
			}
			wantPlainCancel(t, err, context.DeadlineExceeded)
		})
	})
	t.Run("but not of a scope that was not enclosing", func(t *testing.T) {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(wait)
				time.Sleep(time.Second)
				g.Cancel()
				return nil
			})
			tes := failures(t, err)
			if !tes[0].AfterCancel || !errors.Is(tes[0], context.DeadlineExceeded) {
				t.Errorf("got %+v", tes[0])
			}
		})
	})
}

func TestRule3_2_CancellationIsDroppedFromAMixedTreeAndTheRestKept(t *testing.T) {
	mixes := map[string]func(ctx context.Context) error{
		"joined":  func(ctx context.Context) error { return errors.Join(context.Canceled, errTwo, context.Cause(ctx)) },
		"wrapped": func(ctx context.Context) error { return fmt.Errorf("closing: %w (while %w)", errTwo, ctx.Err()) },
	}
	for name, mix := range mixes {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return mix(ctx) })
					g.Go(failAfter(time.Second, errOne))
					return nil
				})
				if tes := failures(t, err); len(tes) != 2 || !errors.Is(tes[1], errTwo) {
					t.Errorf("got %v", err)
				}
				if errors.Is(err, context.Canceled) {
					t.Errorf("the cancellation is still in %v", err)
				}
			})
		})
	}
}

func TestRule3_3_CanceledFromALiveContextIsAFailure(t *testing.T) {
	gone, cancel := context.WithCancelCause(context.Background())
	cancel(errWhy)
	for _, give := range []error{context.Canceled, context.DeadlineExceeded, fmt.Errorf("x: %w", context.Canceled), context.Cause(gone)} {
		t.Run(give.Error(), func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				siblingDied := false
				err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(context.Context) error { return give })
					<-ctx.Done()
					siblingDied = true
					return nil
				})
				wantFailures(t, err, give)
				if failures(t, err)[0].AfterCancel || !siblingDied {
					t.Errorf("it did not count as a failure: %v", err)
				}
				wantFailures(t, braid.Run(ctx, func(context.Context, *braid.Group) error { return give }), give)
			})
		})
	}
}

func TestRule3_3_TheCancellationOfAnotherTaskIsAFailureWhenALiveBodyReturnsIt(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, untilDead(ctx) })
			task.Cancel()
			_, err := task.Wait(ctx)
			return err
		})
		if tes := failures(t, err); len(tes) != 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule3_4_CollateralIsKeptMarkedAndNeverPrimary(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return net.ErrClosed }, braid.Name("conn"))
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second)
				return errors.New("signal: killed")
			}, braid.Name("exec"))
			g.Go(failAfter(time.Second, errOne), braid.Name("culprit"))
			return nil
		})
		tes := failures(t, err)
		if len(tes) != 3 {
			t.Fatalf("got %v", err)
		}
		after := map[string]bool{}
		for _, te := range tes {
			after[te.Path()] = te.AfterCancel
		}
		if !after["conn"] || !after["exec"] || after["culprit"] {
			t.Errorf("AfterCancel: %v", after)
		}
		if p := err.(*braid.GroupError).Primary(); p.Err != errOne {
			t.Errorf("primary is %v", p)
		}
	})
}

func TestRule3_4_ABodyCanBeCollateralToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(failAfter(time.Second, errOne))
			<-ctx.Done()
			return net.ErrClosed
		})
		wantFailures(t, err, errOne, net.ErrClosed)
		if tes := failures(t, err); tes[0].AfterCancel || !tes[1].AfterCancel || err.(*braid.GroupError).Primary() != tes[0] {
			t.Errorf("got %+v", err)
		}
	})
}

func TestRule3_4_CollateralOfATaskCancelledOnItsOwnIsMarked(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			braid.Fork(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, net.ErrClosed }).Cancel()
			return nil
		})
		if err != nil { // unless it was skipped
			wantFailures(t, err, net.ErrClosed)
			if !failures(t, err)[0].AfterCancel {
				t.Error("AfterCancel is not set")
			}
		}
	})
}

func TestRule3_4_CancelNoiseIsCancellationInADeadContextOnly(t *testing.T) {
	noise := braid.CancelNoise(func(err error) bool { return err == net.ErrClosed })
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("read: %w", net.ErrClosed) })
			g.Go(failAfter(time.Second, errOne))
			return nil
		}, noise)
		wantFailures(t, err, errOne)
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return net.ErrClosed })
			return nil
		}, noise)
		wantFailures(t, err, net.ErrClosed)
	})
}
