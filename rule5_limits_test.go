package braid_test

import (
	"context"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

type limitKey struct{}

// rule 5.4
func TestRule5_4_ACancelReachesWhatIsBelowAMovableDeadlineBeforeItReturns(t *testing.T) {
	below := func(ctx context.Context, check func(ctx context.Context)) error {
		var d braid.Deadline
		return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
			derived, cancel := context.WithCancel(context.WithValue(ctx, limitKey{}, "value"))
			defer cancel()
			if derived.Err() != nil {
				t.Error("dead too early")
			}
			check(derived)
			return ctx.Err()
		}, &d)
	}
	for range 100 {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			return braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error {
				return below(ctx, func(ctx context.Context) {
					g.Cancel()
					select {
					case <-ctx.Done():
					default:
						t.Error("a group's Cancel has returned, and a context below is alive")
					}
				})
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			ready := make(chan context.Context)
			task := braid.Fork(g, func(ctx context.Context) (int, error) {
				return 0, below(ctx, func(ctx context.Context) {
					ready <- ctx
					<-ctx.Done()
				})
			})
			derived := <-ready
			task.Cancel()
			if derived.Err() == nil {
				t.Error("a task's Cancel has returned, and a context below is alive")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
