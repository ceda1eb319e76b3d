package b

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// want-rule (b): after the timeout nobody receives
func withTimeout(ctx context.Context, j job) error {
	errc := make(chan error)
	go func() {
		errc <- do(ctx, j)
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(time.Second):
		return errors.New("timeout")
	}
}

// fine: the buffer takes the late answer
func withTimeoutOK(ctx context.Context, j job) error {
	errc := make(chan error, 1)
	go func() {
		errc <- do(ctx, j)
	}()
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case err := <-errc:
		return err
	case <-t.C:
		return errors.New("timeout")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (b): the first answer is taken, the others are stuck
func firstOf(ctx context.Context, js []job) result {
	results := make(chan result)
	for _, j := range js {
		go func() {
			results <- result{j.id, do(ctx, j)}
		}()
	}
	return <-results
}

// fine: room for all
func firstOfOK(ctx context.Context, js []job) result {
	results := make(chan result, len(js))
	for _, j := range js {
		go func() {
			results <- result{j.id, do(ctx, j)}
		}()
	}
	return <-results
}

// want-rule (b): the collector returns at the first error
func collect(ctx context.Context, js []job) error {
	results := make(chan result)
	for _, j := range js {
		go func(j job) {
			results <- result{id: j.id, err: do(ctx, j)}
		}(j)
	}
	for range js {
		if r := <-results; r.err != nil {
			return fmt.Errorf("job %d: %w", r.id, r.err)
		}
	}
	return nil
}

// fine: all are collected
func collectOK(ctx context.Context, js []job) error {
	results := make(chan result)
	for _, j := range js {
		go func(j job) {
			results <- result{id: j.id, err: do(ctx, j)}
		}(j)
	}
	var first error
	for range js {
		if r := <-results; r.err != nil && first == nil {
			first = fmt.Errorf("job %d: %w", r.id, r.err)
		}
	}
	return first
}

// part of ask: the function that sends
func answer(ctx context.Context, j job, out chan<- error) {
	out <- do(ctx, j)
}

// want-rule (b): a named function sends, and the caller may be gone
func ask(ctx context.Context, j job) error {
	out := make(chan error)
	go answer(ctx, j, out)
	select {
	case err := <-out:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fine: the same with a buffer
func askOK(ctx context.Context, j job) error {
	out := make(chan error, 1)
	go answer(ctx, j, out)
	select {
	case err := <-out:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (b): two channels, of which one is received from
func either(ctx context.Context, j job) (int, error) {
	val := make(chan int)
	errc := make(chan error)
	go func() {
		err := do(ctx, j)
		errc <- err
		val <- j.id
	}()
	if err := <-errc; err != nil {
		return 0, err
	}
	return <-val, nil
}

// fine: one or the other is sent, and either is received
func eitherOK(ctx context.Context, j job) (int, error) {
	val := make(chan int)
	errc := make(chan error)
	go func() {
		if err := do(ctx, j); err != nil {
			errc <- err
			return
		}
		val <- j.id
	}()
	select {
	case err := <-errc:
		return 0, err
	case v := <-val:
		return v, nil
	}
}

// want-rule (b): a generator whose consumer stops early
func firstEven(ctx context.Context, js []job) (int, bool) {
	ids := make(chan int)
	go func() {
		defer close(ids)
		for _, j := range js {
			ids <- j.id
		}
	}()
	for id := range ids {
		if id%2 == 0 {
			return id, true
		}
	}
	return 0, false
}

// fine: the generator is told, and ends
func firstEvenOK(ctx context.Context, js []job) (int, bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ids := make(chan int)
	go func() {
		defer close(ids)
		for _, j := range js {
			select {
			case ids <- j.id:
			case <-ctx.Done():
				return
			}
		}
	}()
	for id := range ids {
		if id%2 == 0 {
			return id, true
		}
	}
	return 0, false
}
