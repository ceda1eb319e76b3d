package multierror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"multierror/dep"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func read() error { return nil }

// Found.

func equal(a, b error) bool {
	err := errors.Join(a, b)
	return err == io.EOF // want `the error of errors.Join may be several, and equals none`
}

func unequal(a, b error) bool {
	return errors.Join(a, b) != io.EOF // want `equals none`
}

func group(ctx context.Context) bool {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return nil })
	if err != nil && err != context.Canceled { // want `the error of a group may be several`
		return true
	}
	return false
}

func switched(a, b error) int {
	switch err := fmt.Errorf("%w and %w", a, b); err { // want `the error of fmt.Errorf`
	case nil:
		return 0
	case io.EOF:
		return 1
	}
	return 2
}

func errgroupEqual() bool {
	var g errgroup.Group
	g.Go(read)
	err := g.Wait()
	return err == io.EOF // want `the error of an errgroup is compared as it is`
}

func typed(a, b error) bool {
	err := errors.Join(a, b)
	_, ok := err.(*os.PathError) // want `has the type of none`
	return ok
}

func typeSwitch(ctx context.Context, in []int) int {
	_, err := braid.Map(ctx, in, func(ctx context.Context, i int) (int, error) { return i, nil })
	switch err.(type) { // want `has the type of none`
	case *os.PathError:
		return 1
	}
	return 0
}

func errgroupType() bool {
	var g errgroup.Group
	g.Go(read)
	if err, ok := g.Wait().(*os.PathError); ok { // want `asserted as it is`
		return err != nil
	}
	return false
}

func unwrapped(errs []error) error {
	err := errors.Join(errs...)
	return errors.Unwrap(err) // want `errors.Unwrap of the error of errors.Join is nil`
}

func as(errs []error) string {
	err := errors.Join(errs...)
	var pe *os.PathError
	if errors.As(err, &pe) { // want `finds one of the errors`
		return pe.Path
	}
	return ""
}

func asGroup(ctx context.Context, in []int) string {
	err := braid.Each(ctx, in, func(context.Context, int) error { return nil })
	var pe *os.PathError
	if errors.As(err, &pe) { // want `finds one of the errors`
		return pe.Path
	}
	return ""
}

func asLoop(names []string) string {
	var err error
	for range names {
		err = errors.Join(err, read())
	}
	var pe *os.PathError
	if errors.As(err, &pe) { // want `finds one of the errors`
		return pe.Path
	}
	return ""
}

func canceled(a, b error) error { // want canceled:"returns errors.Join"
	err := errors.Join(a, b)
	if errors.Is(err, context.Canceled) { // want `true of the error of errors.Join if any one of them is a cancellation`
		return nil
	}
	return err
}

func canceledGuard(ctx context.Context) error { // want canceledGuard:"returns a group"
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return nil })
	if err != nil && !errors.Is(err, context.Canceled) { // want `if any one of them is a cancellation`
		return err
	}
	return nil
}

func check(a, b error) error { // want check:"returns errors.Join"
	return errors.Join(a, b)
}

func through(a, b error) bool {
	if err := check(a, b); err == io.EOF { // want `equals none`
		return true
	}
	err := dep.Check(a, b)
	return err == io.EOF // want `equals none`
}

func inLiteral(a, b error) func() bool {
	err := errors.Join(a, b)
	return func() bool { return err == io.EOF } // want `equals none`
}

// Left alone.

func nils(a, b error) bool {
	err := errors.Join(a, b)
	switch err {
	case nil:
		return false
	}
	return err != nil
}

func is(a, b error) bool {
	return errors.Is(errors.Join(a, b), io.EOF)
}

func before(a error) error { // want before:"returns errors.Join"
	err := read()
	if err == io.EOF {
		return nil
	}
	err = errors.Join(err, a)
	return err
}

func again(a, b error) bool {
	err := errors.Join(a, b)
	if err != nil {
		return false
	}
	err = read()
	return err == io.EOF
}

func single(a error) bool {
	return errors.Join(a) == io.EOF || dep.One(a) == io.EOF || fmt.Errorf("%w", a) == io.EOF
}

type joined interface{ Unwrap() []error }

func itself(a, b error) []error {
	err := errors.Join(a, b)
	if j, ok := err.(joined); ok {
		return j.Unwrap()
	}
	switch j := err.(type) {
	case joined:
		return j.Unwrap()
	}
	return nil
}

func asOne(f *os.File) string {
	err := errors.Join(read(), f.Close())
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Path
	}
	return ""
}

func asKind(errs []error) bool {
	var pe *os.PathError
	return errors.As(errors.Join(errs...), &pe)
}

func used(a, b error) error { // want used:"returns errors.Join"
	err := errors.Join(a, b)
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("cut short: %w", err)
	}
	return err
}

func errgroupIs() error { // want errgroupIs:"returns an errgroup"
	var g errgroup.Group
	g.Go(read)
	if err := g.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func split(ctx context.Context) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return nil })
	_, rest := braid.Split(err, braid.Is(context.Canceled))
	return rest
}

func plain() bool {
	err := read()
	_, ok := err.(*os.PathError)
	return ok && err == io.EOF && errors.Unwrap(err) == nil
}

// The same in other shapes.

func canceledCase(a, b error) int {
	err := errors.Join(a, b)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled): // want `if any one of them is a cancellation`
		return 1
	default:
		return 2
	}
}

func canceledSet(a func() error) (err error) { // want canceledSet:"returns errors.Join"
	defer func() {
		err = errors.Join(err, a())
		if errors.Is(err, context.Canceled) { // want `if any one of them is a cancellation`
			err = nil
		}
	}()
	err = errors.Join(err, a())
	return err
}

func all(errs []error) error { // want all:"returns errors.Join"
	return errors.Join(errs...)
}

func asOfCall(errs []error) string {
	err := all(errs)
	var pe *os.PathError
	if errors.As(err, &pe) { // want `finds one of the errors`
		return pe.Path
	}
	return ""
}

func canceledCaseUsed(a, b error) error { // want canceledCaseUsed:"returns errors.Join"
	err := errors.Join(a, b)
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("cut short: %w", err)
	}
	return err
}

func canceledWrapped(a, b error) error { // want canceledWrapped:"returns errors.Join"
	err := errors.Join(a, b)
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("cut short: %w", err)
	}
	return err
}

func notCase(a, b error) bool {
	err := errors.Join(a, b)
	switch errors.Is(err, context.Canceled) {
	case errors.Is(err, context.Canceled):
		return true
	}
	return false
}

// A function has been asked what the error is.

type conflict struct{ file string }

func (conflict) Error() string { return "conflict" }

func isConflict(err error) bool {
	_, ok := err.(conflict)
	return ok
}

func asked(a, b error) string {
	err := errors.Join(a, b)
	if isConflict(err) { // want `isConflict asks the error as it comes`
		return err.(conflict).file
	}
	return err.(conflict).file // want `the error of errors.Join may be several`
}

func allOfAll(errs []error) error { // want allOfAll:"returns errors.Join"
	return all(errs)
}

func asFarAway(errs []error) string {
	err := allOfAll(errs)
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Path
	}
	return ""
}

func canceledTold(ctx context.Context, a, b error) error { // want canceledTold:"returns errors.Join"
	err := errors.Join(a, b)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.DeadlineExceeded) {
		err = cause
	}
	return err
}
