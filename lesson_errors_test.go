package braid_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/braid-go/braid"
)

// This file holds the lesson's section on exception groups. Where the lesson
// lets several tasks fail in one turn of the event loop, ours meet first: in
// Go the first failure would cancel the others before they come to theirs.

// Two of four tasks fail, and both failures come out of the block.
func Example_lessonErrorGroup() {
	type ValueError struct{ error }

	var together sync.WaitGroup
	together.Add(4)
	failingTask := func(id int) func(context.Context) error {
		return func(ctx context.Context) error {
			together.Done()
			together.Wait() // until all four are here
			if id%2 == 0 {
				return ValueError{fmt.Errorf("Task %d failed!", id)}
			}
			return nil
		}
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(failingTask(1)) // succeeds
		g.Go(failingTask(2)) // fails
		g.Go(failingTask(3)) // succeeds
		g.Go(failingTask(4)) // fails
		return nil
	})
	if eg, ok := errors.AsType[*braid.GroupError](err); ok {
		fmt.Printf("Caught %d exceptions:\n", len(eg.Errors()))
		var lines []string
		for _, exc := range braid.Leaves(eg) {
			lines = append(lines, fmt.Sprintf("  - %s: %v", reflect.TypeOf(exc).Name(), exc))
		}
		slices.Sort(lines) // they come in the order in which the tasks ended
		fmt.Println(strings.Join(lines, "\n"))
	}
	// Output:
	// Caught 2 exceptions:
	//   - ValueError: Task 2 failed!
	//   - ValueError: Task 4 failed!
}

// Each kind of error goes to its own clause, all of that kind at once.
func Example_lessonExceptStar() {
	type (
		ValueError   struct{ error }
		TypeError    struct{ error }
		RuntimeError struct{ error }
	)

	mixedFailures := func(ctx context.Context) error {
		var together sync.WaitGroup
		together.Add(3)
		raises := func(err error) func(context.Context) error {
			return func(ctx context.Context) error {
				together.Done()
				together.Wait()
				return err
			}
		}
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(raises(ValueError{errors.New("not a number")}))
			g.Go(raises(TypeError{errors.New("not a string")}))
			g.Go(raises(RuntimeError{errors.New("out of luck")}))
			return nil
		})
	}

	err := mixedFailures(context.Background())
	err = braid.Catch(err,
		braid.On(func(err error, found []ValueError) error {
			fmt.Println("ValueError(s):", found)
			return nil
		}),
		braid.On(func(err error, found []TypeError) error {
			fmt.Println("TypeError(s):", found)
			return nil
		}),
		braid.On(func(err error, found []RuntimeError) error {
			fmt.Println("RuntimeError(s):", found)
			return nil
		}),
	)
	fmt.Println("left over:", err)
	// Output:
	// ValueError(s): [not a number]
	// TypeError(s): [not a string]
	// RuntimeError(s): [out of luck]
	// left over: <nil>
}

// A clause that returns the error it was given re-raises it: that part of the
// tree stays where it was.
func Example_lessonReraise() {
	type ValueError struct{ error }

	supervise := func(riskyOperation func(context.Context) error) error {
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(riskyOperation, braid.Name("risky"))
			return nil
		})
		return braid.Catch(err,
			braid.On(func(err error, found []ValueError) error {
				for _, exc := range found {
					if strings.Contains(strings.ToLower(exc.Error()), "critical") {
						return err // all of them, as they came
					}
				}
				fmt.Println("Handled non-critical ValueErrors")
				return nil
			}),
			braid.On(func(err error, _ []error) error { // whatever is left
				for _, exc := range braid.Leaves(err) {
					fmt.Println("Unexpected error:", exc)
				}
				return err
			}),
		)
	}

	for _, failure := range []error{
		ValueError{errors.New("a typo")},
		ValueError{errors.New("CRITICAL: disk full")},
		errors.New("connection refused"),
	} {
		err := supervise(func(context.Context) error { return failure })
		fmt.Println("=>", err)
	}
	// Output:
	// Handled non-critical ValueErrors
	// => <nil>
	// => risky: CRITICAL: disk full
	// Unexpected error: connection refused
	// => risky: connection refused
}

// Split gives both halves, Subgroup the first. The lesson asks for the
// TypeErrors only after it has raised the rest, when there can be none left;
// here the rest is returned last.
func Example_lessonSplit() {
	type (
		ValueError struct{ error }
		TypeError  struct{ error }
	)

	var together sync.WaitGroup
	together.Add(2)
	task1 := func(ctx context.Context) error {
		together.Done()
		together.Wait()
		return ValueError{errors.New("not a number")}
	}
	task2 := func(ctx context.Context) error {
		together.Done()
		together.Wait()
		return TypeError{errors.New("not a string")}
	}

	run := func() error {
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(task1, braid.Name("task1"))
			g.Go(task2, braid.Name("task2"))
			return nil
		})
		valueErrors, rest := braid.Split(err, braid.As[ValueError]())
		if valueErrors != nil {
			fmt.Println("ValueErrors:", valueErrors)
		}
		if typeErrors := braid.Subgroup(err, braid.As[TypeError]()); typeErrors != nil {
			fmt.Println("TypeErrors:", typeErrors)
		}
		return rest // re-raised
	}
	fmt.Println("left over:", run())
	// Output:
	// ValueErrors: task1: not a number
	// TypeErrors: task2: not a string
	// left over: task2: not a string
}
