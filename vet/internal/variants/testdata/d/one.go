package d

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/braid-go/braid"
)

// want-rule (d): == against what a group returns
func loadAll(ctx context.Context, fields []string) (bool, error) {
	err := braid.Each(ctx, fields, check)
	if err == errNotFound {
		return false, nil
	}
	return true, err
}

// fine: the part that matches is taken out
func loadAllOK(ctx context.Context, fields []string) (bool, error) {
	err := braid.Each(ctx, fields, check)
	found, rest := braid.Split(err, braid.Is(errNotFound))
	return found == nil, rest
}

// want-rule (d): != in an if-init
func readBoth(ctx context.Context, a, b func(context.Context) error) error {
	if err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(a)
		g.Go(b)
		return nil
	}); err != nil && err != io.EOF {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// fine: the part that is io.EOF is taken out
func readBothOK(ctx context.Context, a, b func(context.Context) error) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(a)
		g.Go(b)
		return nil
	})
	if _, rest := braid.Split(err, braid.Is(io.EOF)); rest != nil {
		return fmt.Errorf("read: %w", rest)
	}
	return nil
}

// want-rule (d): a switch over the value of a joined error
func status(a, b error) int {
	err := errors.Join(a, b)
	switch err {
	case nil:
		return 200
	case errNotFound:
		return 404
	}
	return 500
}

// fine: a switch with errors.Is
func statusOK(a, b error) int {
	err := errors.Join(a, b)
	switch {
	case err == nil:
		return 200
	case errors.Is(err, errNotFound):
		return 404
	}
	return 500
}

// want-rule (d): two %w, and a comparison
func both(a, b error) bool {
	err := fmt.Errorf("first: %w, second: %w", a, b)
	return err == errNotFound
}

// fine: two %w, and errors.Is
func bothOK(a, b error) bool {
	err := fmt.Errorf("first: %w, second: %w", a, b)
	return errors.Is(err, errNotFound)
}

// want-rule (d): a type switch over the group's error
func code(ctx context.Context, fns ...func(context.Context) (int, error)) int {
	_, err := braid.All(ctx, fns)
	switch e := err.(type) {
	case nil:
		return 0
	case statusError:
		return e.code
	default:
		return 1
	}
}

// fine: the tree is walked
func codeOK(ctx context.Context, fns ...func(context.Context) (int, error)) (worst int) {
	_, err := braid.All(ctx, fns)
	for _, e := range braid.Leaves(err) {
		var s statusError
		if errors.As(e, &s) {
			worst = max(worst, s.code)
		}
	}
	return worst
}

// want-rule (d): an assertion on the group's error
func badField(ctx context.Context, fields []string) string {
	err := braid.Each(ctx, fields, check, braid.Supervised)
	if ve, ok := err.(*valueError); ok {
		return ve.field
	}
	return ""
}

// fine: asserts what groups return
func badFieldOK(ctx context.Context, fields []string) int {
	err := braid.Each(ctx, fields, check, braid.Supervised)
	if ge, ok := err.(*braid.GroupError); ok {
		return len(ge.Errors())
	}
	return 0
}

// want-rule (d): an assertion on a join
func retryable(a, b error) bool {
	joined := errors.Join(a, b)
	t, ok := joined.(interface{ Temporary() bool })
	return ok && t.Temporary()
}

// fine: each of the two
func retryableOK(a, b error) bool {
	for _, err := range []error{a, b} {
		var t interface{ Temporary() bool }
		if errors.As(err, &t) && !t.Temporary() {
			return false
		}
	}
	return true
}

// want-rule (d): errors.Unwrap of a join is nil
func rootCause(a, b error) error {
	err := errors.Join(a, b)
	return errors.Unwrap(err)
}

// fine: Unwrap() []error
func rootCauseOK(a, b error) []error {
	err := errors.Join(a, b)
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()
	}
	return nil
}

// want-rule (d): a loop of errors.Unwrap over the error of a group
func innermost(ctx context.Context, fields []string) error {
	err := braid.Each(ctx, fields, check)
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// fine: the leaves
func innermostOK(ctx context.Context, fields []string) (all []error) {
	err := braid.Each(ctx, fields, check)
	for _, e := range braid.Leaves(err) {
		all = append(all, e)
	}
	return all
}
