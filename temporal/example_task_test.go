package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// This file shows groups, tasks and child workflows.

func ExampleGroup() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for _, name := range []string{"Ada", "Grace"} {
				g.Go(func(ctx workflow.Context) error {
					text, err := temporal.Activity[string](ctx, Greet, name)
					fmt.Println(text)
					return err
				}, temporal.Name(name))
			}
			return nil // Run returns when both have ended
		}, temporal.Name("greetings"), temporal.Limit(1))
	})
	// Output:
	// hello, Ada
	// hello, Grace
}

func ExampleGroup_CancelCause() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				err := temporal.Sleep(ctx, time.Hour)
				var why *braid.Cancellation
				if errors.As(err, &why) {
					fmt.Println(why.Reason())
				}
				return err
			})
			_ = temporal.Sleep(ctx, time.Minute)
			g.CancelCause(errors.New("the order was withdrawn")) // which is no failure
			return nil
		}, temporal.Name("order"))
	})
	// Output: the order was withdrawn
}

func ExampleGroup_TryGo() {
	show(func(ctx workflow.Context) error {
		var ended *temporal.Group
		_ = temporal.Run(ctx, func(_ workflow.Context, g *temporal.Group) error {
			ended = g
			return g.TryGo(func(workflow.Context) error { return nil })
		})
		err := ended.TryGo(func(workflow.Context) error { return nil })
		fmt.Println(errors.Is(err, braid.ErrClosed))
		return nil
	})
	// Output: true
}

func ExampleGroup_GoWait() {
	show(func(ctx workflow.Context) error {
		began := workflow.Now(ctx)
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for i := range 4 { // a producer that must not run ahead
				if err := g.GoWait(ctx, func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) }); err != nil {
					return err
				}
				fmt.Println(i, workflow.Now(ctx).Sub(began))
			}
			return nil
		}, temporal.Limit(2))
	})
	// Output:
	// 0 0s
	// 1 0s
	// 2 1h0m0s
	// 3 1h0m0s
}

func ExampleTryFork() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task, err := temporal.TryFork(g, naps(time.Minute, "done"))
			if err != nil {
				return err // the group has ended
			}
			text, err := task.Wait(ctx)
			fmt.Println(text)
			return err
		})
	})
	// Output: done
}

func ExampleTask() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			var quick, slow *temporal.Task[string]
			slow = temporal.Fork(g, naps(time.Hour, "slow"))
			quick = temporal.Fork(g, naps(time.Minute, "quick"))
			text, err := quick.Wait(ctx)
			fmt.Println(text, slow.State())
			return err
		})
	})
	// Output: quick running
}

func ExampleTask_Wait() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(2*time.Hour, "done"))
			// Who waits may give up; the task goes on.
			fired, err := temporal.MoveOn(ctx, time.Hour, func(ctx workflow.Context) error {
				_, err := task.Wait(ctx)
				return err
			})
			fmt.Println(fired, err, task.State())
			text, err := task.Wait(ctx)
			fmt.Println(text, err)
			return nil
		})
	})
	// Output:
	// true <nil> running
	// done <nil>
}

func ExampleTask_Done() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"))
			workflow.NewSelector(ctx).
				AddFuture(task.Done(), func(workflow.Future) { fmt.Println(task.Result()) }).
				AddFuture(workflow.NewTimer(ctx, 24*time.Hour), func(workflow.Future) { fmt.Println("too late") }).
				Select(ctx)
			return nil
		})
	})
	// Output: done <nil>
}

func ExampleTask_Name() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"), temporal.Name("nap"))
			fmt.Println(task.Name())
			return nil
		}, temporal.Name("night"))
	})
	// Output: nap
}

func ExampleTask_Path() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"), temporal.Name("nap"))
			fmt.Println(task.Path())
			return nil
		}, temporal.Name("night"))
	})
	// Output: night/nap
}

func ExampleTask_State() {
	show(func(ctx workflow.Context) error {
		var first, second *temporal.Task[string]
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			first = temporal.Fork(g, naps(time.Hour, "a"))
			second = temporal.Fork(g, naps(time.Hour, "b"))
			_ = temporal.Sleep(ctx, time.Minute)
			fmt.Println(first.State(), second.State())
			return nil
		}, temporal.Limit(1))
		fmt.Println(first.State(), second.State())
		return err
	})
	// Output:
	// running queued
	// succeeded succeeded
}

func ExampleTask_Value() {
	show(func(ctx workflow.Context) error {
		var task *temporal.Task[string]
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task = temporal.Fork(g, naps(time.Hour, "done"))
			return nil
		})
		if err == nil {
			fmt.Println(task.Value()) // every task has succeeded
		}
		return err
	})
	// Output: done
}

func ExampleTask_CancelCause() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"))
			_ = temporal.Sleep(ctx, time.Minute)
			task.CancelCause(errors.New("a better offer"))
			_, err := task.Wait(ctx)
			var why *braid.Cancellation
			fmt.Println(errors.As(err, &why), why.Reason(), errors.Is(err, context.Canceled))
			return nil // and the group has not failed
		})
	})
	// Output: true a better offer true
}

func ExampleState() {
	show(func(ctx workflow.Context) error {
		var state temporal.State // that of package braid
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"))
			_, err := task.Wait(ctx)
			state = task.State()
			return err
		})
		fmt.Println(state == braid.Succeeded)
		return err
	})
	// Output: true
}

func ExampleOutcome() {
	show(func(ctx workflow.Context) error {
		var outcomes []temporal.Outcome[string]
		outcomes, err := temporal.Settle(ctx, temporal.Funcs(naps(time.Hour, "a"), fails("no paper")))
		for _, o := range outcomes {
			fmt.Printf("%q %v\n", o.Value, o.State)
		}
		return err
	})
	// Output:
	// "a" succeeded
	// "" failed
}

// File is an activity.
func File(context.Context, string) error { return nil }

func ExampleNone() {
	show(func(ctx workflow.Context) error {
		_, err := temporal.Activity[temporal.None](ctx, File, "letter") // which gives an error only
		fmt.Println(err)
		return err
	})
	// Output: <nil>
}

// Sum is a workflow that others run as their child.
func Sum(ctx workflow.Context, a, b int) (int, error) { return a + b, workflow.Sleep(ctx, time.Minute) }

func ExampleChild() {
	env := environment()
	env.RegisterWorkflow(Sum)
	env.ExecuteWorkflow(func(ctx workflow.Context) (int, error) {
		a, b, err := temporal.Join2(ctx,
			func(ctx workflow.Context) (int, error) { return temporal.Child[int](ctx, Sum, 1, 2) },
			func(ctx workflow.Context) (int, error) { return temporal.Child[int](ctx, Sum, 3, 4) })
		return a * b, err
	})
	var n int
	fmt.Println(env.GetWorkflowResult(&n), n)
	// Output: <nil> 21
}

func ExampleJoin4() {
	show(func(ctx workflow.Context) error {
		a, b, c, n, err := temporal.Join4(ctx, naps(time.Hour, "a"), naps(time.Minute, "b"), naps(time.Second, "c"),
			func(workflow.Context) (int, error) { return 4, nil })
		fmt.Println(a, b, c, n)
		return err
	})
	// Output: a b c 4
}

func ExampleJoin5() {
	show(func(ctx workflow.Context) error {
		a, b, c, d, n, err := temporal.Join5(ctx, naps(time.Hour, "a"), naps(time.Minute, "b"), naps(time.Second, "c"), naps(0, "d"),
			func(workflow.Context) (int, error) { return 5, nil })
		fmt.Println(a, b, c, d, n)
		return err
	})
	// Output: a b c d 5
}
