package braid_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// rules 9.1 and 3.6: the outer deadline is the standard library's, and its
// timer may fire after the inner limit's of the same instant.
func TestRule9_1_AnOuterDeadlineAtTheSameInstantClaimsItThroughAGroup(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					return braid.Reserve(ctx, 0, func(ctx context.Context) error {
						<-ctx.Done()
						return ctx.Err()
					})
				})
				return nil
			})
			var ge *braid.GroupError
			var te *braid.TimeoutError
			if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ge) || errors.As(err, &te) {
				t.Fatalf("got %T: %v", err, err)
			}
		})
	}
}

// rule 9.1: on one processor no timer comes as long as fn keeps it busy.
func TestRule9_1_ADeadlinePassesByTheClockAlthoughItsTimerIsLate(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	fired, err := braid.MoveOn(t.Context(), 50*time.Microsecond, func(ctx context.Context) error {
		_ = ctx.Done() // arms the timer
		for at, _ := ctx.Deadline(); time.Now().Before(at); {
		}
		return nil
	})
	if !fired || err != nil {
		t.Errorf("got %v, %v", fired, err)
	}
}
