//go:build go1.27

package braid_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/braid-go/braid"
)

// This file shows the generic methods, which Go has had since 1.27.

// Two results of different types, as methods.
func ExampleGroup_Fork() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		name := g.Fork(func(ctx context.Context) (string, error) { return "Ann", nil })
		balance := g.Fork(func(ctx context.Context) (int, error) { return 42, nil })

		n, err := name.Wait(ctx)
		if err != nil {
			return err
		}
		b, err := balance.Wait(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%s has %d\n", n, b)
		return nil
	})
	fmt.Println(err)
	// Output:
	// Ann has 42
	// <nil>
}

// Work that comes from outside may come too late.
func ExampleGroup_TryFork() {
	g, _ := braid.Open(context.Background())
	g.Close()
	_, err := g.TryFork(func(ctx context.Context) (string, error) { return "192.0.2.1", nil })
	fmt.Println(errors.Is(err, braid.ErrClosed))
	// Output:
	// true
}
