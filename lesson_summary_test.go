package braid_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the six snippets of the lesson's summary.

// A group of two.
func Example_lessonSummaryBasic() {
	operation1 := func(ctx context.Context) (int, error) { return 1, nil }
	operation2 := func(ctx context.Context) (string, error) { return "two", nil }

	one, two, err := braid.Join2(context.Background(), operation1, operation2)
	// Both tasks have ended.
	fmt.Println(one, two, err)
	// Output:
	// 1 two <nil>
}

// Errors by kind.
func Example_lessonSummaryErrors() {
	type (
		ValueError struct{ error }
		TypeError  struct{ error }
	)
	riskyTask := func(ctx context.Context) error { return ValueError{errors.New("bad value")} }
	handleTypeErrors := func(found []TypeError) { fmt.Println(len(found), "TypeErrors") }

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(riskyTask)
		return nil
	})
	err = braid.Catch(err,
		braid.On(func(err error, found []ValueError) error {
			for _, exc := range found {
				fmt.Println("Caught:", exc)
			}
			return nil
		}),
		braid.On(func(err error, found []TypeError) error {
			handleTypeErrors(found)
			return nil
		}),
	)
	fmt.Println(err)
	// Output:
	// Caught: bad value
	// <nil>
}

// A task that can be cancelled.
func Example_lessonSummaryCancellation() {
	longOperation := func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }
	cleanup := func() { fmt.Println("cleaned up") }

	cancellableTask := func(ctx context.Context) error {
		defer cleanup()
		return longOperation(ctx)
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(cancellableTask, braid.Always) // Always: it is called although Cancel comes at once
		g.Cancel()
		return nil
	})
	fmt.Println(err)
	// Output:
	// cleaned up
	// <nil>
}

// A deadline.
func Example_lessonSummaryTimeout() {
	slowTask := func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }

	err := braid.Timeout(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(slowTask)
			return nil
		})
	})
	fmt.Println(err)
	// Output:
	// timeout after 5ms
}

// What must be finished.
func Example_lessonSummaryShield() {
	operation := func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }
	criticalSave := func(ctx context.Context) error {
		fmt.Println("saved, cancelled:", ctx.Err() != nil)
		return nil
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := operation(ctx)
	if errors.Is(err, context.Canceled) {
		err = errors.Join(err, braid.Shield(ctx, time.Minute, criticalSave))
	}
	fmt.Println(err)
	// Output:
	// saved, cancelled: false
	// context canceled
}

// Errors taken apart.
func Example_lessonSummarySplit() {
	type (
		ValueError struct{ error }
		TypeError  struct{ error }
	)
	task := func(ctx context.Context) error {
		return errors.Join(ValueError{errors.New("bad value")}, TypeError{errors.New("bad type")})
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(task, braid.Name("task"))
		return nil
	})
	valueErrors, rest := braid.Split(err, braid.As[ValueError]())
	typeErrors := braid.Subgroup(err, braid.As[TypeError]())
	fmt.Println(valueErrors)
	fmt.Println(rest)
	fmt.Println(typeErrors)
	// Output:
	// task: bad value
	// task: bad type
	// task: bad type
}
