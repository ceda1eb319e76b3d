package d

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (d): errors.As finds the first of many, the others vanish
func explain(ctx context.Context, fields []string) string {
	err := braid.Each(ctx, fields, check, braid.Supervised)
	var ve *valueError
	if errors.As(err, &ve) {
		return "not valid: " + ve.field
	}
	return ""
}

// fine: all of them are asked for
func explainOK(ctx context.Context, fields []string) (s string) {
	err := braid.Each(ctx, fields, check, braid.Supervised)
	err = braid.Catch(err, braid.On(func(_ error, ves []*valueError) error {
		var names []string
		for _, ve := range ves {
			names = append(names, ve.field)
		}
		s = "not valid: " + strings.Join(names, ", ")
		return nil
	}))
	if err != nil {
		s += "; " + err.Error()
	}
	return s
}

// want-rule (d): errors.As over a join of a loop's errors
func firstBad(ctx context.Context, fields []string) (string, error) {
	var errs error
	for _, f := range fields {
		errs = errors.Join(errs, check(ctx, f))
	}
	if ve := (*valueError)(nil); errors.As(errs, &ve) {
		return ve.field, nil
	}
	return "", errs
}

// fine: errors.As on each of the errors
func firstBadOK(ctx context.Context, fields []string) (bad []string, err error) {
	var errs error
	for _, f := range fields {
		e := check(ctx, f)
		if ve := (*valueError)(nil); errors.As(e, &ve) {
			bad = append(bad, ve.field)
			continue
		}
		errs = errors.Join(errs, e)
	}
	return bad, errs
}

// want-rule (d): the join comes from a method
func (f *form) httpStatus(ctx context.Context) int {
	err := f.validate(ctx)
	var s statusError
	if errors.As(err, &s) {
		return s.code
	}
	return 500
}

// fine: errgroup returns one error
func (f *form) httpStatusOK(ctx context.Context) int {
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range f.fields[:2] {
		g.Go(func() error { return check(ctx, s) })
	}
	var s statusError
	if err := g.Wait(); errors.As(err, &s) {
		return s.code
	}
	return 500
}

// want-rule (d): errors.AsType over the errors of a race
func pick(ctx context.Context, fns []func(context.Context) (int, error)) (int, int) {
	v, err := braid.First(ctx, fns)
	if s, ok := errors.AsType[statusError](err); ok {
		return 0, s.code
	}
	return v, 0
}

// fine: the primary failure is asked for
func pickOK(ctx context.Context, fns []func(context.Context) (int, error)) (int, error) {
	v, err := braid.First(ctx, fns)
	if err != nil {
		return 0, fmt.Errorf("pick: %w", err)
	}
	return v, nil
}

// want-rule (d): one cancelled sibling hides the real failures
func refreshAll(ctx context.Context, fields []string) error {
	err := braid.Each(ctx, fields, check, braid.Supervised)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return context.Canceled
		}
		return fmt.Errorf("refresh: %w", err)
	}
	return nil
}

// fine: the whole tree is returned
func refreshAllOK(ctx context.Context, fields []string) error {
	err := braid.Each(ctx, fields, check, braid.Supervised)
	if err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	return nil
}

// want-rule (d): joined in a defer, and dropped if one of the two was cancelled
func (f *form) submit(ctx context.Context, closeFn func() error) (err error) {
	defer func() {
		err = errors.Join(err, closeFn())
		if errors.Is(err, context.Canceled) {
			err = nil
		}
	}()
	return f.validate(ctx)
}

// fine: each is looked at before they are joined
func (f *form) submitOK(ctx context.Context, closeFn func() error) (err error) {
	defer func() {
		err = errors.Join(err, closeFn())
	}()
	return check(ctx, f.fields[0])
}

// want-rule (d): logged only if nothing in the tree was a deadline
func (f *form) background(ctx context.Context, logf func(string, ...any)) {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, s := range f.fields[:3] {
			g.Go(func(ctx context.Context) error { return check(ctx, s) })
		}
		return nil
	})
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	logf("background: %v", err)
}

// fine: what is left without the deadline is logged
func (f *form) backgroundOK(ctx context.Context, logf func(string, ...any)) {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, s := range f.fields[:3] {
			g.Go(func(ctx context.Context) error { return check(ctx, s) })
		}
		return nil
	})
	if _, rest := braid.Split(err, braid.Is(context.DeadlineExceeded)); rest != nil {
		logf("background: %v", rest)
	}
}
