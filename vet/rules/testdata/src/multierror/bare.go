// Errors of errgroups of which is in sight, or likely, that they are one as it is.

package multierror

import (
	"context"
	"errors"
	"os"

	"multierror/dep"

	"golang.org/x/sync/errgroup"
)

var errNone = errors.New("none")

func bare(f func() error) bool {
	var g errgroup.Group
	g.Go(func() error {
		if f() == nil {
			return errNone
		}
		return nil
	})
	err := g.Wait()
	return err == errNone
}

func wrapped(f func() error) bool {
	var g errgroup.Group
	g.Go(func() error { return f() })
	err := g.Wait()
	return err == errNone // want `a task may have wrapped it`
}

func asItComes(f func() error) error { // want asItComes:`returns an errgroup`
	if f == nil {
		return errNone
	}
	var g errgroup.Group
	g.Go(func() error { return f() })
	return g.Wait()
}

func asks(f func() error) bool { return asItComes(f) == errNone }

func stopsWithReason(stop, flush func() error) error { // want stopsWithReason:`returns errors.Join`
	err := errors.Join(stop(), flush())
	if errors.Is(err, context.DeadlineExceeded) {
		// It is okay to drop what is left.
		return nil
	}
	return err
}

func stopsWithout(stop, flush func() error) error { // want stopsWithout:`returns errors.Join`
	err := errors.Join(stop(), flush())
	if errors.Is(err, context.DeadlineExceeded) { // want `what failed besides is dropped`
		return nil
	}
	return err
}

func logsOnly(stop, flush func() error) error { // want logsOnly:`returns errors.Join`
	err := errors.Join(stop(), flush())
	if !errors.Is(err, context.Canceled) {
		println("failed")
	}
	return err
}

func dropsBehind(stop, flush func() error) {
	err := errors.Join(stop(), flush())
	if !errors.Is(err, context.Canceled) { // want `what failed besides is dropped`
		println(err.Error())
	}
}

func onceMore(a, b error) bool { return dep.Closed(a, b) == dep.ErrClosed }

func onceMoreOther(a, b error) bool {
	return dep.Closed(a, b) == errNone
}

// A function that gives other errors too, as they are: what is compared may be one of these.

var errFull = errors.New("full")

func puts(full bool, a, b error) error { // want puts:"returns errors.Join"
	if full {
		return errFull
	}
	return errors.Join(a, b)
}

func putsAll(full bool, a, b error) bool {
	if err := puts(full, a, b); err == errFull {
		return true
	}
	switch puts(full, a, b).(type) {
	case *os.PathError:
		return true
	}
	return errors.Is(puts(full, a, b), context.Canceled)
}

// One that joins whatever happens, or gives nil.

func joins(ok bool, a, b error) error { // want joins:"returns errors.Join"
	if ok {
		return nil
	}
	return errors.Join(a, b)
}

func joinsAll(ok bool, a, b error) bool {
	return joins(ok, a, b) == errFull // want `the error of errors.Join may be several`
}
