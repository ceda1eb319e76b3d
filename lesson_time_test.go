package braid_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the times that the lesson gives or implies, to the
// nanosecond, in virtual time. The examples beside it show the same programs
// without waiting.

// A lessonClock tells how many seconds have passed since it was made.
type lessonClock time.Time

func (c lessonClock) at(t *testing.T, want float64, what string) {
	t.Helper()
	if got := time.Since(time.Time(c)); got != time.Duration(want*float64(time.Second)) {
		t.Errorf("%s at %v, want %vs", what, got, want)
	}
}

// inLesson runs fn in a bubble with a clock that stands at 0.
func inLesson(t *testing.T, fn func(t *testing.T, ctx context.Context, clock lessonClock)) {
	synctest.Test(t, func(t *testing.T) { fn(t, context.Background(), lessonClock(time.Now())) })
}

// sleeps gives a task that takes so many seconds.
func sleeps(seconds float64) func(context.Context) error {
	return func(ctx context.Context) error {
		return braid.Sleep(ctx, time.Duration(seconds*float64(time.Second)))
	}
}

func TestLesson_TasksOfOneGroupRunSideBySide(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 3 {
				g.Go(sleeps(0.1))
			}
			clock.at(t, 0, "the tasks were handed over")
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		clock.at(t, 0.1, "the block ended")
	})
}

func TestLesson_NestedGroupsTakeAsLongAsTheirSlowestTask(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		ten := make([]float64, 10)
		for i := range ten {
			ten[i] = 0.1 * float64(i+1)
		}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 2 {
				g.Go(func(ctx context.Context) error {
					return braid.Each(ctx, ten, func(ctx context.Context, s float64) error { return sleeps(s)(ctx) })
				})
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		clock.at(t, 1, "the outer block ended")
	})
}

func TestLesson_AFailureAtHalfASecondCancelsTasksOfTenSeconds(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		var cancelled atomic.Int32
		failed := errors.New("I failed!")
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 2 {
				g.Go(func(ctx context.Context) error {
					err := sleeps(10)(ctx)
					clock.at(t, 0.5, "a long task was cancelled")
					cancelled.Add(1)
					return err
				})
			}
			g.Go(func(ctx context.Context) error {
				_ = sleeps(0.5)(ctx)
				return failed
			}, braid.Name("failing"))
			return nil
		})
		clock.at(t, 0.5, "the block ended")
		if n := cancelled.Load(); n != 2 {
			t.Errorf("%d tasks were cancelled, want 2", n)
		}
		if !errors.Is(err, failed) || err.Error() != "failing: I failed!" {
			t.Errorf("got %v", err)
		}
	})
}

func TestLesson_CleanupOnCancelHoldsTheBlockUntilItIsDone(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		released := false
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				defer braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					released = sleeps(0.25)(ctx) == nil // a release that takes its time
					return nil
				})
				for {
					if err := sleeps(1)(ctx); err != nil {
						clock.at(t, 2.5, "the cancellation came")
						return err
					}
				}
			})
			g.Go(func(ctx context.Context) error {
				_ = sleeps(2.5)(ctx)
				return errors.New("boom")
			})
			return nil
		})
		clock.at(t, 2.75, "the block ended")
		if !released || err == nil {
			t.Errorf("released %v, error %v", released, err)
		}
	})
}

func TestLesson_AShieldedSaveEndsASecondAfterTheCancelAtHalfASecond(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		saved := false
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task := braid.Fork(g, func(ctx context.Context) (struct{}, error) {
				err := sleeps(5)(ctx)
				clock.at(t, 0.5, "the work was cancelled")
				return struct{}{}, errors.Join(err, braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
					saved = true
					return sleeps(1)(ctx)
				}))
			})
			_ = sleeps(0.5)(ctx)
			task.Cancel()
			clock.at(t, 0.5, "Cancel returned")
			_, err := task.Wait(ctx)
			clock.at(t, 1.5, "the task ended")
			if !errors.Is(err, context.Canceled) || task.State() != braid.Cancelled || !saved {
				t.Errorf("error %v, state %v, saved %v", err, task.State(), saved)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestLesson_ATimeoutOfFiveSecondsEndsTasksOfTen(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		err := braid.Timeout(ctx, 5*time.Second, func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(sleeps(10))
				g.Go(sleeps(10))
				return nil
			})
		})
		clock.at(t, 5, "the timeout fired")
		te, ok := braid.TimedOut(err)
		if !ok || te.After != 5*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestLesson_TheFirstSuccessDoesNotWaitForTheSlowest(t *testing.T) {
	answer := func(seconds float64) func(context.Context) (float64, error) {
		return func(ctx context.Context) (float64, error) { return seconds, sleeps(seconds)(ctx) }
	}
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		v, err := braid.First(ctx, braid.Funcs(answer(3), answer(0.5), answer(60)))
		clock.at(t, 0.5, "First returned")
		if v != 0.5 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
	t.Run("and leaving the block without Cancel does, as in asyncio", func(t *testing.T) {
		inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
			results := make(chan float64, 3)
			v, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (float64, error) {
				for _, s := range []float64{3, 0.5, 60} {
					g.Go(func(ctx context.Context) error {
						v, err := answer(s)(ctx)
						results <- v
						return err
					})
				}
				return <-results, nil
			})
			clock.at(t, 60, "the block ended")
			if v != 0.5 || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
		})
	})
}

// lessonPolicy is that of the lesson: three attempts of at most 5 s each,
// pauses of 1, 2, 4 s.
var lessonPolicy = braid.Policy{Attempts: 3, Timeout: 5 * time.Second, Delay: time.Second, Factor: 2}

func TestLesson_RetryPausesOneAndTwoSecondsAndNotAfterTheLastAttempt(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		var attempts []time.Duration
		_, err := braid.Retry(ctx, lessonPolicy, func(ctx context.Context) (int, error) {
			attempts = append(attempts, time.Since(time.Time(clock)))
			return 0, errors.New("connection reset")
		})
		clock.at(t, 3, "Retry gave up") // the lesson's loop: at 7, after a last pause of 4
		if want := []time.Duration{0, time.Second, 3 * time.Second}; !slices.Equal(attempts, want) {
			t.Errorf("attempts at %v, want %v", attempts, want)
		}
		if err == nil {
			t.Error("no error")
		}
	})
}

func TestLesson_RetryCutsEachAttemptAtFiveSeconds(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		_, err := braid.Retry(ctx, lessonPolicy, func(ctx context.Context) (int, error) {
			return 0, sleeps(60)(ctx)
		})
		clock.at(t, 5+1+5+2+5, "Retry gave up")
		if _, ok := braid.TimedOut(err); !ok {
			t.Errorf("got %v", err)
		}
	})
}

func TestLesson_ProgressIsReportedEachSecondAndTheReporterEndsWithTheWork(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		var completed atomic.Int32
		var lines []string
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				for {
					lines = append(lines, fmt.Sprintf("%d/100", completed.Load()))
					if err := sleeps(1)(ctx); err != nil {
						return err
					}
				}
			}, braid.Background)
			// Ten at a time, each 0.3 s: the last ones end at 3 s; 30 are done
			// after 1 s and 60 after 2 s.
			return braid.Each(ctx, make([]int, 100), func(ctx context.Context, _ int) error {
				err := sleeps(0.3)(ctx)
				completed.Add(1)
				return err
			}, braid.Limit(10))
		})
		clock.at(t, 3, "all ended")
		if err != nil {
			t.Error(err)
		}
		// At 3 s the reporter may or may not come to a last line before it is
		// cancelled, and may find some of the last ten undone.
		if len(lines) > 3 {
			lines = lines[:3]
		}
		if got := strings.Join(lines, " "); got != "0/100 30/100 60/100" {
			t.Errorf("progress %q", got)
		}
	})
}

func TestLesson_ABodyThatBlocksHoldsUpNoTask(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				err := sleeps(1)(ctx)
				clock.at(t, 1, "the task ended")
				return err
			})
			time.Sleep(5 * time.Second)
			return nil
		})
		clock.at(t, 5, "the block ended")
		if err != nil {
			t.Error(err)
		}
	})
}

func TestLesson_ATaskThatIgnoresItsContextHoldsUpTheJoin(t *testing.T) {
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			started := make(chan struct{})
			g.Go(func(context.Context) error {
				close(started)
				time.Sleep(5 * time.Second)
				return nil
			})
			<-started
			g.Cancel()
			return nil
		})
		clock.at(t, 5, "the block ended")
		if err != nil {
			t.Error(err)
		}
	})
}

func TestLesson_GatherTakesAsLongAsTheSlowestAlthoughOneFails(t *testing.T) {
	work := func(seconds float64, err error) func(context.Context) (float64, error) {
		return func(ctx context.Context) (float64, error) {
			return seconds, errors.Join(sleeps(seconds)(ctx), err)
		}
	}
	inLesson(t, func(t *testing.T, ctx context.Context, clock lessonClock) {
		outcomes, err := braid.Settle(ctx, []func(context.Context) (float64, error){
			work(2, nil), work(0.5, errors.New("failed")), work(3, nil),
		})
		clock.at(t, 3, "Settle returned")
		var states []braid.State
		for _, o := range outcomes {
			states = append(states, o.State)
		}
		if err != nil || !slices.Equal(states, []braid.State{braid.Succeeded, braid.Failed, braid.Succeeded}) {
			t.Errorf("%v, %v", states, err)
		}
	})
}
