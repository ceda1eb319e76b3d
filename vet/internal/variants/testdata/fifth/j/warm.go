package j

import (
	"context"

	"github.com/braid-go/braid"
)

// want-rule (j): Fork gives a handle to the number of sessions, which nobody keeps
func (w *Warmer) Warm(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		braid.Fork(g, w.sessions, braid.Name("sessions"))
		return w.routes(ctx)
	}, braid.Name("warm"))
}

// fine: the task whose number is not wanted is one of Go and says so
func (w *Warmer) WarmOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			_, err := w.sessions(ctx)
			return err
		}, braid.Name("sessions"))
		return w.routes(ctx)
	}, braid.Name("warm"))
}
