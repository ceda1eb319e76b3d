package work

import (
	"context"
	"sync"

	"github.com/hashicorp/go-multierror"
	"go.uber.org/multierr"
)

// This file is the two libraries that collect errors. The tasks are `go` and
// sync.WaitGroup, and a mutex guards the error, but for go-multierror's Group.

var _ = newPeer(23, "multierr", "go.uber.org/multierr", "`go`, and AppendInto under a mutex",
	failing.by(func(_ context.Context, n int, fn func(int) error) (error, func(error) string) {
		var mu sync.Mutex
		var errs error
		var wg sync.WaitGroup
		wg.Add(n)
		for i := range n {
			go func() {
				defer wg.Done()
				if err := fn(i); err != nil {
					mu.Lock()
					defer mu.Unlock()
					multierr.AppendInto(&errs, err)
				}
			}()
		}
		wg.Wait()
		return errs, error.Error
	}),
)

var _ = newPeer(24, "go-multierror", "github.com/hashicorp/go-multierror", "its Group",
	failing.by(func(_ context.Context, n int, fn func(int) error) (error, func(error) string) {
		var g multierror.Group
		for i := range n {
			g.Go(func() error { return fn(i) })
		}
		return g.Wait().ErrorOrNil(), error.Error
	}),
)
