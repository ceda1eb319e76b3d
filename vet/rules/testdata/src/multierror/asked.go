// Functions that ask an error what it is, as it comes, and joins that are handed to them.

package multierror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"os"
	"reflect"
	"slices"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func atEnd(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

func isPath(err error) bool {
	if err == nil {
		return false
	}
	_, ok := err.(*fs.PathError)
	return ok
}

func gone(err error) bool { return os.IsNotExist(err) }

func pathOf(err error) (string, bool) {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Path, true
	default:
		return "", false
	}
}

func exitCode(err error) int {
	switch err {
	case nil:
		return 0
	case io.EOF:
		return 2
	}
	return 1
}

func quiet(err error) bool { return slices.Contains([]error{nil, io.EOF}, err) }

func asType[E error](err error) (E, bool) {
	e, ok := err.(E)
	return e, ok
}

// These ask more.

func deepEnd(err error) bool { return err == io.EOF || errors.Is(err, io.EOF) }

func anyEnd(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(many.Unwrap(), anyEnd)
	}
	return err == io.EOF
}

func textOf(err error) string {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Path
	default:
		return e.Error()
	}
}

func peeled(err error) bool {
	for err != nil {
		if err == io.EOF {
			return true
		}
		err = errors.Unwrap(err)
	}
	return false
}

func same(err, other error) bool { return err == other }

func logged(err error) bool {
	log.Print(err)
	return err == io.EOF
}

func handedOver(a, b io.Closer, paths ...string) int {
	err := errors.Join(a.Close(), b.Close())
	var all error
	for _, p := range paths {
		all = errors.Join(all, os.Remove(p))
	}
	asks := func(err error) bool { return err == net.ErrClosed }
	if atEnd(err) || // want `atEnd asks the error as it comes`
		isPath(err) || // want `isPath asks`
		gone(all) || // want `gone asks`
		quiet(err) || // want `quiet asks`
		asks(err) { // want `asks asks`
		return 0
	}
	if path, ok := pathOf(err); ok { // want `pathOf asks`
		log.Print(path)
	}
	if e, ok := asType[*fs.PathError](err); ok { // want `asType asks`
		log.Print(e.Path)
	}
	log.Print(deepEnd(err), anyEnd(err), textOf(err), peeled(err), same(err, io.EOF), logged(err))
	return exitCode(err) // want `exitCode asks`
}

func handedOne(a io.Closer, really bool) bool {
	err := a.Close()
	if really {
		err = errors.Join(err, a.Close())
	}
	return atEnd(err)
}

func handedGroups(f func() error) bool {
	var g errgroup.Group
	g.Go(f)
	return atEnd(g.Wait())
}

// The pool of conc's gives a join, but for its first error.

func poolListed(ctx context.Context, f func(context.Context) error) bool {
	fine := []error{nil, io.EOF}
	p := pool.New().WithContext(ctx)
	p.Go(f)
	return slices.Contains(fine, p.Wait()) // want `may be several, and equals none of them`
}

func poolFirst(ctx context.Context, f func(context.Context) error) bool { // as its task gives it
	p := pool.New().WithContext(ctx).WithFirstError()
	p.Go(func(ctx context.Context) error {
		if f(ctx) == nil {
			return errNone
		}
		return nil
	})
	return p.Wait() == errNone
}

// The type of a join.

func counts(a, b io.Closer, failures map[string]int) error { // want counts:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if err != nil {
		failures[fmt.Sprintf("%T", err)]++       // want `has a type of its own`
		failures[reflect.TypeOf(err).String()]++ // want `has a type of its own`
		log.Print(fmt.Sprintf("%T", err))
		failures[fmt.Sprintf("%v", err)]++
	}
	return err
}

func countsOne(a io.Closer, failures map[string]int) error {
	err := a.Close()
	failures[fmt.Sprintf("%T", err)]++
	return err
}

// Something is put in the place of a join, or its answer is kept.

func putInPlace(ctx context.Context, a, b io.Closer, f func(context.Context) error) (err error) {
	defer func() {
		err = errors.Join(err, a.Close(), b.Close())
		if errors.Is(err, context.Canceled) { // want `what failed besides is dropped`
			err = fmt.Errorf("cut short")
		}
	}()
	return f(ctx)
}

func putBeside(ctx context.Context, a, b io.Closer, f func(context.Context) error) (err error) {
	defer func() {
		err = errors.Join(err, a.Close(), b.Close())
		if errors.Is(err, context.Canceled) {
			err = fmt.Errorf("cut short: %w", err)
		}
	}()
	return f(ctx)
}

func againThen(ctx context.Context, a, b io.Closer, f func(context.Context) error) error { // want againThen:"returns errors.Join"
	err := errors.Join(a.Close(), b.Close())
	if errors.Is(err, context.DeadlineExceeded) {
		err = f(ctx)
	}
	return err
}

func byFlag(a, b func() error) error { // want byFlag:"returns errors.Join"
	err := errors.Join(a(), b())
	cut := errors.Is(err, context.Canceled) // want `what failed besides is dropped`
	if cut {
		return nil
	}
	return err
}

func byFlagSaid(a, b func() error) error { // want byFlagSaid:"returns errors.Join"
	err := errors.Join(a(), b())
	cut := errors.Is(err, context.Canceled)
	log.Print(err)
	if cut {
		return nil
	}
	return err
}
