// Package checked is for the SDK's workflowcheck, which looks at workflows that
// are registered and all that they call: the one here calls every function of
// package temporal that a workflow may call. Nothing imports it.
package checked

import (
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register has the checker find the workflow.
func Register(w worker.Registry) { w.RegisterWorkflow(Everything) }

// Everything calls everything.
func Everything(ctx workflow.Context) error {
	one := func(ctx workflow.Context) (int, error) { return temporal.Activity[int](ctx, "one") }
	each := func(ctx workflow.Context, i int) (int, error) { return temporal.Child[int](ctx, "child", i) }
	fns := temporal.Funcs(one, one, one)
	err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
		_ = g.Defer(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Second) })
		g.Go(func(ctx workflow.Context) error { return temporal.Cause(ctx) }, temporal.Background)
		_ = g.TryGo(func(ctx workflow.Context) error { return nil }, temporal.Always)
		task := temporal.Fork(g, one, temporal.Name("one"))
		second, _ := temporal.TryFork(g, one)
		second.Cancel()
		second.CancelCause(braid.ErrClosed)
		if _, err := task.Wait(ctx); err != nil {
			return err
		}
		_, err := task.Result()
		_, _, _, _ = task.Value(), task.Path(), task.Name(), task.State()
		_ = task.Done()
		g.Cancel()
		g.CancelCause(err)
		return err
	}, temporal.Limit(2), temporal.Supervised, temporal.Keep(5), temporal.Grace(time.Minute), temporal.OnFailure(func(*braid.TaskError) {}))
	_, err1 := temporal.Call(ctx, func(workflow.Context, *temporal.Group) (int, error) { return 1, nil }, temporal.PanicsAsErrors)
	_, _, err2 := temporal.Join2(ctx, one, one)
	_, _, _, err3 := temporal.Join3(ctx, one, one, one)
	_, _, _, _, err4 := temporal.Join4(ctx, one, one, one, one)
	_, _, _, _, _, err5 := temporal.Join5(ctx, one, one, one, one, one)
	_, err6 := temporal.All(ctx, fns)
	_, err7 := temporal.First(ctx, fns)
	_, err8 := temporal.Race(ctx, fns)
	_, err9 := temporal.Quorum(ctx, 2, fns)
	_, err10 := temporal.Settle(ctx, fns)
	_, err11 := temporal.Map(ctx, []int{1, 2}, each)
	err12 := temporal.Each(ctx, []int{1, 2}, func(ctx workflow.Context, i int) error { return nil })
	_, err13 := temporal.Retry(ctx, braid.Policy{Jitter: braid.FullJitter}, one)
	err14 := temporal.Timeout(ctx, time.Minute, func(ctx workflow.Context) error {
		_, err := temporal.MoveOn(ctx, time.Second, func(ctx workflow.Context) error {
			return temporal.Shield(ctx, time.Second, func(ctx workflow.Context) error { _, _ = temporal.Deadline(ctx); return nil })
		})
		return err
	})
	for _, e := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12, err13, err14} {
		if e != nil {
			return e
		}
	}
	return err
}
