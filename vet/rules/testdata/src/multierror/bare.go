// Errors of errgroups of which is in sight, or likely, that they are one as it is.

package multierror

import (
	"errors"

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
