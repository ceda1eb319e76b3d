package j

import (
	"context"
	"fmt"
	"runtime"

	"github.com/braid-go/braid"
)

// want-rule (j): the task keeps its thread in the other namespace and gives the goroutine back to the group
func (n *Netns) CheckNamespace(ctx context.Context, path, addr string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread()
			if err := n.enter(path); err != nil {
				return fmt.Errorf("enter %s: %w", path, err)
			}
			return n.reach(ctx, addr)
		}, braid.Name("inside"))
		return n.reach(ctx, addr)
	})
}

// fine: the thread is locked for good, but the goroutine runs nothing else and dies with it
func (n *Netns) CheckNamespaceOK(ctx context.Context, path, addr string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			runtime.LockOSThread()
			if err := n.enter(path); err != nil {
				return fmt.Errorf("enter %s: %w", path, err)
			}
			return n.reach(ctx, addr)
		}, braid.Name("inside"), braid.OwnGoroutine)
		return n.reach(ctx, addr)
	})
}
