package temporal_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file shows the options of groups, tasks and time limits, and deadlines that
// move.

func ExampleName() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(workflow.Context) error { return errors.New("out of paper") }, temporal.Name("print"))
			return nil
		}, temporal.Name("report"))
	})
	// Output: error: report/print: out of paper
}

func ExampleLimit() {
	show(func(ctx workflow.Context) error {
		began := workflow.Now(ctx)
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for range 6 {
				g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) })
			}
			return nil
		}, temporal.Limit(2))
		fmt.Println(workflow.Now(ctx).Sub(began))
		return err
	})
	// Output: 3h0m0s
}

func ExampleKeep() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for i := range 100 {
				g.Go(func(workflow.Context) error { return fmt.Errorf("failure %d", i) }, temporal.Name("task"))
			}
			return nil
		}, temporal.Supervised, temporal.Keep(1))
	})
	// Output: error: 1 error, 99 more dropped: task: failure 0
}

func ExampleOnFailure() {
	show(func(ctx workflow.Context) error {
		n := 0
		count := temporal.OnFailure(func(*braid.TaskError) { n++ })
		_, err := temporal.First(ctx, temporal.Funcs(fails("a"), naps(time.Hour, "b"), fails("c")), count)
		fmt.Println(n, "failed, and yet one has won")
		return err
	})
	// Output: 2 failed, and yet one has won
}

func ExampleCancelNoise() {
	errKilled := errors.New("signal: killed")
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				_ = temporal.Sleep(ctx, time.Hour)
				return errKilled // what came of the cancel
			}, temporal.Name("command"))
			g.Go(func(ctx workflow.Context) error { return errors.New("disk full") }, temporal.Name("copy"))
			return nil
		}, temporal.CancelNoise(func(err error) bool { return err == errKilled }))
	})
	// Output: error: copy: disk full
}

func ExampleOnStall() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				return temporal.Shield(ctx, 2*time.Hour, func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) })
			}, temporal.Name("export"))
			_ = temporal.Sleep(ctx, time.Second)
			g.Cancel()
			return nil
		}, temporal.Name("report"), temporal.Grace(time.Minute), temporal.OnStall(func(s braid.Stall) {
			fmt.Println(s.Group, "was cancelled", s.Since, "ago, and waits for", s.Tasks[0].Path)
		}))
	})
	// Output: report was cancelled 1m0s ago, and waits for report/export
}

func ExampleGrace() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			return g.Defer(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) })
		}, temporal.Name("report"), temporal.Grace(time.Minute))
	})
	// Output: error: report/defer: timeout after 1m0s
}

func ExampleGraceOption() {
	grace := temporal.Grace(time.Minute)
	groups := []temporal.GroupOption{grace, temporal.Limit(4)}
	workers := []temporal.WorkerOption{grace, temporal.AtMost(4)}
	fmt.Println(len(groups), len(workers))
	// Output: 2 2
}

func ExampleGroupOption() {
	options := []temporal.GroupOption{temporal.Name("report"), temporal.Limit(4), temporal.Supervised}
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error { return errors.New("no data") }, options...)
	})
	// Output: error: report: no data
}

func ExampleTaskOption() {
	options := []temporal.TaskOption{temporal.Name("beat"), temporal.Background}
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				for temporal.Sleep(ctx, time.Hour) == nil {
					fmt.Println("still there")
				}
				return temporal.Cause(ctx)
			}, options...)
			return temporal.Sleep(ctx, 150*time.Minute)
		})
	})
	// Output:
	// still there
	// still there
}

func ExampleScopeOption() {
	var idle temporal.MovableDeadline
	options := []temporal.ScopeOption{temporal.Name("idle"), &idle}
	show(func(ctx workflow.Context) error {
		return temporal.Timeout(ctx, time.Hour, func(ctx workflow.Context) error { return temporal.Sleep(ctx, 2*time.Hour) }, options...)
	})
	// Output: error: timeout "idle" after 1h0m0s
}

func ExampleOption() {
	var name temporal.Option = temporal.Name("nightly") // may stand wherever options may
	show(func(ctx workflow.Context) error {
		return temporal.Timeout(ctx, time.Hour, func(ctx workflow.Context) error {
			return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
				g.Go(func(ctx workflow.Context) error { return errors.New("no data") }, name)
				return nil
			}, name)
		}, name)
	})
	// Output: error: nightly/nightly: no data
}

func ExampleInterceptor() {
	env := environment()
	env.RegisterActivity(Greet)
	// Mostly worker.New(c, "queue", worker.Options{Interceptors: …}).
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{temporal.Interceptor()}})
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		var loose workflow.Future
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			loose = workflow.ExecuteActivity(ctx, Greet, "Ada") // which nobody waits for
			return nil
		})
		fmt.Println("ended with the group:", loose.IsReady())
		return err
	})
	// Output: ended with the group: true
}

func ExampleMovableDeadline_Reset() {
	show(func(ctx workflow.Context) error {
		var idle temporal.MovableDeadline
		return temporal.Timeout(ctx, time.Hour, func(ctx workflow.Context) error {
			for range 3 { // each in time
				if err := temporal.Sleep(ctx, 50*time.Minute); err != nil {
					return err
				}
				_ = idle.Reset(time.Hour)
			}
			return temporal.Sleep(ctx, 2*time.Hour) // and this one not
		}, &idle, temporal.Name("idle"))
	})
	// Output: error: timeout "idle" after 3h30m0s
}

func ExampleMovableDeadline_ResetAt() {
	show(func(ctx workflow.Context) error {
		var end temporal.MovableDeadline
		midnight := workflow.Now(ctx).Add(24 * time.Hour)
		fired, err := temporal.MoveOn(ctx, time.Hour, func(ctx workflow.Context) error {
			if err := end.ResetAt(midnight); err != nil {
				return err
			}
			return temporal.Sleep(ctx, 20*time.Hour)
		}, &end)
		fmt.Println(fired)
		return err
	})
	// Output: false
}

func ExampleMovableDeadline_Stop() {
	show(func(ctx workflow.Context) error {
		var limit temporal.MovableDeadline
		fired, err := temporal.MoveOn(ctx, time.Hour, func(ctx workflow.Context) error {
			if err := limit.Stop(); err != nil {
				return err
			}
			return temporal.Sleep(ctx, 7*24*time.Hour)
		}, &limit)
		fmt.Println(fired)
		return err
	})
	// Output: false
}

func ExampleMovableDeadline_When() {
	show(func(ctx workflow.Context) error {
		var limit temporal.MovableDeadline
		return temporal.Timeout(ctx, time.Hour, func(ctx workflow.Context) error {
			at, ok := limit.When()
			fmt.Println(at.Sub(workflow.Now(ctx)), ok)
			return nil
		}, &limit)
	})
	// Output: 1h0m0s true
}

func ExampleMovableDeadline_Expired() {
	show(func(ctx workflow.Context) error {
		var limit temporal.MovableDeadline
		_, err := temporal.MoveOn(ctx, time.Hour, func(ctx workflow.Context) error { return temporal.Sleep(ctx, 2*time.Hour) }, &limit)
		fmt.Println(limit.Expired())
		return err
	})
	// Output: true
}
