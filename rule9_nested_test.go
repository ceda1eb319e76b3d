package braid_test

import (
	"context"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 9.3 where limits are one below the other.

func TestRule9_3_AFixedLimitBelowOneThatIsMovedLaterKeepsItsOwnTime(t *testing.T) {
	for _, asked := range []bool{false, true} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var d braid.Deadline
			err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
				err := braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
					if asked {
						ctx.Done()
					}
					_ = d.Reset(time.Hour)
					return untilDead(ctx)
				}, braid.Name("inner"))
				wantTimeout(t, err, "inner", time.Minute)
				at(t, start, time.Minute, "the end")
				return nil
			}, &d)
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// Each attempt of a Retry has a limit of its own.
func TestRule9_3_AnAttemptIsCutWhileADeadlineAroundTheRetryIsKeptAway(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var idle braid.Deadline
		attempts := 0
		_ = braid.Timeout(ctx, 10*time.Second, func(ctx context.Context) error {
			_, err := braid.Retry(ctx, braid.Policy{Attempts: 3, Timeout: 30 * time.Second}, func(ctx context.Context) (int, error) {
				attempts++
				for range 100 {
					if err := braid.Sleep(ctx, 5*time.Second); err != nil {
						return 0, err
					}
					_ = idle.Reset(10 * time.Second)
				}
				return 0, nil
			})
			return err
		}, &idle)
		if attempts != 3 {
			t.Errorf("%d attempts", attempts)
		}
	})
}

func TestRule9_3_AnExpiryReachesTasksBelowAnotherMovableLimitAtOnce(t *testing.T) {
	for range 200 {
		live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
			var outer, middle, inner braid.Deadline
			_, _ = braid.MoveOn(ctx, time.Hour, func(ctx context.Context) error {
				_, err := braid.MoveOn(ctx, time.Hour, func(ctx context.Context) error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error {
							_, err := braid.MoveOn(ctx, time.Hour, func(ctx context.Context) error {
								ctx.Done()
								_ = outer.Reset(0)
								if ctx.Err() != context.DeadlineExceeded {
									t.Error("a limit below lives")
								}
								return nil
							}, &inner)
							if ctx.Err() != context.DeadlineExceeded {
								t.Error("a task below lives")
							}
							return err
						})
						return nil
					})
				}, &middle)
				return err
			}, &outer)
		})
	}
}

func TestRule9_3_HowLongALimitRanIsUntilItsDeadlineAlsoIfItCanBeMoved(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, moved := range []bool{false, true} {
			var d braid.Deadline
			want := time.Second
			err := braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
				if moved {
					_ = d.Reset(2 * time.Second)
					want *= 2
				}
				time.Sleep(5 * time.Second)
				return ctx.Err()
			}, &d)
			wantTimeout(t, err, "", want)
		}
	})
}
