package braid_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/braid-go/braid"
)

// This file shows time limits, shields and what a cancellation tells. Limits
// that are to pass are a few milliseconds and what they cut short has no end
// of its own; limits that are not to pass are hours.

// A search gets five milliseconds.
func ExampleTimeout() {
	search := func(ctx context.Context) error {
		<-ctx.Done() // a back end that hangs
		return fmt.Errorf("searching the archive: %w", context.Cause(ctx))
	}
	err := braid.Timeout(context.Background(), 5*time.Millisecond, search, braid.Name("search"))
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	fmt.Println(err)
	// Output:
	// true
	// timeout "search" after 5ms: searching the archive: context deadline exceeded: search
}

// Recommendations are nice to have: the page does without if they are late.
func ExampleMoveOn() {
	books := []string{"none"}
	late, err := braid.MoveOn(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done() // a back end that hangs
		return context.Cause(ctx)
	})
	fmt.Println(books, "late:", late, "error:", err)
	// Output:
	// [none] late: true error: <nil>
}

// Of the hour that a request has, the last ten minutes are kept for the
// answer.
func ExampleReserve() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	err := braid.Reserve(ctx, 10*time.Minute, func(ctx context.Context) error {
		at, _ := ctx.Deadline()
		fmt.Println("to gather:", time.Until(at).Round(time.Minute))
		return nil
	})
	fmt.Println(err)
	// Output:
	// to gather: 50m0s
	// <nil>
}

// An order that was begun is finished, although the customer has gone.
func ExampleShield() {
	ctx, cancel := context.WithCancel(context.Background())
	pay := func(ctx context.Context) error { return ctx.Err() }
	ship := func(ctx context.Context) error { return ctx.Err() }

	err := braid.Shield(ctx, time.Minute, func(ctx context.Context) error {
		if err := pay(ctx); err != nil {
			return err
		}
		cancel() // the customer hangs up
		return ship(ctx)
	})
	fmt.Println("shipped:", err == nil, "customer:", ctx.Err())
	// Output:
	// shipped: true customer: context canceled
}

// No bound: what is shielded takes the time it takes.
func ExampleShield_forever() {
	err := braid.Shield(context.Background(), braid.Forever, func(ctx context.Context) error {
		_, bounded := ctx.Deadline()
		fmt.Println("bounded:", bounded)
		return nil
	})
	fmt.Println(err)
	// Output:
	// bounded: false
	// <nil>
}

// A pause that ends with its context, unlike time.Sleep.
func ExampleSleep() {
	ctx, cancel := context.WithCancelCause(context.Background())
	fmt.Println(braid.Sleep(ctx, time.Millisecond))
	cancel(errors.New("the lid was closed"))
	fmt.Println(braid.Sleep(ctx, time.Hour))
	// Output:
	// <nil>
	// the lid was closed
}

// A gateway answers 504 for its own deadline and 500 for all else.
func ExampleTimedOut() {
	status := func(err error) int {
		if _, ok := braid.TimedOut(err); ok {
			return 504
		}
		return 500
	}
	slow := braid.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done()
		return context.Cause(ctx)
	})
	broken := braid.Timeout(context.Background(), time.Hour, func(ctx context.Context) error {
		return errors.New("connection refused")
	})
	fmt.Println(status(slow), status(broken))
	// Output:
	// 504 500
}

// A download may take as long as it likes while data keeps coming.
func ExampleDeadline() {
	chunks := []string{"GIF8", "9a", "…"}
	var idle braid.Deadline
	err := braid.Timeout(context.Background(), time.Hour, func(ctx context.Context) error {
		for _, chunk := range chunks {
			if err := idle.Reset(time.Hour); err != nil {
				return err
			}
			fmt.Println("got", chunk)
		}
		return nil
	}, &idle)
	fmt.Println(err, idle.String())
	// Output:
	// got GIF8
	// got 9a
	// got …
	// <nil> finished
}

// The operator wants the maintenance window to be over now.
func ExampleDeadline_Reset() {
	var window braid.Deadline
	fired, err := braid.MoveOn(context.Background(), time.Hour, func(ctx context.Context) error {
		if err := window.Reset(0); err != nil {
			return err
		}
		return braid.Sleep(ctx, time.Hour)
	}, &window)
	fmt.Println(fired, err)
	fmt.Println(window.Reset(time.Hour)) // too late
	// Output:
	// true <nil>
	// braid: the deadline has expired
}

// A lease that ends at a certain time.
func ExampleDeadline_ResetAt() {
	expires := time.Now().Add(24 * time.Hour)
	var lease braid.Deadline
	err := braid.Timeout(context.Background(), time.Hour, func(ctx context.Context) error {
		if err := lease.ResetAt(expires); err != nil {
			return err
		}
		at, ok := ctx.Deadline()
		fmt.Println(at.Equal(expires), ok)
		return nil
	}, &lease)
	fmt.Println(err)
	// Output:
	// true true
	// <nil>
}

// The limit is for the handshake; what comes after may take its time.
func ExampleDeadline_Stop() {
	var handshake braid.Deadline
	err := braid.Timeout(context.Background(), time.Hour, func(ctx context.Context) error {
		// … the handshake …
		if err := handshake.Stop(); err != nil {
			return err
		}
		_, limited := ctx.Deadline()
		fmt.Println("limited:", limited)
		return nil
	}, &handshake)
	fmt.Println(err)
	// Output:
	// limited: false
	// <nil>
}

// How much time is left, for who has no context at hand.
func ExampleDeadline_When() {
	var d braid.Deadline
	_, ok := d.When()
	fmt.Println(ok)
	_ = braid.Timeout(context.Background(), time.Hour, func(ctx context.Context) error {
		at, ok := d.When()
		fmt.Println(time.Until(at).Round(time.Minute), ok)
		return nil
	}, &d)
	// Output:
	// false
	// 1h0m0s true
}

// Whether a limit fired, for a counter, although fn made it in the end.
func ExampleDeadline_Expired() {
	var d braid.Deadline
	err := braid.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done()
		return nil // a cached answer will do
	}, &d)
	fmt.Println(err, d.Expired())
	// Output:
	// <nil> true
}

// A task asks why it is to stop: who failed, with what, where and when.
func ExampleCancellation() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return errors.New("disk full") }, braid.Name("backup"))

		<-ctx.Done()
		why, _ := errors.AsType[*braid.Cancellation](context.Cause(ctx))
		fmt.Println(why.By())
		fmt.Println(why.Reason())
		fmt.Println(filepath.Base(why.Site().File))
		// It matches context.Canceled, as everybody expects, and not the
		// error of a task that this one has nothing to do with.
		fmt.Println(errors.Is(why, context.Canceled), errors.Is(why, why.Reason()))
		return nil
	})
	// Output:
	// backup
	// backup: disk full
	// example_time_test.go
	// true false
}

// The reason given to CancelCause.
func ExampleCancellation_Reason() {
	errMoved := errors.New("the room has moved")
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.CancelCause(errMoved)
		why, _ := errors.AsType[*braid.Cancellation](context.Cause(ctx))
		fmt.Println(why.Reason() == errMoved)
		return nil
	})
	// Output:
	// true
}

// Who cancelled: a path, or the name of a time limit.
func ExampleCancellation_By() {
	_ = braid.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done()
		why, _ := errors.AsType[*braid.Cancellation](context.Cause(ctx))
		fmt.Println(why.By(), why.Timeout())
		return why
	}, braid.Name("handshake"))
	// Output:
	// handshake true
}

// When it was cancelled, for a log line that tells how long the way out took.
func ExampleCancellation_At() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Cancel()
		why, _ := errors.AsType[*braid.Cancellation](context.Cause(ctx))
		fmt.Println("on the way out for a while:", time.Since(why.At()) >= 0)
		return nil
	})
	// Output:
	// on the way out for a while: true
}

// Where Cancel was called.
func ExampleCancellation_Site() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Cancel()
		why, _ := errors.AsType[*braid.Cancellation](context.Cause(ctx))
		fmt.Println(filepath.Base(why.Site().File))
		return nil
	})
	// Output:
	// example_time_test.go
}
