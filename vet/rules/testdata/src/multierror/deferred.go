package multierror

import (
	"context"
	"errors"
)

func publishes(ctx context.Context, first, second func(context.Context) error) (err error) { // want publishes:"returns errors.Join"
	defer func() {
		if errors.Is(err, context.Canceled) { // want `what failed besides is dropped`
			err = nil
		}
	}()
	err = errors.Join(first(ctx), second(ctx))
	return err
}

func publishesOne(ctx context.Context, first func(context.Context) error) (err error) {
	defer func() {
		if errors.Is(err, context.Canceled) {
			err = nil
		}
	}()
	err = first(ctx)
	return err
}

func publishesAll(ctx context.Context, first, second func(context.Context) error) (err error) { // want publishesAll:"returns errors.Join"
	defer func() {
		if errors.Is(err, context.Canceled) {
			err = errors.Join(errors.New("cut short"), err)
		}
	}()
	return errors.Join(first(ctx), second(ctx))
}

func nested(ctx context.Context, first, second func(context.Context) error) (err error) { // want nested:"returns errors.Join"
	func() {
		defer func() {
			if errors.Is(err, context.Canceled) {
				err = nil
			}
		}()
	}()
	return errors.Join(first(ctx), second(ctx))
}

func replaced(ctx context.Context, first, second func(context.Context) error) (err error) { // want replaced:"returns errors.Join"
	defer func() {
		if errors.Is(err, context.Canceled) {
			err = nil
		}
	}()
	defer func() { err = first(ctx) }()
	return errors.Join(first(ctx), second(ctx))
}
