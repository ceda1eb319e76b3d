package unbounded

import "golang.org/x/sync/errgroup"

func do(string) error { return nil }

func All(names []string) error {
	var g errgroup.Group
	for _, n := range names {
		g.Go(func() error { return do(n) }) // want `a goroutine for each element of names`
	}
	return g.Wait()
}

func limited(names []string) error {
	var g errgroup.Group
	g.SetLimit(3)
	for _, n := range names {
		g.Go(func() error { return do(n) })
	}
	return g.Wait()
}

// The package itself says how many.
func own(names []string) error {
	var g errgroup.Group
	for _, n := range names {
		g.Go(func() error { return do(n) })
	}
	return g.Wait()
}
