package e

import (
	"context"
	"errors"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (e): the group goes into a field
func (s *service) run(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		s.group = g
		g.Go(work)
		return nil
	})
}

// fine: the owner form is for fields
func (s *service) runOK(ctx context.Context) {
	s.group, s.ctx = braid.Open(ctx)
	s.group.Go(work)
}

// Close ends the owner's group.
func (s *service) Close() error { return s.group.Close() }

// want-rule (e): the group goes into a global
func runGlobal(ctx context.Context) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		current = g
		g.Go(work)
		return nil
	})
}

// fine: the group is handed down
func runGlobalOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		return serve(ctx, g)
	})
}

// want-rule (e): the body's context goes into a field
func (s *service) init(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		s.ctx = ctx
		g.Go(work)
		return nil
	})
}

// fine: the context is an argument
func (s *service) initOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return s.step(ctx) })
		return s.step(ctx)
	})
}

func (s *service) step(ctx context.Context) error { return work(ctx) }

// want-rule (e): a task's context goes into a global
func remember(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			currentCtx = ctx
			return work(ctx)
		})
		return nil
	})
}

// fine: a value is kept, and not the context
func rememberOK(ctx context.Context, key any) (v any, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			v = ctx.Value(key)
			return work(ctx)
		})
		return nil
	})
	return v, err
}

// want-rule (e): the task goes into a field
func (s *service) precompute(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		s.task = braid.Fork(g, compute)
		return nil
	})
}

// fine: the task's value is kept
func (s *service) precomputeOK(ctx context.Context) (n int, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, compute)
		n, err = t.Wait(ctx)
		return err
	})
	return n, err
}

// want-rule (e): tasks are collected in a global
func enqueue(ctx context.Context, n int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for range n {
			pending = append(pending, braid.Fork(g, compute))
		}
		return nil
	})
}

// fine: tasks are collected in the block
func enqueueOK(ctx context.Context, n int) (sum int, err error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		var tasks []*braid.Task[int]
		for range n {
			tasks = append(tasks, braid.Fork(g, compute))
		}
		for _, t := range tasks {
			v, err := t.Wait(ctx)
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	})
}

// want-rule (e): the task goes into a global map
func enqueueNamed(ctx context.Context, name string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, compute)
		pendingByID[name] = t
		_, err := t.Wait(ctx)
		return err
	})
}

// fine: a map of the block
func enqueueNamedOK(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		byName := map[string]*braid.Task[int]{}
		for _, name := range names[:2] {
			byName[name] = braid.Fork(g, compute)
		}
		_, err := byName[names[0]].Wait(ctx)
		return err
	})
}

// want-rule (e): Call returns the group itself
func newGroup(ctx context.Context) (*braid.Group, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (*braid.Group, error) {
		g.Go(work)
		return g, nil
	})
}

// fine: Open is what returns groups
func newGroupOK(ctx context.Context) (*braid.Group, context.Context) {
	g, ctx := braid.Open(ctx)
	g.Go(work)
	return g, ctx
}

// want-rule (e): Call returns a task, which has ended or was cancelled
func future(ctx context.Context) (*braid.Task[int], error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (*braid.Task[int], error) {
		return braid.Fork(g, compute), nil
	})
}

// fine: Call returns the value
func futureOK(ctx context.Context) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		return braid.Fork(g, compute).Wait(ctx)
	})
}

// want-rule (e): the context leaves through a variable of the caller
func derive(ctx context.Context) context.Context {
	var out context.Context
	_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		out = ctx
		g.Go(work)
		return nil
	})
	return out
}

// fine: a context of the caller's own
func deriveOK(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

// want-rule (e): the group is sent over a channel
func offer(ctx context.Context, groups chan<- *braid.Group) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		select {
		case groups <- g:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// fine: work is sent to the group
func offerOK(ctx context.Context, fns <-chan func(context.Context) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		select {
		case fn := <-fns:
			g.Go(fn)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// want-rule (e): the task is sent over a channel
func hand(ctx context.Context, tasks chan *braid.Task[int]) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		tasks <- braid.Fork(g, compute)
		return nil
	})
}

// fine: the value is sent
func handOK(ctx context.Context, vals chan<- int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		v, err := braid.Fork(g, compute).Wait(ctx)
		if err != nil {
			return err
		}
		select {
		case vals <- v:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// want-rule (e): the group of a closed block gets another task
func late(ctx context.Context) error {
	var group *braid.Group
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		group = g
		g.Go(work)
		return nil
	})
	group.Go(work)
	return err
}

// fine: everything is started in the block
func lateOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(work)
		g.Go(work)
		return nil
	})
}

// want-rule (e): Go after the owner's Close
func restart(ctx context.Context) error {
	g, _ := braid.Open(ctx)
	g.Go(work)
	if err := g.Close(); err != nil {
		return err
	}
	g.Go(work)
	return nil
}

// fine: a new group after Close
func restartOK(ctx context.Context) error {
	g, _ := braid.Open(ctx)
	g.Go(work)
	if err := g.Close(); err != nil {
		return err
	}
	g, _ = braid.Open(ctx)
	g.Go(work)
	return g.Wait()
}

// want-rule (e): the errgroup's context is dead after Wait
func thenSave(ctx context.Context, save func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return save(ctx)
}

// fine: the outer context after Wait
func thenSaveOK(ctx context.Context, save func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return save(ctx)
}

// want-rule (e): Fork after Wait
func again(ctx context.Context) (int, error) {
	g, gctx := braid.Open(ctx)
	g.Go(work)
	err := g.Wait()
	n, e := braid.Fork(g, compute).Wait(gctx)
	return n, errors.Join(err, e)
}

// fine: Fork before Wait
func againOK(ctx context.Context) (int, error) {
	g, gctx := braid.Open(ctx)
	g.Go(work)
	n, e := braid.Fork(g, compute).Wait(gctx)
	return n, errors.Join(g.Wait(), e)
}

// want-rule (e): the errgroup's context is kept in the struct
func newService(ctx context.Context) (*service, error) {
	eg, ctx := errgroup.WithContext(ctx)
	s := &service{ctx: ctx}
	eg.Go(func() error { return s.step(ctx) })
	return s, eg.Wait()
}

// fine: the struct keeps the caller's cancel
func newServiceOK(ctx context.Context) (*service, error) {
	eg, gctx := errgroup.WithContext(ctx)
	s := &service{stop: func() {}}
	eg.Go(func() error { return s.step(gctx) })
	return s, eg.Wait()
}

// want-rule (e): a closure that uses the group is returned
func spawner(ctx context.Context) (spawn func(), err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		spawn = func() { g.Go(work) }
		return nil
	})
	return spawn, err
}

// fine: a closure that is called in the block
func spawnerOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		spawn := func() { g.Go(work) }
		spawn()
		spawn()
		return nil
	})
}
