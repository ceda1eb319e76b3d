package braid_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the lesson's four pitfalls, and what becomes of each.

// Pitfall 1: a task that swallows its cancellation. In asyncio it runs on as
// if nothing had happened, since the exception comes once. A context stays
// dead: the next call that looks at it ends at once, and what the swallowing
// does is that the task counts as having succeeded.
func Example_lessonPitfallSwallowedCancel() {
	started := make(chan string)
	badTask := func(ctx context.Context) (string, error) {
		started <- "bad"
		if err := braid.Sleep(ctx, time.Hour); err != nil {
			fmt.Println("Cancelled") // and not returned
		}
		fmt.Println("next step:", braid.Sleep(ctx, time.Hour) != nil)
		return "finished, supposedly", nil
	}
	goodTask := func(ctx context.Context) (string, error) {
		started <- "good"
		defer fmt.Println("cleanup")
		if err := braid.Sleep(ctx, time.Hour); err != nil {
			return "", err // what needs no catching cannot be forgotten
		}
		return "finished", nil
	}

	for _, fn := range []func(context.Context) (string, error){badTask, goodTask} {
		var task *braid.Task[string]
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			task = braid.Fork(g, fn)
			fmt.Println("--", <-started)
			task.Cancel()
			return nil
		})
		fmt.Println(task.State(), err)
	}
	// Output:
	// -- bad
	// Cancelled
	// next step: true
	// succeeded <nil>
	// -- good
	// cleanup
	// cancelled <nil>
}

// Pitfall 2: a task outside the group. In Go that is a bare go statement; the
// package has no function that starts something without a group.
func Example_lessonPitfallOutsideTheGroup() {
	mainWork := func(ctx context.Context) error {
		fmt.Println("main work done")
		return nil
	}

	badExample := func() (release func()) {
		quit, ended := make(chan struct{}), make(chan struct{})
		go func() { // an orphan
			<-quit
			close(ended)
		}()
		_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(mainWork)
			return nil
		})
		select {
		case <-ended:
		default:
			fmt.Println("background work is still running")
		}
		return func() { close(quit); <-ended }
	}
	badExample()()

	goodExample := func() {
		mainDone := make(chan struct{})
		_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				<-mainDone
				fmt.Println("background work done")
				return nil
			})
			g.Go(func(ctx context.Context) error {
				defer close(mainDone)
				return mainWork(ctx)
			})
			return nil
		})
		fmt.Println("all tasks have ended")
	}
	goodExample()
	// Output:
	// main work done
	// background work is still running
	// main work done
	// background work done
	// all tasks have ended
}

// Pitfall 3 does not exist in Go as it stands in the lesson: a call that
// blocks holds up its own goroutine and no other.
func Example_lessonPitfallBlocking() {
	worked := make(chan struct{})
	asyncWork := func(ctx context.Context) error {
		fmt.Println("the task works while the body blocks")
		close(worked)
		return nil
	}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(asyncWork)
		<-worked // in an event loop this would be the end
		return nil
	})
	fmt.Println(err)
	// Output:
	// the task works while the body blocks
	// <nil>
}

// What is left of pitfall 3: a call that blocks and does not look at its
// context cannot be interrupted, and the group has to wait for it. After its
// Grace the group says which task that is.
func Example_lessonPitfallIgnoredContext() {
	started, timeSleep := make(chan struct{}), make(chan struct{})
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			close(started)
			<-timeSleep // blocks; braid.Sleep, or a select with ctx.Done(), would not
			return nil
		}, braid.Name("deaf"))
		<-started
		return errors.New("the body failed")
	}, braid.Name("page"), braid.Grace(5*time.Millisecond), braid.OnStall(func(s braid.Stall) {
		fmt.Println(s.Group, "was cancelled and waits for", s.Tasks[len(s.Tasks)-1].Path)
		close(timeSleep)
	}))
	fmt.Println(err)
	// Output:
	// page was cancelled and waits for page/deaf
	// page: the body failed
}

// Pitfall 4: handling the group's error as if it were the task's. (The lesson
// says that except Exception does not catch an ExceptionGroup. It does; but
// what it catches is the wrapper.) In Go the mistakes are == and a type
// assertion, which see the wrapper as well, and errors.As, which sees only the
// first of several.
func Example_lessonPitfallWrapper() {
	type ValueError struct{ error }

	riskyTask := func(ctx context.Context) error { return ValueError{errors.New("bad value")} }
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(riskyTask, braid.Name("risky"))
		return nil
	})

	_, ok := err.(ValueError)
	fmt.Println("bad:  a ValueError?", ok)

	err = braid.Catch(err,
		braid.On(func(err error, found []ValueError) error {
			for _, exc := range found {
				fmt.Println("good: ValueError:", exc)
			}
			return nil
		}),
		braid.On(func(err error, _ []error) error {
			for path, exc := range braid.Leaves(err) {
				fmt.Println("good: other error:", path, exc)
			}
			return nil
		}),
	)
	fmt.Println("left over:", err)
	// Output:
	// bad:  a ValueError? false
	// good: ValueError: bad value
	// left over: <nil>
}
