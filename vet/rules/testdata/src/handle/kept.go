package handle

import (
	"context"

	"github.com/braid-go/braid"
)

// Handles in fields that nobody reads.

type part struct {
	size *braid.Task[int]
	all  map[string]*braid.Task[int]
	sum  *braid.Task[int]
}

func (p *part) begin(g *braid.Group) {
	p.size = braid.Fork(g, load) // want `nobody reads the handles in size`
	p.sum = braid.Fork(g, load)
	p.all = map[string]*braid.Task[int]{} // want `nobody reads the handles in all`
	p.all["a"] = braid.Fork(g, load)
	delete(p.all, "b")
}

func (p *part) end(ctx context.Context) (int, error) { return p.sum.Wait(ctx) }

// Handles that a function gives.

func begin(g *braid.Group) *braid.Task[int] { return braid.Fork(g, load) }

func beginHere(g *braid.Group) *braid.Task[int] { return braid.Fork(g, load) }

func vain(g *braid.Group) {
	begin(g)     // want `the handle that begin gives is ignored`
	_ = begin(g) // want `the handle that begin gives is ignored`
}

func notInVain(ctx context.Context, g *braid.Group) (int, error) {
	beginHere(g)
	return beginHere(g).Wait(ctx)
}

// Waited for among others.

func together(ctx context.Context) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		a, b := braid.Fork(g, load), braid.Fork(g, load)
		c := braid.Fork(g, load)
		d := braid.Fork(g, load)
		for _, t := range [...]*braid.Task[int]{a, b, c} {
			if _, err := t.Wait(ctx); err != nil {
				return 0, err
			}
		}
		return c.Value() + d.Value(), nil // want `Value does not wait`
	})
}
