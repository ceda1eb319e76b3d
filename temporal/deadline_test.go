package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

func TestRule9_3_ADeadlineIsMovedWhileItRuns(t *testing.T) {
	for name, c := range map[string]struct {
		move  func(d *temporal.MovableDeadline) error
		after time.Duration // that the limit cuts it short, or 0
	}{
		"later":  {func(d *temporal.MovableDeadline) error { return d.Reset(10 * time.Hour) }, 10*time.Hour + time.Minute},
		"sooner": {func(d *temporal.MovableDeadline) error { return d.Reset(time.Minute) }, 2 * time.Minute},
		"now":    {func(d *temporal.MovableDeadline) error { return d.Reset(0) }, time.Minute},
		"off":    {func(d *temporal.MovableDeadline) error { return d.Stop() }, 0},
		"never":  {func(d *temporal.MovableDeadline) error { return d.Reset(braid.Forever) }, 0},
		"off and on": {func(d *temporal.MovableDeadline) error {
			return errors.Join(d.Stop(), d.Reset(time.Hour))
		}, time.Hour + time.Minute},
	} {
		_ = flow(t, func(ctx wctx) error {
			var d temporal.MovableDeadline
			began := workflow.Now(ctx)
			err := temporal.Timeout(ctx, time.Hour, func(ctx wctx) error {
				_ = temporal.Sleep(ctx, time.Minute)
				if err := c.move(&d); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				at, ok := temporal.Deadline(ctx)
				if ok != (c.after != 0) || ok && at != began.Add(c.after) {
					t.Errorf("%s: the deadline is %v, %v", name, at, ok)
				}
				return temporal.Sleep(ctx, 100*time.Hour)
			}, &d, temporal.Name("slow"))
			took := workflow.Now(ctx).Sub(began)
			var te *braid.TimeoutError
			switch {
			case c.after == 0 && (err != nil || took != 100*time.Hour+time.Minute || d.Expired()):
				t.Errorf("%s: %v after %v", name, err, took)
			case c.after != 0 && (!errors.As(err, &te) || te.After != c.after || took != c.after || !d.Expired() || !errors.Is(err, context.DeadlineExceeded)):
				t.Errorf("%s: %v after %v", name, err, took)
			}
			if d.Reset(time.Hour) == nil {
				t.Errorf("%s: moved after its limit", name)
			}
			return nil
		})
	}
}

func TestRule9_3_ADeadlineThatIsNotInUseCannotBeMoved(t *testing.T) {
	var d temporal.MovableDeadline
	if err := d.Reset(time.Hour); err == nil || d.Stop() == nil || d.Expired() {
		t.Error(err)
	}
	if _, ok := d.When(); ok {
		t.Error("it has a deadline")
	}
}

func ExampleMovableDeadline() {
	show(func(ctx workflow.Context) error {
		var idle temporal.MovableDeadline
		began := workflow.Now(ctx)
		err := temporal.Timeout(ctx, time.Hour, func(ctx workflow.Context) error {
			for range 3 { // something comes
				_ = temporal.Sleep(ctx, 50*time.Minute)
				_ = idle.Reset(time.Hour)
			}
			return temporal.Sleep(ctx, 24*time.Hour) // nothing does any more
		}, &idle, temporal.Name("idle"))
		fmt.Println(workflow.Now(ctx).Sub(began))
		return err
	})
	// Output:
	// 3h30m0s
	// error: timeout "idle" after 3h30m0s
}
