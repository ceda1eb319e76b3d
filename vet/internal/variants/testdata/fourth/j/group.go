package j

import (
	"context"
	"fmt"
	"runtime"

	"github.com/braid-go/braid"
)

// want-rule (j): the discount is asked for, and its handle is thrown away
func (q *quoter) quote(ctx context.Context, c cart) (total int64, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		braid.Fork(g, q.discount, braid.Name("discount"))
		sum, err := q.sum(ctx, c.lines)
		if err != nil {
			return fmt.Errorf("customer %s: %w", c.customer, err)
		}
		total = sum
		return nil
	})
	return total, err
}

// fine: it is waited for and taken off
func (q *quoter) quoteOK(ctx context.Context, c cart) (total int64, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		discount := braid.Fork(g, q.discount, braid.Name("discount"))
		sum, err := q.sum(ctx, c.lines)
		if err != nil {
			return fmt.Errorf("customer %s: %w", c.customer, err)
		}
		off, err := discount.Wait(ctx)
		if err != nil {
			return err
		}
		total = sum - off
		return nil
	})
	return total, err
}

// want-rule (j): the thread stays locked to a goroutine that other tasks run on
func render(ctx context.Context, s surface, update func(ctx context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread()
			if err := s.MakeCurrent(); err != nil {
				return err
			}
			return s.Draw(ctx)
		}, braid.Name("draw"))
		g.Go(update)
		return nil
	})
}

// fine: it has a goroutine of its own, and the thread ends with that
func renderOK(ctx context.Context, s surface, update func(ctx context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread()
			if err := s.MakeCurrent(); err != nil {
				return err
			}
			return s.Draw(ctx)
		}, braid.Name("draw"), braid.OwnGoroutine)
		g.Go(update)
		return nil
	})
}

// want-rule (j): a task that is skipped closes nothing
func (c *collector) collect(ctx context.Context, addrs [4]string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, addr := range addrs {
			conn, err := c.dial(ctx, addr)
			if err != nil {
				return fmt.Errorf("dial %s: %w", addr, err)
			}
			g.Go(func(ctx context.Context) error {
				defer conn.Close()
				return c.read(ctx, conn)
			}, braid.Name(addr))
		}
		return nil
	}, braid.Limit(2))
}

// fine: what is handed over is closed in any case
func (c *collector) collectOK(ctx context.Context, addrs [4]string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, addr := range addrs {
			conn, err := c.dial(ctx, addr)
			if err != nil {
				return fmt.Errorf("dial %s: %w", addr, err)
			}
			braid.GoWith(g, conn, c.read, braid.Name(addr))
		}
		return nil
	}, braid.Limit(2))
}

// want-rule (j): submit hands jobs to a group whose Call has returned, and panics
func runJobs(ctx context.Context, jobs []job) (int, error) {
	submit, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (func(job), error) {
		return func(j job) { g.Go(j.run, braid.Name(j.name)) }, nil
	}, braid.Limit(4))
	if err != nil {
		return 0, err
	}
	for _, j := range jobs {
		submit(j)
	}
	return len(jobs), nil
}

// fine: submit is made and used inside, and only a number comes out
func runJobsOK(ctx context.Context, jobs []job) (int, error) {
	n, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		submit := func(j job) { g.Go(j.run, braid.Name(j.name)) }
		for _, j := range jobs {
			submit(j)
		}
		return len(jobs), nil
	}, braid.Limit(4))
	if err != nil {
		return 0, err
	}
	return n, nil
}

// want-rule (j): the tasks do not hear that one of them has failed
func (t *tables) compact(ctx context.Context) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		for _, s := range t.shards {
			g.Go(func(context.Context) error {
				return s.compact(ctx)
			})
		}
		return nil
	})
}

// fine: each works with the context it was given
func (t *tables) compactOK(ctx context.Context) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		for _, s := range t.shards {
			g.Go(func(ctx context.Context) error {
				return s.compact(ctx)
			})
		}
		return nil
	})
}

// want-rule (j): Value does not wait, and panics while the tasks are running
func (p *profiles) page(ctx context.Context, id string) (view, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (view, error) {
		u := braid.Fork(g, func(ctx context.Context) (user, error) { return p.user(ctx, id) })
		f := braid.Fork(g, func(ctx context.Context) ([]string, error) { return p.friends(ctx, id) })
		return view{u.Value(), f.Value()}, nil
	})
}

// fine: after a Run without an error both have a value
func (p *profiles) pageOK(ctx context.Context, id string) (view, error) {
	var u *braid.Task[user]
	var f *braid.Task[[]string]
	if err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		u = braid.Fork(g, func(ctx context.Context) (user, error) { return p.user(ctx, id) })
		f = braid.Fork(g, func(ctx context.Context) ([]string, error) { return p.friends(ctx, id) })
		return nil
	}); err != nil {
		return view{}, err
	}
	return view{u.Value(), f.Value()}, nil
}
