package braid_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// Trio's nursery.start (lines 175 to 185): who answers for a task before and
// after it has said that it is ready.

// trio 175
func TestTrio175_StartGivesTheValueAndTheTaskGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			port, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				time.Sleep(time.Second)
				ready(8080)
				time.Sleep(2 * time.Second)
				return nil
			})
			if port != 8080 || err != nil {
				t.Errorf("Start gave %d, %v", port, err)
			}
			trioAt(t, start, time.Second)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		trioAt(t, start, 3*time.Second) // the group waits for the whole of it

		err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				ready(1)
				return errTrioBoom
			}, braid.Name("server"))
			return err
		})
		trioLeaves(t, err, errTrioBoom) // once ready, its failure is the group's
		if path := trioGroup(t, err).Primary().Path(); path != "server" {
			t.Errorf("path %q", path)
		}
	})
}

// trio 176
func TestTrio176_ReadyTwiceIsAnErrorOfTheTask(t *testing.T) {
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
			ready(1)
			ready(2)
			return errTrioBoom
		})
		if v != 1 || err != nil {
			t.Errorf("Start gave %d, %v; want what the first call said", v, err)
		}
		return nil
	})
	trioLeaves(t, err, errTrioBoom, braid.ErrReadyTwice)
}

// trio 177
func TestTrio177_ACrashBeforeReadyComesOutOfStartAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 5*time.Second) })
			v, err := braid.Start(ctx, g, func(context.Context, func(int)) error {
				time.Sleep(time.Second)
				return errTrioBoom
			})
			trioAt(t, start, time.Second)
			if v != 0 || !errors.Is(err, errTrioBoom) {
				t.Errorf("Start gave %d, %v", v, err)
			}
			if ctx.Err() != nil {
				t.Error("the group was cancelled by it")
			}
			pe, _ := trioPanic(func() {
				_, err = braid.Start(ctx, g, func(context.Context, func(int)) error { panic("crash") })
			}).(*braid.PanicError)
			if pe == nil || pe.Value != "crash" {
				t.Errorf("Start gave %v instead of panicking with what the task panicked with", err)
			}
			if ctx.Err() != nil {
				t.Error("the group was cancelled by the panic")
			}
			return nil
		})
		if err != nil {
			t.Errorf("the group failed: %v", err)
		}
		trioAt(t, start, 5*time.Second) // the sibling ended in its own time
	})
}

// trio 178
func TestTrio178_EndingWithoutReadyIsErrNotReady(t *testing.T) {
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		_, err := braid.Start(ctx, g, func(context.Context, func(int)) error { return nil })
		if !errors.Is(err, braid.ErrNotReady) {
			t.Errorf("Start gave %v, want ErrNotReady", err)
		}
		return nil
	})
	if err != nil {
		t.Errorf("the group failed: %v", err)
	}
}

// trio 179
func TestTrio179_ACancelledStartWaitsForItsTaskAndReadyChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		reason := errors.New("changed my mind")
		err := braid.Run(t.Context(), func(body context.Context, g *braid.Group) error {
			ctx, cancel := context.WithCancelCause(body)
			time.AfterFunc(time.Second, func() { cancel(reason) })
			v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				<-ctx.Done()
				trioAt(t, start, time.Second)
				time.Sleep(time.Second)
				ready(1)
				time.Sleep(time.Second)
				return ctx.Err()
			})
			trioAt(t, start, 3*time.Second) // not before the task has ended
			if v != 0 || err != reason {
				t.Errorf("Start gave %d, %v; want the cause", v, err)
			}
			if body.Err() != nil {
				t.Error("the group was cancelled by it")
			}
			return nil
		})
		if err != nil {
			t.Errorf("the group failed: %v", err)
		}
	})
}

// trio 180
func TestTrio180_AStartThatCompletedIsNotCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(body context.Context, g *braid.Group) error {
			ctx, cancel := context.WithCancel(body)
			v, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				cancel()
				synctest.Wait() // Start has noticed
				ready(7)
				return nil
			})
			if v != 7 || err != nil {
				t.Errorf("Start gave %d, %v; want what the task completed with", v, err)
			}
			return nil
		})
		if err != nil {
			t.Errorf("the group failed: %v", err)
		}
	})
}

// trio 181
func TestTrio181_ACrashAfterAReadyThatCameTooLateComesOutOfStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(body context.Context, g *braid.Group) error {
			ctx, cancel := context.WithCancel(body)
			_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
				cancel()
				synctest.Wait()
				ready(7)
				return errTrioBoom
			})
			if !errors.Is(err, errTrioBoom) {
				t.Errorf("Start gave %v", err)
			}
			if body.Err() != nil {
				t.Error("the group was cancelled by it")
			}
			ctx, cancel = context.WithCancel(body)
			v := trioPanic(func() {
				_, err = braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
					cancel()
					synctest.Wait()
					ready(7)
					panic("crash")
				})
			})
			if pe, ok := v.(*braid.PanicError); !ok || pe.Value != "crash" {
				t.Errorf("Start gave %v, and a panic of %v", err, v)
			}
			return nil
		})
		if err != nil {
			t.Errorf("the group failed: %v", err)
		}
	})
}

// trio 182
func TestTrio182_StartInAClosedGroupIsRefusedAtOnce(t *testing.T) {
	var g *braid.Group
	_ = braid.Run(t.Context(), func(_ context.Context, inner *braid.Group) error {
		g = inner
		return nil
	})
	called := false
	v := trioPanic(func() {
		_, _ = braid.Start(t.Context(), g, func(context.Context, func(int)) error {
			called = true
			return nil
		})
	})
	if v == nil || called {
		t.Errorf("Start panicked with %v; the function was called: %v", v, called)
	}
}

// trio 183
func TestTrio183_AStartedTaskIsCancelledWithItsGroup(t *testing.T) {
	for _, before := range []bool{true, false} {
		t.Run(fmt.Sprintf("before ready: %v", before), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var child, task time.Duration
				err := braid.Run(t.Context(), func(outer context.Context, _ *braid.Group) error {
					return braid.Run(outer, func(_ context.Context, g *braid.Group) error {
						v, err := braid.Start(outer, g, func(ctx context.Context, ready func(int)) error {
							err := braid.Run(ctx, func(ctx context.Context, below *braid.Group) error {
								below.Go(func(ctx context.Context) error {
									<-ctx.Done()
									child = time.Since(start)
									return ctx.Err()
								})
								time.Sleep(time.Second)
								if before {
									g.Cancel()
								}
								ready(1)
								if !before {
									g.Cancel()
								}
								<-ctx.Done()
								return ctx.Err()
							})
							task = time.Since(start)
							return err
						})
						if v != 1 || err != nil {
							t.Errorf("Start gave %d, %v", v, err)
						}
						return nil
					})
				})
				if err != nil {
					t.Error(err)
				}
				if child != time.Second || task != time.Second {
					t.Errorf("the task was cancelled after %v, its child after %v; want 1s", task, child)
				}
			})
		})
	}
	t.Run("cancelled from the start", func(t *testing.T) {
		err := braid.Run(t.Context(), func(outer context.Context, _ *braid.Group) error {
			return braid.Run(outer, func(_ context.Context, g *braid.Group) error {
				g.Cancel()
				_, err := braid.Start(outer, g, func(context.Context, func(int)) error {
					t.Error("the task was called")
					return nil
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("Start gave %v, want the group's cancellation", err)
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// trio 184
func TestTrio184_APendingStartKeepsTheGroupOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(outer context.Context, above *braid.Group) error {
			target := make(chan *braid.Group)
			pending := make(chan struct{})
			above.Go(func(ctx context.Context) error {
				g := <-target
				_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error {
					close(pending)
					time.Sleep(time.Second)
					// The body ended long ago, and nothing else is in the group.
					g.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
					return errTrioBoom
				})
				trioAt(t, start, time.Second)
				if !errors.Is(err, errTrioBoom) {
					t.Errorf("Start gave %v", err)
				}
				return nil
			})
			err := braid.Run(outer, func(_ context.Context, g *braid.Group) error {
				target <- g
				<-pending
				return nil
			})
			trioAt(t, start, 2*time.Second)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

type trioCoded struct {
	code  int
	cause error
}

func (e *trioCoded) Error() string { return fmt.Sprintf("code %d: %v", e.code, e.cause) }
func (e *trioCoded) Unwrap() error { return e.cause }

// trio 185
func TestTrio185_AnErrorOutOfStartKeepsItsCauses(t *testing.T) {
	thrown := &trioCoded{42, fmt.Errorf("binding: %w", errTrioBoom)}
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		_, err := braid.Start(ctx, g, func(context.Context, func(int)) error { return thrown })
		var te *braid.TaskError
		var coded *trioCoded
		switch {
		case !errors.As(err, &te) || te.Err != error(thrown):
			t.Errorf("Start gave %v, want a *TaskError with the very error", err)
		case !errors.As(err, &coded) || coded != thrown || !errors.Is(err, errTrioBoom):
			t.Errorf("the chain of %v is broken", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
