package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// show runs a workflow in the SDK's test environment.
func show(flow func(ctx workflow.Context) error) {
	env := environment()
	env.RegisterActivity(Greet)
	env.RegisterActivity(File)
	temporal.Register(env)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		if err := flow(ctx); err != nil {
			fmt.Println("error:", err)
		}
		return nil
	})
}

// Greet is an activity.
func Greet(_ context.Context, name string) (string, error) { return "hello, " + name, nil }

func ExampleRun() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				err := temporal.Sleep(ctx, time.Hour)
				fmt.Println("woken:", err)
				return err
			})
			g.Go(func(ctx workflow.Context) error { return errors.New("out of paper") }, temporal.Name("print"))
			return nil
		}, temporal.Name("report"))
	})
	// Output:
	// woken: context canceled: report/print: out of paper
	// error: report/print: out of paper
}

func ExampleCall() {
	show(func(ctx workflow.Context) error {
		text, err := temporal.Call(ctx, func(ctx workflow.Context, g *temporal.Group) (string, error) {
			greeting := temporal.Fork(g, func(ctx workflow.Context) (string, error) {
				return temporal.Activity[string](ctx, Greet, "world")
			})
			return greeting.Wait(ctx)
		})
		fmt.Println(text)
		return err
	})
	// Output: hello, world
}

func ExampleCallTask() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			size := temporal.Fork(g, func(ctx workflow.Context) (int, error) {
				return temporal.CallTask(ctx, measure, "readme.md") // a task of package engine, on any worker
			})
			n, err := size.Wait(ctx)
			fmt.Println(n)
			return err
		})
	})
	// Output: 9
}

func ExampleMap() {
	show(func(ctx workflow.Context) error {
		greetings, err := temporal.Map(ctx, []string{"Ada", "Grace"}, func(ctx workflow.Context, name string) (string, error) {
			return temporal.Activity[string](ctx, Greet, name)
		}, temporal.Limit(10))
		fmt.Println(greetings)
		return err
	})
	// Output: [hello, Ada hello, Grace]
}

func ExampleJoin2() {
	show(func(ctx workflow.Context) error {
		text, n, err := temporal.Join2(ctx,
			func(ctx workflow.Context) (string, error) { return temporal.Activity[string](ctx, Greet, "you") },
			func(ctx workflow.Context) (int, error) { return 42, nil })
		fmt.Println(text, n)
		return err
	})
	// Output: hello, you 42
}

func ExampleFirst() {
	show(func(ctx workflow.Context) error {
		v, err := temporal.First(ctx, temporal.Funcs(
			func(ctx workflow.Context) (string, error) { return "slow", temporal.Sleep(ctx, time.Hour) },
			func(ctx workflow.Context) (string, error) { return "quick", temporal.Sleep(ctx, time.Minute) },
		))
		fmt.Println(v)
		return err
	})
	// Output: quick
}

func ExampleTimeout() {
	show(func(ctx workflow.Context) error {
		return temporal.Timeout(ctx, 24*time.Hour, func(ctx workflow.Context) error {
			return temporal.Sleep(ctx, 7*24*time.Hour)
		}, temporal.Name("approval"))
	})
	// Output: error: timeout "approval" after 24h0m0s
}

func ExampleMoveOn() {
	show(func(ctx workflow.Context) error {
		fired, err := temporal.MoveOn(ctx, time.Hour, func(ctx workflow.Context) error { return temporal.Sleep(ctx, 2*time.Hour) })
		fmt.Println(fired)
		return err
	})
	// Output: true
}

func ExampleGroup_Defer() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			_ = g.Defer(func(ctx workflow.Context) error {
				text, err := temporal.Activity[string](ctx, Greet, "cleaner") // although the group has failed
				fmt.Println(text)
				return err
			})
			return errors.New("no")
		})
	})
	// Output:
	// hello, cleaner
	// error: no
}

func ExampleRetry() {
	show(func(ctx workflow.Context) error {
		began := workflow.Now(ctx)
		tries := 0
		_, err := temporal.Retry(ctx, braid.Policy{Attempts: 5, Delay: time.Hour, Factor: 2}, func(ctx workflow.Context) (int, error) {
			if tries++; tries < 4 {
				return 0, errors.New("not yet")
			}
			return tries, nil
		})
		fmt.Println(tries, "attempts in", workflow.Now(ctx).Sub(began))
		return err
	})
	// Output: 4 attempts in 7h0m0s
}

func ExampleCause() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.CancelCause(errors.New("the order was withdrawn"))
			var c *braid.Cancellation
			fmt.Println(errors.As(temporal.Cause(ctx), &c), c.Reason())
			return nil
		})
	})
	// Output: true the order was withdrawn
}

func ExampleFailureConverter() {
	conv := temporal.FailureConverter(nil) // client.Options.FailureConverter
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return fmt.Errorf("header: %w", io.ErrUnexpectedEOF) }, braid.Name("parse"))
		return nil
	}, braid.Name("import"))
	there := conv.FailureToError(conv.ErrorToFailure(err))
	fmt.Println(there)
	short, rest := braid.Split(there, braid.Is(io.ErrUnexpectedEOF))
	fmt.Println(short != nil, rest)
	// Output:
	// import/parse: header: unexpected EOF
	// true <nil>
}

func ExamplePutList() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	store, _ := temporal.DirStore(dir)
	list, err := temporal.PutList(context.Background(), store, "names", 2, slices.Values([]string{"Ada", "Grace", "Edsger"}))
	fmt.Println(list, err)
	for name, err := range list.All(context.Background(), store) {
		fmt.Println(name, err)
	}
	// Output:
	// {names 3 2} <nil>
	// Ada <nil>
	// Grace <nil>
	// Edsger <nil>
}

func ExampleFanMap() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	store, _ := temporal.DirStore(dir)
	list, _ := temporal.PutList(context.Background(), store, "numbers", 100, numbers(1000))
	env := environment()
	temporal.RegisterFan(env, store) // on each worker
	env.ExecuteWorkflow(func(ctx workflow.Context) (temporal.List[int], error) {
		return temporal.FanMap(ctx, doubled, list, temporal.Spread{Limit: 10})
	})
	var out temporal.List[int]
	err := env.GetWorkflowResult(&out)
	sum := 0
	for v := range out.All(context.Background(), store) {
		sum += v
	}
	fmt.Println(out.Len, sum, err)
	// Output: 1000 999000 <nil>
}
