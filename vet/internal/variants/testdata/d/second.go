package d

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (d): an errgroup's error compared as it is
func reconcile(ctx context.Context, fns ...func() error) (bool, error) {
	var g errgroup.Group
	g.SetLimit(2)
	for _, fn := range fns {
		g.Go(fn)
	}
	err := g.Wait()
	if err == context.Canceled {
		return false, nil
	}
	return err == nil, err
}

// fine: errors.Is
func reconcileOK(ctx context.Context, fns ...func() error) (bool, error) {
	var g errgroup.Group
	g.SetLimit(2)
	for _, fn := range fns {
		g.Go(fn)
	}
	err := g.Wait()
	if errors.Is(err, errNotFound) {
		return false, nil
	}
	return err == nil, err
}

// want-rule (d): a type switch with an init over a join
func kind(a, b error) string {
	switch err := errors.Join(a, b).(type) {
	case nil:
		return ""
	case *net.OpError:
		return err.Op
	default:
		return "other"
	}
}

// fine: errors.As for a kind of which there is one
func kindOK(a, b error) string {
	var op *net.OpError
	if errors.As(a, &op) {
		return op.Op
	}
	if errors.As(b, &op) {
		return op.Op
	}
	return "other"
}

// want-rule (d): the method's join, compared with != in a condition of two
func (f *form) ok(ctx context.Context) bool {
	err := f.validate(ctx)
	return err == nil || err == errNotFound
}

// fine: errors.Is on the method's join
func (f *form) okOK(ctx context.Context) bool {
	err := f.validate(ctx)
	return err == nil || errors.Is(err, errNotFound)
}

// want-rule (d): an assertion on what Unwrap gives
func cause(a, b error) (code int) {
	err := fmt.Errorf("both: %w, %w", a, b)
	if s, ok := errors.Unwrap(err).(statusError); ok {
		code = s.code
	}
	return code
}

// fine: both are asked
func causeOK(a, b error) (code int) {
	for _, err := range []error{a, b} {
		var s statusError
		if errors.As(err, &s) {
			code = max(code, s.code)
		}
	}
	return code
}

// want-rule (d): the first invalid field of Settle-like results is all that is told
func firstField(ctx context.Context, fields []string) error {
	_, err := braid.Map(ctx, fields, func(ctx context.Context, f string) (string, error) {
		return f, check(ctx, f)
	}, braid.Supervised, braid.Limit(4))
	var ve *valueError
	if errors.As(err, &ve) {
		return fmt.Errorf("field %s", ve.field)
	}
	return err
}

// fine: the tree is told
func firstFieldOK(ctx context.Context, fields []string) error {
	_, err := braid.Map(ctx, fields, func(ctx context.Context, f string) (string, error) {
		return f, check(ctx, f)
	}, braid.Supervised, braid.Limit(4))
	if err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	return nil
}
