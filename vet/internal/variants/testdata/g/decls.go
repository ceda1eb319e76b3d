// Package g has errors of groups that go nowhere, each beside the same made right.
package g

import (
	"context"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type server struct {
	eg    *errgroup.Group
	group *braid.Group
}

func step(ctx context.Context) error { return ctx.Err() }
