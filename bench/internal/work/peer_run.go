package work

import (
	"context"

	"github.com/oklog/run"
)

var _ = newPeer(30, "run", "github.com/oklog/run", "an actor for each part, interrupted by its context",
	serving.by(func(ctx context.Context, parts []partFunc) error {
		var g run.Group
		for _, part := range parts {
			ctx, cancel := context.WithCancel(ctx)
			g.Add(func() error { return part(ctx) }, func(error) { cancel() })
		}
		return g.Run()
	}),
)
