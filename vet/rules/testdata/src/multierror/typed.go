package multierror

import "golang.org/x/sync/errgroup"

// All that the tasks return is of the type that the error is asserted to.

type Code interface {
	error
	Code() int
}

func warm(nodes []func() (int, Code)) (Code, bool) {
	var g errgroup.Group
	for _, node := range nodes {
		g.Go(func() error {
			n, err := node()
			if n > 0 {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err.(Code), true
	}
	return nil, false
}

func warmAny(nodes []func() error) (Code, bool) {
	var g errgroup.Group
	for _, node := range nodes {
		g.Go(func() error { return node() })
	}
	if err := g.Wait(); err != nil {
		return err.(Code), true // want `a task may have wrapped it`
	}
	return nil, false
}
