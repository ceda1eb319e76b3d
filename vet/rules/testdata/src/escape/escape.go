package escape

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func work(context.Context) error { return nil }

type holder struct {
	g   *braid.Group
	eg  *errgroup.Group
	ctx context.Context
}

var (
	global    *braid.Group
	globalCtx context.Context
)

// Found.

func stores(ctx context.Context, h *holder) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		h.g = g     // want `the group \(g\) is stored in what outlives it`
		h.ctx = ctx // want `the context of a group \(ctx\) is stored in what outlives it`
		global = g  // want `stored in a global`
		g.Go(func(ctx context.Context) error {
			globalCtx = ctx // want `stored in a global`
			return nil
		})
		return nil
	})
}

func storesElement(ctx context.Context, all map[string]*braid.Group) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		all["x"] = g // want `stored in what outlives it`
		return nil
	})
}

func (h *holder) keep(g *braid.Group) {
	h.g = g // want `stored in what outlives it`
}

func captured(ctx context.Context) {
	var out *braid.Group
	var dead context.Context
	_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		out = g    // want `assigned to a variable outside of its block`
		dead = ctx // want `assigned to a variable outside of its block`
		return nil
	})
	out.Go(work)
	_ = work(dead)
}

func returned(ctx context.Context) (*braid.Group, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (*braid.Group, error) {
		return g, nil // want `is returned`
	})
}

func returnedIn(ctx context.Context) (*holder, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (*holder, error) {
		return &holder{ctx: ctx}, nil // want `is returned`
	})
}

func returnedParam(g *braid.Group) *braid.Group {
	return g // want `is returned`
}

func sent(ctx context.Context, groups chan *braid.Group, ctxs chan context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		groups <- g // want `sent over a channel`
		ctxs <- ctx // want `sent over a channel`
		return nil
	})
}

func outlives(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		go func() {
			g.Go(work) // want `may have ended when this goroutine`
		}()
		time.AfterFunc(time.Second, func() {
			g.Go(work) // want `may have ended`
		})
		return nil
	})
}

func errgroupOutlives() error {
	var g errgroup.Group
	go func() {
		g.Go(func() error { return nil }) // want `may have ended`
	}()
	return g.Wait()
}

func after(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return work(ctx) // want `ctx belongs to g, and is dead since the Wait in line \d+`
}

func afterRequest(ctx context.Context) (*http.Request, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	err := g.Wait()
	if err != nil {
		return nil, err
	}
	return http.NewRequestWithContext(gctx, "GET", "/", nil) // want `gctx belongs to g`
}

func afterDone(ctx context.Context) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	_ = g.Wait()
	<-gctx.Done() // want `gctx belongs to g`
}

func afterOpen(ctx context.Context) error {
	g, gctx := braid.Open(ctx)
	g.Go(work)
	if err := g.Wait(); err != nil {
		return err
	}
	return work(gctx) // want `gctx belongs to g`
}

func late(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	g.Go(func() error { return work(ctx) }) // want `g has ended in line \d+`
	return g.Wait()
}

func lateInLoop(ctx context.Context, rounds [][]string) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, round := range rounds {
		for range round {
			g.Go(func() error { return work(gctx) }) // want `g has ended in line`
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func lateOpen(ctx context.Context) error {
	g, _ := braid.Open(ctx)
	if err := g.Close(); err != nil {
		return err
	}
	g.Go(work) // want `g has ended`
	return nil
}

func keeps(ctx context.Context, h *holder) error {
	g, gctx := errgroup.WithContext(ctx)
	h.eg = g     // want `dead after the Wait in line`
	h.ctx = gctx // want `dead after the Wait in line`
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}

func storesLocal(ctx context.Context) error {
	var h holder
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		h.g = g // want `stored in what outlives it`
		return nil
	})
	h.g.Go(work)
	return err
}

// Left alone.

func down(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		h := &holder{g: g, ctx: ctx}
		h.g.Go(work)
		local := g
		local.Go(work)
		var inner holder
		inner.ctx = ctx
		return work(inner.ctx)
	})
}

func (h *holder) owns(ctx context.Context) {
	h.g, h.ctx = braid.Open(ctx)
}

func (h *holder) Close() error { return h.g.Close() }

func handles(ctx context.Context) (n int, err error) {
	var t *braid.Task[int]
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t = braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
		return nil
	})
	if err == nil {
		n, err = t.Wait(ctx)
	}
	return n, err
}

func fromTask(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			g.Go(work)
			return nil
		})
		return nil
	})
}

func joined(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		done := make(chan struct{})
		go func() {
			defer close(done)
			g.Go(work)
		}()
		<-done
		return nil
	})
}

func outerAfter(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return work(ctx)
}

func asksAfter(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		slog.WarnContext(gctx, "failed", "err", err)
		if gctx.Err() != nil {
			return context.Cause(gctx)
		}
	}
	return work(context.WithoutCancel(gctx))
}

func anew(ctx context.Context, rounds [][]string) error {
	for _, round := range rounds {
		g, gctx := errgroup.WithContext(ctx)
		for range round {
			g.Go(func() error { return work(gctx) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func reassigned(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	g, gctx = errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	return g.Wait()
}

func handedOut(ctx context.Context) (*errgroup.Group, context.Context) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	return g, gctx
}

func deferred(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	defer g.Wait()
	g.Go(func() error { return work(gctx) })
	return work(gctx)
}

func newWorker(g *braid.Group) *holder {
	return &holder{g: g}
}

func capturedForTheCause(ctx context.Context) error {
	var group context.Context
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		group = ctx
		return nil
	})
	if err == nil {
		return context.Cause(group)
	}
	return err
}

func capturedForTheBlock(ctx context.Context) error {
	var h holder
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		h.g = g
		return nil
	})
}

// A group without a context can be used again.

func again(rounds []string) error {
	var g errgroup.Group
	for range rounds {
		g.Go(func() error { return nil })
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func againButLeft(rounds []string) error {
	var g errgroup.Group
	g.Go(func() error { return nil })
	if err := g.Wait(); err != nil {
		return err
	}
	g.Go(func() error { return nil }) // want `g has ended in line`
	if len(rounds) == 0 {
		return nil
	}
	return g.Wait()
}
