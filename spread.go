package braid

import "context"

// spread hands the group n items.
func (g *Group) spread(n int, pc uintptr, call func(ctx context.Context, i int) error) {
	for i := range n {
		g.addItem(i, pc, func(ctx context.Context) error { return call(ctx, i) })
	}
}
