// Tasks that set one variable each: braid.Join2, and what is none.
package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx := context.Background()
	fmt.Println(both(ctx, "1", "2"))
	_, err := both(ctx, "1", "x")
	fmt.Println(errors.Is(err, strconv.ErrSyntax))
	fmt.Println(three(ctx, "b"))
	_, err = three(ctx, "")
	fmt.Println(errors.Is(err, errEmpty))
	fmt.Println(plain(3))
	fmt.Println(result(4))
	fmt.Println(commented(ctx))
	fmt.Println(shares())
	fmt.Println(between(ctx, "5"))
	fmt.Println(kept(ctx, "6"))
	fmt.Println(survives())
}

var errEmpty = errors.New("empty")

func parse(ctx context.Context, s string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return strconv.Atoi(s)
}

// The call gives the value and the error.
func both(ctx context.Context, x, y string) (int, error) {
	var a int
	var b int
	g, ctx := errgroup.WithContext(ctx) // want `tasks that set one variable each are braid.Join2`
	g.Go(func() error {
		var err error
		a, err = parse(ctx, x)
		return err
	})
	g.Go(func() error {
		n, err := parse(ctx, y)
		if err != nil {
			return fmt.Errorf("second: %w", err)
		}
		b = n
		return nil
	})
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return a + b, nil
}

func three(ctx context.Context, in string) (string, error) {
	var (
		n int
	)
	var s string
	var list []string
	g, gctx := errgroup.WithContext(ctx) // want `tasks that set one variable each are braid.Join3`
	g.Go(func() error {
		if in == "" {
			return errEmpty
		}
		if gctx.Err() != nil {
			return gctx.Err()
		}
		s = in + in
		return nil
	})
	g.Go(func() error {
		var err error
		n, err = parse(gctx, "7")
		return err
	})
	g.Go(func() error {
		if err := gctx.Err(); err != nil && in != "" {
			return err
		}
		list = []string{in}
		return nil
	})
	if err := g.Wait(); err != nil {
		return "", err
	}
	return fmt.Sprint(n, s, list), nil
}

func plain(n int) (int, string) {
	var square int
	var text string
	var wg sync.WaitGroup // want `tasks that set one variable each are braid.Join2`
	wg.Add(2)
	go func() {
		defer wg.Done()
		square = n * n
	}()
	go func() {
		defer wg.Done()
		text = strconv.Itoa(n)
	}()
	wg.Wait()
	return square, text
}

// The variables are there already.
func result(n int) (double int, half float64) {
	var wg sync.WaitGroup // want `tasks that set one variable each are braid.Join2`
	wg.Go(func() { double = 2 * n })
	wg.Go(func() { half = float64(n) / 2 })
	wg.Wait()
	return
}

// What is said beside the code stays.
func commented(ctx context.Context) (int, error) {
	// The first.
	var a int
	// The second.
	var b int
	// The group.
	g, ctx := errgroup.WithContext(ctx) // want `tasks that set one variable each are braid.Join2`
	// One task.
	g.Go(func() error {
		// It parses.
		var err error
		a, err = parse(ctx, "1") // a number
		return err
	})
	// Another.
	g.Go(func() error { // here
		n, err := parse(ctx, "2")
		// It may fail.
		if err != nil {
			return err
		}
		b = n // else
		return nil
	})
	// Both.
	if err := g.Wait(); err != nil { // or none
		return 0, err
	}
	return a + b, nil
}

// Tasks that know each other's variables stay as they are.
func shares() int {
	var mu sync.Mutex
	var a, b int
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		b++
		a = b
	})
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		b++
	})
	wg.Wait()
	return a - a + b
}

// Something else happens meanwhile.
func between(ctx context.Context, in string) (int, error) {
	var a, b int
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		var err error
		a, err = parse(ctx, in)
		return err
	})
	twice := in + in
	g.Go(func() error {
		var err error
		b, err = parse(ctx, twice)
		return err
	})
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return a + b, nil
}

// The error's handling looks at the values.
func kept(ctx context.Context, in string) (int, error) {
	var a, b int
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		var err error
		a, err = parse(ctx, in)
		return err
	})
	g.Go(func() error {
		var err error
		b, err = parse(ctx, in)
		return err
	})
	if err := g.Wait(); err != nil {
		return a + b, err
	}
	return a + b, nil
}

// A panic of a task would kill the process although this function recovers: it still does.
func survives() (n int) {
	defer func() { _ = recover() }()
	var a int
	var b int
	var wg sync.WaitGroup // want `tasks that set one variable each are braid.Join2`
	wg.Go(func() { a = 1 })
	wg.Go(func() { b = 2 })
	wg.Wait()
	return a + b
}
