package j

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"

	"github.com/braid-go/braid"
)

// want-rule (j): whatever the purge failed with is taken for handled without a look at it
func PurgeAll(ctx context.Context, backends []Backend, key string) error {
	err := braid.Each(ctx, backends, func(ctx context.Context, b Backend) error {
		return b.Purge(ctx, key)
	}, braid.Limit(8), braid.Supervised)
	return braid.Catch(err,
		braid.When(braid.Is(fs.ErrNotExist), func(err error) error {
			slog.DebugContext(ctx, "nothing to purge", "key", key, "err", err)
			return nil
		}),
		braid.Otherwise(func(error) error { return nil }),
	)
}

// fine: only what was not there is handled, with a line in the log, and the rest remains
func PurgeAllOK(ctx context.Context, backends []Backend, key string) error {
	err := braid.Each(ctx, backends, func(ctx context.Context, b Backend) error {
		return b.Purge(ctx, key)
	}, braid.Limit(8), braid.Supervised)
	return braid.Catch(err,
		braid.When(braid.Is(fs.ErrNotExist), func(err error) error {
			slog.DebugContext(ctx, "nothing to purge", "key", key, "err", err)
			return nil
		}),
	)
}

// want-rule (j): the clause puts a fixed error in the place of all network errors, which are lost
func PurgePair(ctx context.Context, a, b Backend, key string) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return a.Purge(ctx, key) }, braid.Name("a"))
		g.Go(func(ctx context.Context) error { return b.Purge(ctx, key) }, braid.Name("b"))
		return nil
	}, braid.Supervised)
	return braid.Catch(err, braid.On(func(err error, ops []*net.OpError) error {
		return errUnavailable
	}))
}

// fine: the new error wraps what the clause was given
func PurgePairOK(ctx context.Context, a, b Backend, key string) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return a.Purge(ctx, key) }, braid.Name("a"))
		g.Go(func(ctx context.Context) error { return b.Purge(ctx, key) }, braid.Name("b"))
		return nil
	}, braid.Supervised)
	return braid.Catch(err, braid.On(func(err error, ops []*net.OpError) error {
		return fmt.Errorf("%w: %d connections: %w", errUnavailable, len(ops), err)
	}))
}
