package swallowed

import (
	"context"
	"errors"
	"io"
)

func skippedWithReason(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if err != nil {
			// It does not affect progress: logging and skipping the error.
			logError(err)
		}
		err = nil
	}()
	return f(ctx)
}

func skippedWithout(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if err != nil {
			logError(err)
		}
		err = nil // want `every error of this function`
	}()
	return f(ctx)
}

func logError(error) { println() }

// Something else ends the loop, which may know of the context.

func follows(ctx context.Context, next func() (int, error), f func(context.Context, int) error) error {
	var errs []error
	for {
		n, err := next()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if err := f(ctx, n); err != nil {
			errs = append(errs, err)
			continue
		}
		println(n)
	}
	return errors.Join(errs...)
}

func spins(ctx context.Context, next func() int, f func(context.Context, int) error) {
	for {
		n := next()
		if err := f(ctx, n); err != nil { // want `this loop never ends`
			logError(err)
			continue
		}
		println(n)
	}
}

type macaroon struct{}

func macaroonFromContext(ctx context.Context) (*macaroon, error) {
	if m, ok := ctx.Value(macaroon{}).(*macaroon); ok {
		return m, nil
	}
	return nil, io.EOF
}

func optional(ctx context.Context) (*macaroon, error) {
	m, err := macaroonFromContext(ctx)
	if err != nil {
		return nil, nil
	}
	return m, m.check()
}

func (*macaroon) check() error { return nil }

// A context of the package's that never ends.

var forever = context.Background()

func polls(next func() int, f func(context.Context, int) error) {
	for {
		if err := f(forever, next()); err != nil {
			logError(err)
			continue
		}
		println("done")
	}
}

func pollsIn(ctx context.Context, next func() int, f func(context.Context, int) error) {
	for {
		if err := f(forever, next()); err != nil {
			logError(err)
			continue
		}
		println("done")
	}
}
