package swallowed

import (
	"context"
	"net/http"
)

func stopped(ctx context.Context) bool { return ctx.Err() != nil }

func applies(ctx context.Context, steps []func(context.Context) error) error {
	for _, step := range steps {
		if stopped(ctx) {
			return nil // want `ctx has ended`
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func appliesOr(ctx context.Context, steps []func(context.Context) error) error {
	for _, step := range steps {
		if stopped(ctx) {
			return context.Cause(ctx)
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func zeroOnEnd[T any](ctx context.Context, in <-chan T) (T, error) {
	var zero T
	select {
	case v := <-in:
		return v, nil
	case <-ctx.Done():
		return zero, nil // want `ctx has ended`
	}
}

func lastOnEnd[T any](ctx context.Context, in <-chan T) (T, error) {
	var last T
	for range 3 {
		select {
		case v := <-in:
			last = v
		case <-ctx.Done():
			return last, nil
		}
	}
	return last, nil
}

func gone(r *http.Request) bool { return r.Context().Err() != nil }

func anyGone(ctxs ...context.Context) bool { return ctxs[0].Err() != nil }

func handles(ctx context.Context, r *http.Request, step func(context.Context) error) error {
	if gone(r) {
		return nil
	}
	if anyGone(ctx) {
		return nil
	}
	return step(ctx)
}

func counts(ctx context.Context, in <-chan int) (int, error) {
	var n int
	for {
		select {
		case _, ok := <-in:
			if !ok {
				return n, nil
			}
			n++
		case <-ctx.Done():
			return n, nil
		}
	}
}

// neverNil never returns nil when ctx has ended.
func neverNil(ctx context.Context, in <-chan int, put func(int) error) error {
	for {
		select {
		case n, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(n); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil // want `ctx has ended`
		}
	}
}
