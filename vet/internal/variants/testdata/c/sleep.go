package c

import (
	"context"
	"errors"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (c): a pause between attempts that no cancel ends
func retry(ctx context.Context, n int) (err error) {
	for i := range n {
		if err = try(ctx); err == nil {
			return nil
		}
		time.Sleep(time.Duration(i+1) * time.Second)
	}
	return err
}

// fine: the pause ends with the context
func retryOK(ctx context.Context, n int) (err error) {
	for i := range n {
		if err = try(ctx); err == nil {
			return nil
		}
		if err := braid.Sleep(ctx, time.Duration(i+1)*time.Second); err != nil {
			return err
		}
	}
	return err
}

// want-rule (c): a task sleeps
func (h *hub) stagger(ctx context.Context, es []event) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, e := range es[:3] {
		g.Go(func() error {
			time.Sleep(time.Duration(i) * 100 * time.Millisecond)
			return handle(ctx, e)
		})
	}
	return g.Wait()
}

// fine: a task waits for a timer or the context
func (h *hub) staggerOK(ctx context.Context, es []event) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, e := range es[:3] {
		g.Go(func() error {
			t := time.NewTimer(time.Duration(i) * 100 * time.Millisecond)
			defer t.Stop()
			select {
			case <-t.C:
				return handle(ctx, e)
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}
	return g.Wait()
}

func backoff(attempt int) {
	time.Sleep(time.Duration(1<<attempt) * time.Second)
}

// want-rule (c): the sleep is in a named helper
func retryHelper(ctx context.Context) error {
	for i := range 5 {
		if try(ctx) == nil {
			return nil
		}
		backoff(i)
	}
	return errors.New("gave up")
}

func backoffOK(ctx context.Context, attempt int) error {
	return braid.Sleep(ctx, time.Duration(1<<attempt)*time.Second)
}

// fine: the helper has the context
func retryHelperOK(ctx context.Context) error {
	for i := range 5 {
		if try(ctx) == nil {
			return nil
		}
		if err := backoffOK(ctx, i); err != nil {
			return err
		}
	}
	return errors.New("gave up")
}

// want-rule (c): the body of a braid group sleeps
func poll(ctx context.Context, ready func() bool) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for !ready() {
				time.Sleep(time.Second)
			}
			return nil
		})
		return nil
	})
}

// fine: the same with a wait that ends
func pollOK(ctx context.Context, ready func() bool) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for !ready() {
				if err := braid.Sleep(ctx, time.Second); err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	})
}

// want-rule (c): a bare receive from time.After
func (h *hub) settle(ctx context.Context) error {
	<-time.After(5 * time.Second)
	return try(ctx)
}

// fine: selects between the timer and the context
func (h *hub) settleOK(ctx context.Context) error {
	select {
	case <-time.After(5 * time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	return try(ctx)
}

// want-rule (c): time.After in a select that leaves the context out
func (h *hub) next(ctx context.Context) (event, error) {
	select {
	case e := <-h.in:
		return e, handle(ctx, e)
	case <-time.After(time.Minute):
		return event{}, errors.New("no event for a minute")
	}
}

// fine: the context is in the select
func (h *hub) nextOK(ctx context.Context) (event, error) {
	select {
	case e := <-h.in:
		return e, handle(ctx, e)
	case <-time.After(time.Minute):
		return event{}, errors.New("no event for a minute")
	case <-ctx.Done():
		return event{}, ctx.Err()
	}
}

// want-rule (c): a timer's channel is received from alone
func after(ctx context.Context, d time.Duration, fn func(context.Context) error) error {
	t := time.NewTimer(d)
	<-t.C
	return fn(ctx)
}

// fine: timer or context
func afterOK(ctx context.Context, d time.Duration, fn func(context.Context) error) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return fn(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// want-rule (c): ranges over a ticker for ever
func every(ctx context.Context, d time.Duration, fn func(context.Context) error) error {
	t := time.NewTicker(d)
	defer t.Stop()
	for range t.C {
		if err := fn(ctx); err != nil {
			return err
		}
	}
	return nil
}

// fine: ticks until the context ends
func everyOK(ctx context.Context, d time.Duration, fn func(context.Context) error) error {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := fn(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
