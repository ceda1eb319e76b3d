// Package story is what the program of examples/inspect does, apart from the
// listening, so that tests can look at it too.
package story

import (
	"context"

	"github.com/braid-go/braid"
)

// Tell runs everything until ctx dies, and returns nil once all of it has ended.
func Tell(ctx context.Context) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, part := range []struct {
			name string
			run  func(context.Context) error
		}{
			{"orders", orders},
			{"packing", packing},
			{"crawler", crawler},
			{"tiles", tiles},
			{"backup", backup},
			{"checkout", checkout},
			{"services", services},
		} {
			g.Go(part.run, braid.Name(part.name))
		}
		return nil
	}, braid.Name("shop"), braid.Supervised)
	if ctx.Err() != nil {
		return nil //braid:ignore swallowed it was stopped, and what failed on the way was part of the story
	}
	return err
}
