package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/workflow"
)

// naps gives a function that sleeps and then gives its text.
func naps(d time.Duration, text string) func(ctx workflow.Context) (string, error) {
	return func(ctx workflow.Context) (string, error) { return text, temporal.Sleep(ctx, d) }
}

// fails gives a function that fails.
func fails(text string) func(ctx workflow.Context) (string, error) {
	return func(workflow.Context) (string, error) { return "", errors.New(text) }
}

func ExampleActivity() {
	show(func(ctx workflow.Context) error {
		text, err := temporal.Activity[string](ctx, Greet, "Ada")
		fmt.Println(text)
		return err
	})
	// Output: hello, Ada
}

func ExampleAll() {
	show(func(ctx workflow.Context) error {
		all, err := temporal.All(ctx, temporal.Funcs(naps(2*time.Hour, "a"), naps(time.Hour, "b")))
		fmt.Println(all)
		return err
	})
	// Output: [a b]
}

func ExampleFuncs() {
	show(func(ctx workflow.Context) error {
		fns := temporal.Funcs(naps(time.Hour, "a"), naps(time.Hour, "b"))
		fmt.Println(len(fns))
		return nil
	})
	// Output: 2
}

func ExampleEach() {
	show(func(ctx workflow.Context) error {
		return temporal.Each(ctx, []string{"Ada", "Grace"}, func(ctx workflow.Context, name string) error {
			fmt.Println(name)
			return nil
		}, temporal.Limit(1))
	})
	// Output:
	// Ada
	// Grace
}

func ExampleRace() {
	show(func(ctx workflow.Context) error {
		text, err := temporal.Race(ctx, temporal.Funcs(naps(time.Hour, "slow"), naps(time.Minute, "quick")))
		fmt.Println(text)
		return err
	})
	// Output: quick
}

func ExampleQuorum() {
	show(func(ctx workflow.Context) error {
		two, err := temporal.Quorum(ctx, 2, temporal.Funcs(naps(time.Hour, "a"), fails("b"), naps(time.Minute, "c")))
		fmt.Println(two)
		return err
	})
	// Output: [a c]
}

func ExampleSettle() {
	show(func(ctx workflow.Context) error {
		outcomes, err := temporal.Settle(ctx, temporal.Funcs(naps(time.Hour, "a"), fails("b")))
		for _, o := range outcomes {
			fmt.Println(o.State, o.Value, o.Err != nil)
		}
		return err
	})
	// Output:
	// succeeded a false
	// failed  true
}

func ExampleShield() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Cancel()
			err := temporal.Shield(ctx, time.Minute, func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Second) })
			fmt.Println(ctx.Err(), err)
			return nil
		})
	})
	// Output: canceled <nil>
}

func ExampleSleep() {
	show(func(ctx workflow.Context) error {
		began := workflow.Now(ctx)
		err := temporal.Sleep(ctx, 24*time.Hour)
		fmt.Println(workflow.Now(ctx).Sub(began))
		return err
	})
	// Output: 24h0m0s
}

func ExampleDeadline() {
	show(func(ctx workflow.Context) error {
		return temporal.Timeout(ctx, time.Hour, func(ctx workflow.Context) error {
			at, ok := temporal.Deadline(ctx)
			fmt.Println(at.Sub(workflow.Now(ctx)), ok)
			return nil
		})
	})
	// Output: 1h0m0s true
}

func ExampleJoin3() {
	show(func(ctx workflow.Context) error {
		a, b, n, err := temporal.Join3(ctx, naps(time.Hour, "a"), naps(time.Minute, "b"), func(workflow.Context) (int, error) { return 3, nil })
		fmt.Println(a, b, n)
		return err
	})
	// Output: a b 3
}

func ExampleFork() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"), temporal.Name("nap"))
			text, err := task.Wait(ctx)
			fmt.Println(task.Path(), task.State(), text)
			return err
		}, temporal.Name("night"))
	})
	// Output: night/nap succeeded done
}

func ExampleGroup_Go() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error { fmt.Println("cleared"); return nil })
			return nil
		})
	})
	// Output: cleared
}

func ExampleGroup_Cancel() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) })
			g.Cancel() // which is no failure
			return nil
		})
	})
	// Output:
}

func ExampleTask_Cancel() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			task := temporal.Fork(g, naps(time.Hour, "done"))
			task.Cancel()
			_, err := task.Wait(ctx)
			fmt.Println(task.State(), errors.Is(err, context.Canceled))
			return nil
		})
	})
	// Output: skipped true
}

func ExampleTask_Result() {
	show(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			_, err := temporal.Fork(g, naps(time.Hour, "done")).Result()
			fmt.Println(err == braid.ErrNotDone)
			return nil
		})
	})
	// Output: true
}

var errSoldOut = errors.New("sold out")

func ExampleRegisterError() {
	temporal.RegisterError("example.sold-out", errSoldOut) // in both processes
	there, _ := temporal.DecodeError(temporal.EncodeError(fmt.Errorf("order 7: %w", errSoldOut)))
	fmt.Println(there, errors.Is(there, errSoldOut))
	// Output: order 7: sold out true
}

type overdrawn struct{ Cents int }

func (e *overdrawn) Error() string { return fmt.Sprintf("overdrawn by %d", e.Cents) }

func ExampleRegisterErrorType() {
	temporal.RegisterErrorType[*overdrawn]("example.overdrawn") // in both processes
	there, _ := temporal.DecodeError(temporal.EncodeError(fmt.Errorf("pay: %w", &overdrawn{5})))
	var o *overdrawn
	fmt.Println(errors.As(there, &o), o.Cents)
	// Output: true 5
}

func ExampleEncodeError() {
	there, err := temporal.DecodeError(temporal.EncodeError(fmt.Errorf("header: %w", io.ErrUnexpectedEOF)))
	fmt.Println(there, errors.Is(there, io.ErrUnexpectedEOF), err)
	// Output: header: unexpected EOF true <nil>
}

func ExampleCheckSize() {
	err := temporal.CheckSize(nil, "the picture", strings.Repeat("x", 3<<20))
	fmt.Println(errors.Is(err, temporal.ErrTooLarge), err)
	// Output: true braid: too large to be sent: the picture: 3.0 MiB, of 2.0 MiB at most; what is larger belongs into a Store
}

func ExampleDirStore() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	store, _ := temporal.DirStore(dir)
	fmt.Println(store.Put(context.Background(), "a/b", []byte("text")))
	data, err := store.Get(context.Background(), "a/b")
	fmt.Println(string(data), err)
	_, err = store.Get(context.Background(), "a/c")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// <nil>
	// text <nil>
	// true
}

func ExampleFanSettle() {
	dir, _ := os.MkdirTemp("", "store")
	defer os.RemoveAll(dir)
	store, _ := temporal.DirStore(dir)
	list, _ := temporal.PutList(context.Background(), store, "numbers", 10, numbers(20))
	env := environment(carrying)
	temporal.RegisterFan(env, store) // on each worker
	env.ExecuteWorkflow(func(ctx workflow.Context) (temporal.List[temporal.Settled[string]], error) {
		out, bad, err := temporal.FanSettle(ctx, picky, list, temporal.Spread{})
		fmt.Println(bad, "failed")
		return out, err
	})
	var out temporal.List[temporal.Settled[string]]
	fmt.Println(env.GetWorkflowResult(&out))
	for s := range out.All(context.Background(), store) {
		if o := s.Outcome(); o.Err != nil {
			fmt.Println(o.State, o.Err)
		}
	}
	// Output:
	// 1 failed
	// <nil>
	// failed test.picky[7]: ours: 7
}
