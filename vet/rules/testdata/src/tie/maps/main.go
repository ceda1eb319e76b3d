// Loops that become braid.Map.
package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	fmt.Println(lengths([]string{"a", "bb", ""}))
	ctx := context.Background()
	fmt.Println(parse(ctx, []string{"1", "2"}))
	out, err := parse(ctx, []string{"1", "x", "3"})
	fmt.Println(out, errors.Is(err, strconv.ErrSyntax))
	fmt.Println(counted([]time.Duration{1, 2}))
	fmt.Println(partial([]int{1, 0, 3}))
}

func lengths(in []string) []int {
	out := make([]int, len(in))
	var wg sync.WaitGroup // want `a loop that stores a result for each item is braid.Map`
	for i, s := range in {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n := len(s)
			out[i] = n
		}()
	}
	wg.Wait()
	return out
}

func counted(in []time.Duration) []string {
	out := make([]string, len(in))
	var wg sync.WaitGroup // want `a loop that stores a result for each item is braid.Map`
	wg.Add(len(in))
	for i, d := range in {
		go func() {
			defer wg.Done()
			out[i] = d.String()
		}()
	}
	wg.Wait()
	return out
}

func parse(ctx context.Context, in []string) ([]int, error) {
	out := make([]int, len(in))
	g, ctx := errgroup.WithContext(ctx) // want `a loop that stores a result for each item is braid.Map`
	g.SetLimit(2)
	for i, s := range in {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			n, err := strconv.Atoi(s)
			if err != nil {
				return fmt.Errorf("parse: %w", err)
			}
			out[i] = n
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// A return leaves the item's result as it is: this stays a Run.
func partial(in []int) []int {
	out := make([]int, len(in))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i, n := range in {
		wg.Go(func() {
			if n == 0 {
				return
			}
			out[i] = 10 / n
		})
	}
	wg.Wait()
	return out
}
