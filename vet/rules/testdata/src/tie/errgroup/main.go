// errgroups that become braid.Run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"
)

func main() {
	fmt.Println(unheard([]string{"a", "b"}))
	ctx := context.Background()
	fmt.Println(fetchAll(ctx, []string{"a", "b"}))
	_, err := fetchAll(ctx, []string{"a", ""})
	fmt.Println(errors.Is(err, errNothing))
	err = wrapped(ctx)
	fmt.Println(errors.Is(err, io.EOF))
	fmt.Println(errors.Is(zero(), io.EOF))
	fmt.Println(limited(ctx))
	fmt.Println(named(ctx))
	fmt.Println(errors.Is(inner(ctx), io.EOF))
}

var errNothing = errors.New("nothing to fetch")

func fetch(ctx context.Context, s string) (string, error) {
	if s == "" {
		return "", errNothing
	}
	return s + s, ctx.Err()
}

func fetchAll(ctx context.Context, in []string) (string, error) {
	var a, b string
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		var err error
		a, err = fetch(ctx, in[0])
		return err
	})
	g.Go(func() (err error) {
		b, err = fetch(ctx, in[1])
		return
	})
	if err := g.Wait(); err != nil {
		return "", err
	}
	return a + b, nil
}

func wrapped(ctx context.Context) error {
	eg, gctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	eg.Go(func() error {
		<-gctx.Done()
		return gctx.Err()
	})
	eg.Go(func() error {
		if gctx.Err() != nil {
			return nil
		}
		return io.EOF
	})
	err := eg.Wait()
	if err != nil {
		return fmt.Errorf("wrapped: %w", err)
	}
	return nil
}

// Without a context nothing is cancelled: the other task runs although one failed.
func zero() error {
	ran := false
	var g errgroup.Group // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return io.EOF })
	g.Go(func() error { ran = true; return nil })
	if err := g.Wait(); err != nil && ran {
		return err
	}
	return nil
}

func limited(ctx context.Context) (int, error) {
	n := 0
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.SetLimit(1)
	for range 10 {
		g.Go(func() error {
			n++
			return ctx.Err()
		})
	}
	return n, g.Wait()
}

type tag struct{}

// The context's variable is the parameter's, used between the tasks too.
func named(ctx context.Context) (err error) {
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	tagged := context.WithValue(ctx, tag{}, "zone")
	g.Go(func() error { return errors.Join(ctx.Err(), tagged.Err()) })
	err = g.Wait()
	return err
}

func inner(ctx context.Context) error {
	if ctx.Err() == nil {
		g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
		g.Go(func() error { return errors.Join(io.EOF, ctx.Err()) })
		return g.Wait()
	}
	return nil
}

// Nobody hears the error: tasks that know what to do in a dead context have to start.
func unheard(zones []string) int {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	found := make(chan string, len(zones))
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup could be braid.Run, but its error is dropped`
	for _, zone := range zones {
		g.Go(func() error {
			if ctx.Err() != nil {
				zone += " unknown"
			}
			found <- zone
			return nil
		})
	}
	_ = g.Wait()
	return len(found)
}
