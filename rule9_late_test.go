package braid_test

import (
	"context"
	"errors"
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
