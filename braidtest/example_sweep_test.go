package braidtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

// The bug: a send that nobody waits for any more once the caller was cancelled.
func ask(ctx context.Context) error {
	answer := make(chan string)
	go func() {
		time.Sleep(time.Second) // the oracle thinks
		answer <- "perhaps"
	}()
	select {
	case <-answer:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func ExampleCancelSweep() {
	tryReal("TestAsk", func(t *testing.T) { braidtest.CancelSweep(t, ask) })
	// Output:
	// TestAsk: cancelled at point 1 of 2, where ctx.Done is asked for in braidtest_test.ask (example_sweep_test.go:N)
	// TestAsk left a goroutine behind:
	// └─ goroutine started in braidtest_test.ask (example_sweep_test.go:N)
	//       sleep in braidtest_test.ask.func1 (example_sweep_test.go:N)
	// fn returned: context canceled
	// To see this run alone: BRAIDTEST_REPLAY='point 1' go test -run '^TestAsk$'
}

// What is sent must be taken back if what comes next fails.
func ExampleInvariant() {
	var sent, takenBack int
	order := func(ctx context.Context) error {
		sent, takenBack = 1, 0
		err := braid.Sleep(ctx, time.Minute)
		if err != nil {
			takenBack = 1
		}
		return err
	}
	tryReal("TestOrder", func(t *testing.T) {
		braidtest.CancelSweep(t, order, braidtest.Invariant(func(err error) error {
			if err != nil && sent != takenBack {
				return errors.New("a parcel is on its way that nobody wants")
			}
			return nil
		}))
	})
	// Output:
}

// That the other end is gone is as good as any other reason here.
func ExampleAccept() {
	read := func(ctx context.Context) error {
		if braid.Sleep(ctx, time.Second) != nil {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	gone := braidtest.Accept(func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) })

	tryReal("TestRead", func(t *testing.T) { braidtest.CancelSweep(t, read, gone) })
	// Output:
}

// The bug: a server that waits for its last answer, whoever has no time.
func ExampleWithin() {
	serve := func(ctx context.Context) error {
		err := braid.Sleep(ctx, time.Hour)
		time.Sleep(10 * time.Second)
		return err
	}
	tryReal("TestServe", func(t *testing.T) { braidtest.CancelSweep(t, serve, braidtest.Within(5*time.Second)) })
	// Output:
	// TestServe: cancelled at point 1 of 4, where ctx.Err is asked for by braid.Sleep, called in braidtest_test.ExampleWithin.func1 (example_sweep_test.go:N)
	// fn has not returned 5s later:
	// └─ the test itself
	//       sleep in braidtest_test.ExampleWithin.func1 (example_sweep_test.go:N)
	// To see this run alone: BRAIDTEST_REPLAY='point 1' go test -run '^TestServe$'
}

// One point out of many, to look at it with a debugger.
func ExampleReplay() {
	tryReal("TestAsk", func(t *testing.T) { braidtest.CancelSweep(t, ask, braidtest.Replay("point 2")) })
	// Output:
	// TestAsk: cancelled at point 2, where all waited:
	// └─ the test itself
	//    │  select in braidtest_test.ask (example_sweep_test.go:N)
	//    └─ goroutine started in braidtest_test.ask (example_sweep_test.go:N)
	//          sleep in braidtest_test.ask.func1 (example_sweep_test.go:N)
	// TestAsk left a goroutine behind:
	// └─ goroutine started in braidtest_test.ask (example_sweep_test.go:N)
	//       sleep in braidtest_test.ask.func1 (example_sweep_test.go:N)
	// fn returned: context canceled
	// To see this run alone: BRAIDTEST_REPLAY='point 2' go test -run '^TestAsk$'
}

// Options that a package's sweeps share are written down once.
func ExampleSweepOption() {
	usual := []braidtest.SweepOption{
		braidtest.Within(10 * time.Second),
		braidtest.Allow("go.example.com/metrics.*"),
	}
	tryReal("TestSleep", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }, usual...)
	})
	// Output:
}

// The bug: the reason why is lost on the way.
func ExampleFailSweep() {
	load := func(ctx context.Context) error {
		if err := braid.Each(ctx, []string{"users", "orders"}, loadTable); err != nil {
			return errors.New("the data cannot be loaded")
		}
		return nil
	}
	tryReal("TestLoad", func(t *testing.T) { braidtest.FailSweep(t, load) })
	// Output:
	// TestLoad: task 1 failed with an error: task loadTable[0], of the function at example_sweep_test.go:N
	// the error does not tell of the failure, and is none to be accepted
	// fn returned: the data cannot be loaded
	// To see this run alone: BRAIDTEST_REPLAY='task 1 error' go test -run '^TestLoad$'
}

func loadTable(context.Context, string) error { return nil }

// The bug: results are taken in the order in which they come.
func doubled(ctx context.Context) (table []int, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var tasks []*braid.Task[int]
		for x := range 3 {
			double := func(context.Context) (int, error) { return 2 * x, nil }
			tasks = append(tasks, braid.Fork(g, double, braid.Name(fmt.Sprint("double ", x))))
		}
		for t := range braid.AsCompleted(ctx, tasks...) {
			table = append(table, t.Value())
		}
		return nil
	})
	return table, err
}

func ExampleExplore() {
	tryReal("TestTable", func(t *testing.T) {
		braidtest.Explore(t, 100, func(ctx context.Context) error {
			table, err := doubled(ctx)
			if err == nil && fmt.Sprint(table) != "[0 2 4]" {
				err = fmt.Errorf("the table is %v", table)
			}
			return err
		})
	})
	// Output:
	// TestTable: under seed 1, which takes no more than this:
	//   task double 1 starts before task double 0 starts
	// fn returned: the table is [2 0 4]
	// To see this run alone: BRAIDTEST_REPLAY='choices 5:1' go test -run '^TestTable$'
}
