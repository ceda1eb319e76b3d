package c

import (
	"context"
	"errors"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (c): a send to a field that waits for ever
func (h *hub) publish(ctx context.Context, e event) error {
	if err := try(ctx); err != nil {
		return err
	}
	h.in <- e
	return nil
}

// fine: the send gives up with the context
func (h *hub) publishOK(ctx context.Context, e event) error {
	if err := try(ctx); err != nil {
		return err
	}
	select {
	case h.in <- e:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (c): a send to a parameter, in a loop
func emit(ctx context.Context, es []event, out chan<- event) error {
	defer close(out)
	for _, e := range es {
		if err := handle(ctx, e); err != nil {
			return err
		}
		out <- e
	}
	return nil
}

// fine: each send selects
func emitOK(ctx context.Context, es []event, out chan<- event) error {
	defer close(out)
	for _, e := range es {
		if err := handle(ctx, e); err != nil {
			return err
		}
		select {
		case out <- e:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// want-rule (c): a receive from a field
func (h *hub) whenReady(ctx context.Context, fn func(context.Context) error) error {
	<-h.ready
	return fn(ctx)
}

// fine: ready or cancelled
func (h *hub) whenReadyOK(ctx context.Context, fn func(context.Context) error) error {
	select {
	case <-h.ready:
		return fn(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (c): a receive with ok in an if, from a parameter
func takeOne(ctx context.Context, in <-chan event) error {
	if e, ok := <-in; ok {
		return handle(ctx, e)
	}
	return errors.New("closed")
}

// fine: a receive with ok in a select
func takeOneOK(ctx context.Context, in <-chan event) error {
	select {
	case e, ok := <-in:
		if ok {
			return handle(ctx, e)
		}
		return errors.New("closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (c): a generic receive
func recv[T any](ctx context.Context, ch <-chan T) (T, error) {
	v, ok := <-ch
	if !ok {
		return v, errors.New("closed")
	}
	return v, nil
}

// fine: a generic receive that gives up
func recvOK[T any](ctx context.Context, ch <-chan T) (T, error) {
	select {
	case v, ok := <-ch:
		if !ok {
			return v, errors.New("closed")
		}
		return v, nil
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

// want-rule (c): a select of two channels without Done
func merge(ctx context.Context, a, b <-chan event) error {
	for a != nil || b != nil {
		var e event
		var ok bool
		select {
		case e, ok = <-a:
			if !ok {
				a = nil
				continue
			}
		case e, ok = <-b:
			if !ok {
				b = nil
				continue
			}
		}
		if err := handle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// fine: the select has Done
func mergeOK(ctx context.Context, a, b <-chan event) error {
	for a != nil || b != nil {
		var e event
		var ok bool
		select {
		case e, ok = <-a:
			if !ok {
				a = nil
				continue
			}
		case e, ok = <-b:
			if !ok {
				b = nil
				continue
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := handle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// want-rule (c): a task's select knows quit, and not its context
func (h *hub) serve(ctx context.Context, quit <-chan struct{}) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for {
				select {
				case e := <-h.in:
					if err := handle(ctx, e); err != nil {
						return err
					}
				case <-quit:
					return nil
				}
			}
		})
		return nil
	})
}

// fine: the select has both
func (h *hub) serveOK(ctx context.Context, quit <-chan struct{}) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for {
				select {
				case e := <-h.in:
					if err := handle(ctx, e); err != nil {
						return err
					}
				case <-quit:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
		return nil
	})
}

// want-rule (c): ranges over a field's channel
func (h *hub) loop(ctx context.Context) error {
	for e := range h.in {
		if err := handle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// fine: a select in place of range
func (h *hub) loopOK(ctx context.Context) error {
	for {
		select {
		case e, ok := <-h.in:
			if !ok {
				return nil
			}
			if err := handle(ctx, e); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (c): a task of errgroup ranges over a parameter
func consume(ctx context.Context, in <-chan event) error {
	g, ctx := errgroup.WithContext(ctx)
	for range 2 {
		g.Go(func() error {
			for e := range in {
				if err := handle(ctx, e); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the tasks look at their context
func consumeOK(ctx context.Context, in <-chan event) error {
	g, ctx := errgroup.WithContext(ctx)
	for range 2 {
		g.Go(func() error {
			for {
				select {
				case e, ok := <-in:
					if !ok {
						return nil
					}
					if err := handle(ctx, e); err != nil {
						return err
					}
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
	}
	return g.Wait()
}

// want-rule (c): the WaitGroup of others is waited for, whatever the context says
func (h *hub) shutdown(ctx context.Context) error {
	h.wg.Wait()
	return try(ctx)
}

// fine: waits until the context is over
func (h *hub) shutdownOK(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		h.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return try(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (c): a Cond's Wait in a ctx function
func (h *hub) pop(ctx context.Context) (event, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.queue) == 0 && !h.closed {
		h.cond.Wait()
	}
	if h.closed {
		return event{}, errors.New("closed")
	}
	e := h.queue[0]
	h.queue = h.queue[1:]
	return e, handle(ctx, e)
}

// fine: AfterFunc wakes the Cond when the context ends
func (h *hub) popOK(ctx context.Context) (event, error) {
	stop := context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.cond.Broadcast()
	})
	defer stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.queue) == 0 && !h.closed {
		if err := ctx.Err(); err != nil {
			return event{}, err
		}
		h.cond.Wait()
	}
	if h.closed {
		return event{}, errors.New("closed")
	}
	e := h.queue[0]
	h.queue = h.queue[1:]
	return e, handle(ctx, e)
}

// want-rule (c): a Cond in a task
func (h *hub) feed(ctx context.Context, out func(context.Context, event) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for {
			h.cond.L.Lock()
			for len(h.queue) == 0 {
				h.cond.Wait()
			}
			e := h.queue[0]
			h.queue = h.queue[1:]
			h.cond.L.Unlock()
			if err := out(ctx, e); err != nil {
				return err
			}
		}
	})
	return g.Wait()
}

// fine: a channel in place of the Cond
func (h *hub) feedOK(ctx context.Context, out func(context.Context, event) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for {
			select {
			case e := <-h.in:
				if err := out(ctx, e); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	return g.Wait()
}
