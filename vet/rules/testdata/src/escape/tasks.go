// Handles of tasks, functions that hand out tasks, and objects with a dead context.

package escape

import (
	"context"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type keeper struct {
	task  *braid.Task[int]
	spawn func()
	ctx   context.Context
}

var (
	lastTask *braid.Task[int]
	allTasks []*braid.Task[int]
)

func number(context.Context) (int, error) { return 1, nil }

func (k *keeper) keeps(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		k.task = braid.Fork(g, number) // want `the handle of a task is stored in what outlives it`
		return nil
	})
}

func keepsGlobal(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, number)
		lastTask = t                                       // want `the handle of a task is stored in a global`
		allTasks = append(allTasks, braid.Fork(g, number)) // want `the handle of a task is stored in a global`
		_, err := t.Wait(ctx)
		return err
	})
}

func future(ctx context.Context) (*braid.Task[int], error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (*braid.Task[int], error) {
		return braid.Fork(g, number), nil // want `the handle of a task is returned`
	})
}

func handsOut(ctx context.Context, out chan *braid.Task[int]) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		out <- braid.Fork(g, number) // want `the handle of a task is sent over a channel`
		return nil
	})
}

func (k *keeper) spawner(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		k.spawn = func() { g.Go(work) } // want `the group \(g\) is kept in a function that is stored in what outlives it`
		return nil
	})
}

func spawner(ctx context.Context) (spawn func(), err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		spawn = func() { g.Go(work) } // want `is kept in a function that is assigned to a variable outside`
		return nil
	})
	return spawn, err
}

func made(ctx context.Context) (*keeper, error) {
	g, ctx := errgroup.WithContext(ctx)
	k := &keeper{ctx: ctx} // want `the context of a group \(ctx\) is in what is returned`
	g.Go(func() error { return work(k.ctx) })
	return k, g.Wait()
}

func madeDirectly(ctx context.Context) (*keeper, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return &keeper{ctx: ctx}, nil // want `is in what is returned`
}

// Left alone.

func inTheBlock(ctx context.Context) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		tasks := map[string]*braid.Task[int]{}
		ch := make(chan *braid.Task[int], 1)
		tasks["a"] = braid.Fork(g, number)
		ch <- braid.Fork(g, number)
		return (<-ch).Wait(ctx)
	})
}

func aroundTheBlock(ctx context.Context) (int, error) {
	var t *braid.Task[int]
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t = braid.Fork(g, number)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return t.Wait(ctx)
}

func givesBack(g *braid.Group) *braid.Task[int] {
	return braid.Fork(g, number)
}

func (k *keeper) owner(ctx context.Context) {
	g, _ := braid.Open(ctx)
	k.task = braid.Fork(g, number)
}

func calledInTheBlock(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		spawn := func() { g.Go(work) }
		spawn()
		return nil
	})
}

func madeForTheWork(ctx context.Context) (int, error) {
	g, ctx := errgroup.WithContext(ctx)
	k := &keeper{ctx: ctx}
	g.Go(func() error { return work(k.ctx) })
	return 1, g.Wait()
}

func asksOnly(ctx context.Context, groups map[*braid.Group]bool) (unwatch func(), err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		unwatch = func() { delete(groups, g) }
		return nil
	})
	return unwatch, err
}

func givesSpawner(g *braid.Group) func() {
	return func() { g.Go(work) }
}

var spawnGlobal func(func(context.Context) error, ...braid.Option)

func methodValue(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		spawnGlobal = g.Go // want `the group \(g\) is stored in a global`
		spawn := g.Go
		spawn(work)
		return nil
	})
}
