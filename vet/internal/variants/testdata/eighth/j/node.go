package j

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/braid-go/braid"
)

// want-rule (j): the handle that Fork gives is thrown away, and with it the number of entries
func (n *Node) Warm(ctx context.Context, key string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		braid.Fork(g, func(ctx context.Context) (int, error) {
			return n.cache.Load(ctx, key)
		}, braid.Name("warm"))
		return n.migrate(ctx, key)
	})
}

// fine: a task whose value nobody wants is started with Go
func (n *Node) WarmOK(ctx context.Context, key string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			_, err := n.cache.Load(ctx, key)
			return err
		}, braid.Name("warm"))
		return n.migrate(ctx, key)
	})
}

// want-rule (j): the handles are collected and only counted, nobody asks them for the values
func (n *Node) Preload(ctx context.Context) (int, error) {
	var loads []*braid.Task[int]
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, key := range n.keys {
			loads = append(loads, braid.Fork(g, func(ctx context.Context) (int, error) {
				return n.cache.Load(ctx, key)
			}))
		}
		return nil
	}, braid.Limit(8))
	if err != nil {
		return 0, fmt.Errorf("preload: %w", err)
	}
	return len(loads), nil
}

// fine: each handle's value is added up after the join
func (n *Node) PreloadOK(ctx context.Context) (int, error) {
	var loads []*braid.Task[int]
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, key := range n.keys {
			loads = append(loads, braid.Fork(g, func(ctx context.Context) (int, error) {
				return n.cache.Load(ctx, key)
			}))
		}
		return nil
	}, braid.Limit(8))
	if err != nil {
		return 0, fmt.Errorf("preload: %w", err)
	}
	total := 0
	for _, t := range loads {
		total += t.Value()
	}
	return total, nil
}

// want-rule (j): the clause handles the network errors without looking at a single one
func (n *Node) Migrate(ctx context.Context) error {
	err := braid.Each(ctx, n.keys, n.migrate, braid.Supervised, braid.Limit(4))
	return braid.Catch(err,
		braid.On(func(error, []*net.OpError) error {
			return nil
		}),
		braid.Otherwise(func(err error) error {
			return fmt.Errorf("migrate: %w", err)
		}),
	)
}

// fine: the clause logs each network error that it takes
func (n *Node) MigrateOK(ctx context.Context) error {
	err := braid.Each(ctx, n.keys, n.migrate, braid.Supervised, braid.Limit(4))
	return braid.Catch(err,
		braid.On(func(_ error, unreachable []*net.OpError) error {
			for _, e := range unreachable {
				slog.WarnContext(ctx, "migrate later", "peer", e.Addr, "err", e)
			}
			return nil
		}),
		braid.Otherwise(func(err error) error {
			return fmt.Errorf("migrate: %w", err)
		}),
	)
}

var errBusy = errors.New("busy")

// want-rule (j): what Catch leaves over is dropped, the failures that no clause took are lost
func (n *Node) Release(ctx context.Context) error {
	err := braid.Each(ctx, n.keys, n.release, braid.Supervised, braid.Limit(4))
	if err != nil {
		braid.Catch(err, braid.When(braid.Is(errBusy), func(busy error) error {
			slog.InfoContext(ctx, "still in use", "err", busy)
			return nil
		}))
	}
	return nil
}

// fine: what Catch leaves over is returned
func (n *Node) ReleaseOK(ctx context.Context) error {
	err := braid.Each(ctx, n.keys, n.release, braid.Supervised, braid.Limit(4))
	return braid.Catch(err, braid.When(braid.Is(errBusy), func(busy error) error {
		slog.InfoContext(ctx, "still in use", "err", busy)
		return nil
	}))
}
