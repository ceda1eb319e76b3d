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
	_ = t
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
