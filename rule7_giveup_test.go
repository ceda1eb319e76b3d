package braid_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// rules 6.1 and 7.3: what holds the slot ends only after something that the
// task has yet to do, which gives up waiting.
func TestRule7_3_AWaitThatIsGivenUpDoesNotWaitForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				slow := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, time.Hour) })
				patience, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				if _, err := slow.Wait(patience); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				if waited := time.Since(start); waited != time.Second {
					t.Errorf("gave up after %v", waited)
				}
				slow.Cancel()
				return nil
			})
			return nil
		}, braid.Limit(1))
		if err != nil || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
}

// rule 7.1: the slot that was taken over the limit is counted.
func TestRule7_1_AfterAWaitWasGivenUpTheLimitIsReachedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, most := 0, 0
		busy := func(ctx context.Context) error {
			running++
			most = max(most, running)
			err := braid.Sleep(ctx, time.Second)
			running--
			return err
		}
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				slow := braid.Fork(g, func(ctx context.Context) (int, error) { return 0, braid.Sleep(ctx, 10*time.Second) })
				patience, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				_, _ = slow.Wait(patience)
				for range 5 {
					g.Go(busy)
				}
				return nil
			})
			return nil
		}, braid.Limit(1))
		if err != nil || most != 1 {
			t.Errorf("got %v; %d at once", err, most)
		}
	})
}
