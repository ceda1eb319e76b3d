package braid_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the lesson's section on cancellation.

// One task fails, the others are cancelled and waited for. So that tasks which
// run side by side speak in the lesson's order, each line waits for the one
// before it; a program that does not care just prints.
func Example_lessonAutomaticCancellation() {
	type ValueError struct{ error }

	said := make([]chan struct{}, 5) // said[n] is closed once line n is out
	for n := range said {
		said[n] = make(chan struct{})
	}
	close(said[0])
	say := func(line int, format string, args ...any) {
		<-said[line-1]
		fmt.Printf(format+"\n", args...)
		close(said[line])
	}

	longRunningTask := func(id int) func(context.Context) error {
		return func(ctx context.Context) error {
			say(id, "Task %d: Starting...", id)
			if err := braid.Sleep(ctx, time.Hour); err != nil { // a long operation
				say(id+2, "Task %d: Cancelled!", id)
				return err // the error is the cancellation: passing it on is all
			}
			fmt.Printf("Task %d: Completed!\n", id)
			return nil
		}
	}
	failingTask := func(ctx context.Context) error {
		<-said[2] // the lesson waits 0.5 s, in which both start
		return ValueError{errors.New("I failed!")}
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(longRunningTask(1))
		g.Go(longRunningTask(2))
		g.Go(failingTask)
		return nil
	})
	err = braid.Catch(err, braid.On(func(error, []ValueError) error {
		fmt.Println("Caught ValueError")
		return nil
	}))
	if err != nil {
		fmt.Println("unexpected:", err)
	}
	// Output:
	// Task 1: Starting...
	// Task 2: Starting...
	// Task 1: Cancelled!
	// Task 2: Cancelled!
	// Caught ValueError
}

// Cleanup is a defer. If it needs a context it needs a Shield as well, since
// the task's own context stays dead once it is cancelled.
func Example_lessonCleanup() {
	acquired := make(chan struct{})
	acquireResource := func(context.Context) (string, error) {
		defer close(acquired)
		return "connection", nil
	}
	releaseResource := func(ctx context.Context, resource string) error { return ctx.Err() }
	processWithResource := func(ctx context.Context, resource string) error { return nil }

	taskWithCleanup := func(ctx context.Context) (err error) {
		resource, err := acquireResource(ctx)
		if err != nil {
			return err
		}
		defer func() {
			err = errors.Join(err, braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
				if err := releaseResource(ctx, resource); err != nil {
					return err
				}
				fmt.Println("Resource released")
				return nil
			}))
		}()
		for {
			if err := braid.Sleep(ctx, time.Millisecond); err != nil {
				return err
			}
			if err := processWithResource(ctx, resource); err != nil {
				return err
			}
		}
	}
	taskThatFails := func(ctx context.Context) error {
		<-acquired
		return errors.New("boom")
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(taskWithCleanup)
		g.Go(taskThatFails, braid.Name("taskThatFails"))
		return nil
	})
	fmt.Println(err)
	// Output:
	// Resource released
	// taskThatFails: boom
}

// What has to be finished although its task is cancelled runs in a Shield.
// Unlike asyncio's, this one is waited for, also by a second cancellation.
func Example_lessonShield() {
	working := make(chan struct{})
	criticalSave := func(data string) func(context.Context) error {
		return func(ctx context.Context) error {
			if err := braid.Sleep(ctx, time.Millisecond); err != nil { // the save takes a while
				return err
			}
			fmt.Println("Saved:", data)
			return nil
		}
	}
	taskWithCriticalSection := func(ctx context.Context) (string, error) {
		close(working)
		if err := braid.Sleep(ctx, time.Hour); err != nil { // normal work
			return "", errors.Join(err, braid.Shield(ctx, time.Minute, criticalSave("important_data")))
		}
		return "done", nil
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, taskWithCriticalSection)
		<-working // the lesson waits 0.5 s
		task.Cancel()

		if _, err := task.Wait(ctx); errors.Is(err, context.Canceled) {
			fmt.Println("Task was cancelled, but data was saved!")
		}
		return nil
	})
	if err != nil {
		fmt.Println("unexpected:", err)
	}
	// Output:
	// Saved: important_data
	// Task was cancelled, but data was saved!
}

// A deadline around a group: when it passes, all tasks are cancelled, waited
// for, and the error says that it was this deadline.
func Example_lessonTimeout() {
	slowTask := func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) }

	err := braid.Timeout(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(slowTask)
			g.Go(slowTask)
			return nil
		})
	})
	if timeout, ok := braid.TimedOut(err); ok {
		fmt.Println("TaskGroup timed out - all tasks cancelled")
		fmt.Println(timeout)
	}
	// Output:
	// TaskGroup timed out - all tasks cancelled
	// timeout after 5ms
}
