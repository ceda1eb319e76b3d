package f

import (
	"context"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (f): the task uses the context from outside the group
func copyUser(parent context.Context, name string) error {
	return braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			u, err := get(parent, name)
			if err != nil {
				return err
			}
			return put(ctx, u)
		})
		return nil
	})
}

// fine: the task's own
func copyUserOK(parent context.Context, name string) error {
	return braid.Run(parent, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			u, err := get(ctx, name)
			if err != nil {
				return err
			}
			return put(ctx, u)
		})
		return nil
	})
}

// want-rule (f): the task's parameter is blank, the body's context is used
func copyTwo(ctx context.Context, a, b string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, func(context.Context) (user, error) { return get(ctx, a) })
		u, err := t.Wait(ctx)
		if err != nil {
			return err
		}
		return put(ctx, u)
	})
}

// fine: the task's parameter is used
func copyTwoOK(ctx context.Context, a, b string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, func(ctx context.Context) (user, error) { return get(ctx, a) })
		u, err := t.Wait(ctx)
		if err != nil {
			return err
		}
		return put(ctx, u)
	})
}

// want-rule (f): errgroup's context has a name, and the tasks use the outer one
func fetchPair(ctx context.Context, a, b string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := get(ctx, a)
		return err
	})
	g.Go(func() error {
		_, err := get(gctx, b)
		return err
	})
	return g.Wait()
}

// fine: both use the group's
func fetchPairOK(ctx context.Context, a, b string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := get(gctx, a)
		return err
	})
	g.Go(func() error {
		_, err := get(gctx, b)
		return err
	})
	return g.Wait()
}

// want-rule (f): the context of errgroup is thrown away
func fetchMany(ctx context.Context, names []string) error {
	g, _ := errgroup.WithContext(ctx)
	for _, n := range names[:2] {
		g.Go(func() error {
			_, err := get(ctx, n)
			return err
		})
	}
	return g.Wait()
}

// fine: the plain group, which cancels nothing
func fetchManyOK(ctx context.Context, names []string) error {
	var g errgroup.Group
	for _, n := range names[:2] {
		g.Go(func() error {
			_, err := get(ctx, n)
			return err
		})
	}
	return g.Wait()
}

// want-rule (f): thrown away by an assignment to variables that are there
func (c *client) fetchField(ctx context.Context, names []string) error {
	var g *errgroup.Group
	g, _ = errgroup.WithContext(ctx)
	for _, n := range names[:2] {
		g.Go(func() error { return put(ctx, user{n}) })
	}
	return g.Wait()
}

// fine: the variable gets it
func (c *client) fetchFieldOK(ctx context.Context, names []string) error {
	var g *errgroup.Group
	g, ctx = errgroup.WithContext(ctx)
	for _, n := range names[:2] {
		g.Go(func() error { return put(ctx, user{n}) })
	}
	return g.Wait()
}

// want-rule (f): a task makes a context from nothing
func saveAll(ctx context.Context, us []user) error {
	return braid.Each(ctx, us, func(ctx context.Context, u user) error {
		return put(context.Background(), u)
	}, braid.Limit(4))
}

// fine: from its own
func saveAllOK(ctx context.Context, us []user) error {
	return braid.Each(ctx, us, func(ctx context.Context, u user) error {
		return put(ctx, u)
	}, braid.Limit(4))
}

// want-rule (f): a timeout over Background in a function that has a context
func saveSoon(ctx context.Context, u user) error {
	tctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return put(tctx, u)
}

// fine: a timeout over the context that is there
func saveSoonOK(ctx context.Context, u user) error {
	tctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return put(tctx, u)
}

// want-rule (f): TODO in a handler
func (c *client) handle(w http.ResponseWriter, r *http.Request) {
	ctx := context.TODO()
	if err := put(ctx, user{r.URL.Path}); err != nil {
		http.Error(w, err.Error(), 500)
	}
}

// fine: the request's
func (c *client) handleOK(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if err := put(ctx, user{r.URL.Path}); err != nil {
		http.Error(w, err.Error(), 500)
	}
}

// want-rule (f): the context of a struct in a task
func (c *client) sync(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, n := range names[:2] {
			g.Go(func(ctx context.Context) error {
				_, err := get(c.ctx, n)
				return err
			})
		}
		return nil
	})
}

// fine: the task's in place of the struct's
func (c *client) syncOK(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, n := range names[:2] {
			g.Go(func(ctx context.Context) error {
				_, err := get(ctx, n)
				return err
			})
		}
		return nil
	})
}

// want-rule (f): a nested group hangs on the outermost context
func nested(root context.Context, names []string) error {
	return braid.Run(root, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Each(root, names, func(ctx context.Context, n string) error {
				return put(ctx, user{n})
			})
		})
		return nil
	})
}

// fine: a nested group hangs on its task
func nestedOK(root context.Context, names []string) error {
	return braid.Run(root, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Each(ctx, names, func(ctx context.Context, n string) error {
				return put(ctx, user{n})
			})
		})
		return nil
	})
}

// want-rule (f): the derived context with the deadline is not what is used
func within(ctx context.Context, name string) (user, error) {
	tctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_ = tctx
	return get(ctx, name)
}

// fine: the derived one is used
func withinOK(ctx context.Context, name string) (user, error) {
	tctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return get(tctx, name)
}

// want-rule (f): a select looks at the outer context's Done
func forward(outer context.Context, in <-chan user, out chan<- user) error {
	return braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for u := range in {
				select {
				case out <- u:
				case <-outer.Done():
					return outer.Err()
				}
			}
			return nil
		})
		return nil
	})
}

// fine: a select looks at the task's Done
func forwardOK(outer context.Context, in []user, out chan<- user) error {
	return braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for _, u := range in {
				select {
				case out <- u:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		return nil
	})
}
