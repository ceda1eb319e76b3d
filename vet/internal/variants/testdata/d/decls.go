// Package d has several errors that are handled as one, each beside the same
// made right.
package d

import (
	"context"
	"errors"
	"fmt"
)

var errNotFound = errors.New("not found")

type valueError struct{ field string }

func (e *valueError) Error() string { return e.field + " is not valid" }

type statusError struct{ code int }

func (e statusError) Error() string { return fmt.Sprint("status ", e.code) }

type form struct{ fields []string }

func check(ctx context.Context, field string) error {
	if field == "" {
		return &valueError{field}
	}
	return ctx.Err()
}

func (f *form) validate(ctx context.Context) error {
	var errs []error
	for _, s := range f.fields {
		errs = append(errs, check(ctx, s))
	}
	return errors.Join(errs...)
}
