package temporal_test

import (
	"errors"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

func TestRule1_1_RunReturnsAfterAllTasks(t *testing.T) {
	var tr trail
	err := flow(t, func(ctx workflow.Context) error {
		defer tr.note("returned")
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				workflow.Sleep(ctx, time.Hour)
				tr.note("slow")
				return nil
			})
			g.Go(func(ctx workflow.Context) error { tr.note("quick"); return nil })
			tr.note("body")
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.is(t, "body", "quick", "slow", "returned")
}

func TestRule3_1_TheFirstFailureCancelsTheOthers(t *testing.T) {
	boom := errors.New("boom")
	var tr trail
	var cause error
	err := flow(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				err := temporal.Sleep(ctx, time.Hour)
				cause = err
				tr.note("woken")
				return err
			}, temporal.Name("sleeper"))
			g.Go(func(ctx workflow.Context) error { return boom }, temporal.Name("bomb"))
			return nil
		}, temporal.Name("job"))
	})
	tr.is(t, "woken")
	if !errors.Is(err, boom) || err.Error() != "job/bomb: boom" {
		t.Error(err)
	}
	var c *braid.Cancellation
	if !errors.As(cause, &c) || c.By() != "job/bomb" || errors.Is(cause, boom) {
		t.Error(cause)
	}
	if len(err.(*braid.GroupError).Errors()) != 1 {
		t.Error(err)
	}
}
