package braid_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/braid-go/braid"
)

// This file holds the lesson's comparison of TaskGroup and gather.

// Related tasks: one fails, the others are cancelled.
func Example_lessonGroup() {
	var together sync.WaitGroup
	together.Add(3)
	var user, orders, prices *braid.Task[string]
	waits := func(ctx context.Context) (string, error) {
		together.Done()
		<-ctx.Done()
		return "", context.Cause(ctx)
	}
	fails := func(ctx context.Context) (string, error) {
		together.Done()
		together.Wait() // until the others are under way
		return "", errors.New("no such table")
	}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		user = braid.Fork(g, waits)
		orders = braid.Fork(g, fails, braid.Name("orders"))
		prices = braid.Fork(g, waits)
		return nil
	})
	fmt.Println(err)
	fmt.Println(user.State(), orders.State(), prices.State())
	// Output:
	// orders: no such table
	// cancelled failed cancelled
}

// Independent tasks: each comes out with its result or its error, as from
// gather with return_exceptions.
func Example_lessonGather() {
	answers := func(shop string) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) { return "9.90 at " + shop, nil }
	}
	fails := func(ctx context.Context) (string, error) { return "", errors.New("shop is closed") }

	outcomes, err := braid.Settle(context.Background(), []func(context.Context) (string, error){
		answers("north"), fails, answers("south"),
	})
	for _, o := range outcomes {
		if o.Err != nil {
			fmt.Println(o.State, errors.Unwrap(o.Err))
		} else {
			fmt.Println(o.State, o.Value)
		}
	}
	fmt.Println(err)
	// Output:
	// succeeded 9.90 at north
	// failed shop is closed
	// succeeded 9.90 at south
	// <nil>
}

// Plain gather raises the first exception and leaves the other awaitables
// running with nobody to wait for them. A Supervised group lets the others go
// on too, but waits, and has all the failures.
func Example_lessonGatherRaising() {
	failed := make(chan struct{})
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			defer close(failed)
			return errors.New("disk full")
		}, braid.Name("backup"))
		g.Go(func(ctx context.Context) error {
			<-failed // well after the failure
			fmt.Println("report: goes on,", "cancelled:", ctx.Err() != nil)
			return nil
		}, braid.Name("report"))
		return nil
	}, braid.Supervised)
	fmt.Println(err)
	// Output:
	// report: goes on, cancelled: false
	// backup: disk full
}
