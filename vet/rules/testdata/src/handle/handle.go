package handle

import (
	"context"

	"github.com/braid-go/braid"
)

func load(context.Context) (int, error) { return 1, nil }

func work(context.Context) error { return nil }

// Found.

func statement(g *braid.Group) {
	braid.Fork(g, load) // want `the handle of this task is ignored`
}

func blank(g *braid.Group) {
	_ = braid.Fork(g, load) // want `the handle of this task is ignored`
}

func try(g *braid.Group) {
	braid.TryFork(g, load)         // want `whether the group had ended is ignored`
	g.TryGo(work)                  // want `whether the group had ended is ignored`
	t, _ := braid.TryFork(g, load) // want `whether the group had ended is ignored`
	_ = t                          // want `nobody reads the handles in t`
}

func tryHandle(g *braid.Group) error {
	_, err := braid.TryFork(g, load) // want `the handle of this task is ignored`
	return err
}

func open(ctx context.Context) context.Context {
	_, ctx = braid.Open(ctx) // want `nobody can close it`
	return ctx
}

// Left alone.

func kept(ctx context.Context, g *braid.Group) (int, error) {
	t := braid.Fork(g, load)
	return t.Wait(ctx)
}

func passed(g *braid.Group) []*braid.Task[int] {
	return []*braid.Task[int]{braid.Fork(g, load), braid.Fork(g, load)}
}

func goes(g *braid.Group) { g.Go(work) }

func tried(g *braid.Group) error { return g.TryGo(work) }

func opened(ctx context.Context) error {
	g, _ := braid.Open(ctx)
	return g.Close()
}

func reason(g *braid.Group) {
	braid.Fork(g, load) //braid:ignore handle it fills a cache, and its value is not wanted
}

func collected(ctx context.Context, n int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var tasks []*braid.Task[int]
		for range n {
			tasks = append(tasks, braid.Fork(g, load)) // want `nobody reads the handles in tasks`
		}
		println(len(tasks))
		return nil
	})
}

func indexed(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		tasks := map[string]*braid.Task[int]{}
		for _, name := range names {
			tasks[name] = braid.Fork(g, load) // want `nobody reads the handles in tasks`
		}
		return nil
	})
}

func silenced(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, load)
		_ = t // want `nobody reads the handles in t`
		return nil
	})
}

func collectedOK(ctx context.Context, n int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var tasks []*braid.Task[int]
		for range n {
			tasks = append(tasks, braid.Fork(g, load))
		}
		for _, t := range tasks {
			if _, err := t.Wait(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func indexedOK(ctx context.Context, names []string) (n int, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		tasks := map[string]*braid.Task[int]{}
		for _, name := range names {
			tasks[name] = braid.Fork(g, load)
		}
		n, err = tasks["a"].Wait(ctx)
		return err
	})
	return n, err
}

func handedOn(g *braid.Group, out map[string]*braid.Task[int]) {
	out["a"] = braid.Fork(g, load)
}
