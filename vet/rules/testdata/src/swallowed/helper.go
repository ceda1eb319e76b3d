package swallowed

import "context"

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
