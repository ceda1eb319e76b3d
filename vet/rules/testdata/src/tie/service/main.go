// Services whose tasks end well when they are told to: stopped before it has begun, such a group returns nil.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"
)

func main() {
	dead, cancel := context.WithCancel(context.Background())
	cancel()
	s := &service{jobs: make(chan int)}
	fmt.Println(s.run(dead), s.forever(dead), s.outer(dead))
	fmt.Println(s.unsaid(dead), s.logged(dead))
	fmt.Println(s.runOrFail(dead) != nil)
	pipe := make(chan int)
	fmt.Println(closes(dead, pipe))
	for range pipe {
	}
	f := &resource{}
	fmt.Println(frees(dead, f), f.open)
}

type service struct{ jobs chan int }

func (s *service) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its tasks return nil where their context is dead`
	g.Go(func() error { return s.accept(ctx) })
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-s.jobs:
			}
		}
	})
	return g.Wait()
}

// What another group of its kind returns is nil too.
func (s *service) outer(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its tasks return nil where their context is dead`
	g.Go(func() error { return s.run(ctx) })
	g.Go(func() error { return s.accept(ctx) })
	return g.Wait()
}

func (s *service) accept(ctx context.Context) error {
	for {
		if err := s.next(ctx); err != nil && ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (s *service) next(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.jobs:
		return nil
	}
}

// One task fails in a dead context, and with it the group.
func (s *service) runOrFail(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return s.accept(ctx) })
	g.Go(func() error { return s.next(ctx) })
	return g.Wait()
}

func (s *service) forever(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its tasks return nil where their context is dead`
	g.Go(func() error {
		if err := s.next(ctx); err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		for ctx.Err() == nil {
			if s.next(ctx) != nil {
				return io.EOF
			}
		}
		return nil
	})
	return g.Wait()
}

// Whatever happens to these, nobody hears of it.
func (s *service) unsaid(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its tasks return nil where their context is dead`
	for range 2 {
		g.Go(func() error {
			_ = s.next(ctx)
			return nil
		})
	}
	return g.Wait()
}

func (s *service) logged(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its tasks return nil where their context is dead`
	g.Go(func() error {
		if err := s.next(ctx); err != nil {
			fmt.Println("next:", err)
			return nil
		}
		return io.ErrUnexpectedEOF
	})
	return g.Wait()
}

// Whoever receives waits for the end.
func closes(ctx context.Context, out chan<- int) error {
	g, ctx := errgroup.WithContext(ctx) // want `a task closes out, which would stay open in a dead context`
	g.Go(func() error {
		defer close(out)
		return ctx.Err()
	})
	return g.Wait()
}

type resource struct{ open bool }

func (r *resource) Close() error {
	r.open = false
	return nil
}

func frees(ctx context.Context, r *resource) error {
	r.open = true
	g, ctx := errgroup.WithContext(ctx) // want `a task closes or gives back r, which would be left as it is in a dead context: braid.GoWith`
	g.Go(func() error {
		defer r.Close()
		return ctx.Err()
	})
	return g.Wait()
}
