// Package e has groups, tasks and their contexts that escape from their block,
// each beside the same made right.
package e

import (
	"context"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type service struct {
	group *braid.Group
	task  *braid.Task[int]
	ctx   context.Context
	eg    *errgroup.Group
	stop  func()
}

var (
	current     *braid.Group
	currentCtx  context.Context
	pending     []*braid.Task[int]
	pendingByID = map[string]*braid.Task[int]{}
)

func work(ctx context.Context) error { return ctx.Err() }

func compute(ctx context.Context) (int, error) { return 1, ctx.Err() }

func serve(ctx context.Context, g *braid.Group) error {
	g.Go(work)
	return ctx.Err()
}
