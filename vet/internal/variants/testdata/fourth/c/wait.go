package c

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// want-rule (c): it looks at ctx before each pause, and not while it lasts
func retry[T any](ctx context.Context, attempts int, fn func(context.Context) (T, error)) (T, error) {
	var zero T
	delay := 100 * time.Millisecond
	for i := 1; ; i++ {
		v, err := fn(ctx)
		if err == nil {
			return v, nil
		}
		if i >= attempts || ctx.Err() != nil {
			return zero, fmt.Errorf("after %d attempts: %w", i, err)
		}
		time.Sleep(delay)
		delay = min(2*delay, 30*time.Second)
	}
}

// fine: the pause ends with ctx
func retryOK[T any](ctx context.Context, attempts int, fn func(context.Context) (T, error)) (T, error) {
	var zero T
	delay := 100 * time.Millisecond
	for i := 1; ; i++ {
		v, err := fn(ctx)
		if err == nil {
			return v, nil
		}
		if i >= attempts || ctx.Err() != nil {
			return zero, fmt.Errorf("after %d attempts: %w", i, err)
		}
		t := time.NewTimer(delay)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return zero, errors.Join(context.Cause(ctx), err)
		}
		delay = min(2*delay, 30*time.Second)
	}
}

// want-rule (c): nothing wakes the Cond when ctx dies
func (q *queue[T]) pop(ctx context.Context) (T, error) {
	var zero T
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		if q.closed {
			return zero, errClosed
		}
		if err := ctx.Err(); err != nil {
			return zero, err
		}
		q.cond.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v, nil
}

// fine: the end of ctx is broadcast
func (q *queue[T]) popOK(ctx context.Context) (T, error) {
	var zero T
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.cond.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		if q.closed {
			return zero, errClosed
		}
		if err := ctx.Err(); err != nil {
			return zero, err
		}
		q.cond.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v, nil
}

// want-rule (c): the select waits for the hub or the clock, not for ctx
func (h *hub) send(ctx context.Context, m message) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case h.broadcast <- m:
		return nil
	case <-time.After(h.slow):
		return fmt.Errorf("topic %s: %w", m.topic, errSlow)
	}
}

// fine: for ctx as well
func (h *hub) sendOK(ctx context.Context, m message) error {
	select {
	case h.broadcast <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(h.slow):
		return fmt.Errorf("topic %s: %w", m.topic, errSlow)
	}
}

// want-rule (c): while no message comes it stays in the range
func (c *consumer) consume(ctx context.Context, sub subscription) error {
	for m := range sub.C() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.handle(ctx, m); err != nil {
			return fmt.Errorf("topic %s: %w", m.topic, err)
		}
	}
	return sub.Err()
}

// fine: it waits for both
func (c *consumer) consumeOK(ctx context.Context, sub subscription) error {
	for {
		select {
		case m, ok := <-sub.C():
			if !ok {
				return sub.Err()
			}
			if err := c.handle(ctx, m); err != nil {
				return fmt.Errorf("topic %s: %w", m.topic, err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// want-rule (c): where there is no slot at once it waits for one without ctx
func (s *slots) acquire(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s.free <- struct{}{}:
	default:
		s.waits.Add(1)
		s.free <- struct{}{}
		s.waits.Add(-1)
	}
	return sync.OnceFunc(func() { <-s.free }), nil
}

// fine: the long wait is given up with ctx
func (s *slots) acquireOK(ctx context.Context) (release func(), err error) {
	select {
	case s.free <- struct{}{}:
	default:
		s.waits.Add(1)
		defer s.waits.Add(-1)
		select {
		case s.free <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return sync.OnceFunc(func() { <-s.free }), nil
}
