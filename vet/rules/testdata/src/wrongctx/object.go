package wrongctx

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// Contexts that methods of objects outside give.

type app interface {
	Context() context.Context
	Within(d time.Duration) context.Context
	Ping(context.Context) error
}

type plugin struct{ app app }

func (p *plugin) refresh(ctx context.Context, names []string, get func(context.Context, string) (int, error)) error {
	_, err := braid.Map(ctx, names, func(ctx context.Context, name string) (int, error) {
		return get(p.app.Context(), name) // want `this task has a context of its own: p.app.Context\(\) does not end with it`
	})
	return err
}

func handlerOfPool(w http.ResponseWriter, r *http.Request, get func(context.Context) error) error {
	p := pool.New().WithContext(r.Context())
	p.Go(func(context.Context) error { return get(r.Context()) }) // want `r.Context\(\) does not end with it`
	p.Go(func(ctx context.Context) error {
		tctx, cancel := context.WithTimeout(r.Context(), time.Second) // want `r.Context\(\) does not end with it`
		defer cancel()
		return get(tctx)
	})
	return p.Wait()
}

// Left alone.

func (p *plugin) meant(ctx context.Context, g *braid.Group, r *http.Request, merge func(a, b context.Context) context.Context, startBeat, get func(context.Context) error) {
	r = r.WithContext(ctx)
	g.Go(func(ctx context.Context) error { return p.app.Ping(p.app.Context()) })
	g.Go(func(ctx context.Context) error { return get(merge(ctx, p.app.Context())) })
	g.Go(func(ctx context.Context) error { return get(p.app.Within(time.Second)) })
	g.Go(func(ctx context.Context) error { return get(r.Context()) })
	g.Go(func(ctx context.Context) error { return startBeat(p.app.Context()) })
	g.Go(func(ctx context.Context) error { return get(context.WithoutCancel(p.app.Context())) })
	g.Go(func(ctx context.Context) error {
		slog.InfoContext(p.app.Context(), "at work")
		if p.app.Context().Err() != nil {
			return nil
		}
		mine, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		if err != nil {
			return err
		}
		return get(mine.Context())
	})
}

// A group is made of a request's context that was given a limit of time, or a name.

func withLimit(w http.ResponseWriter, r *http.Request, first, second func(context.Context) error) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return first(ctx) })
	g.Go(func() error {
		if err := second(r.Context()); err != nil { // want `this task's group cancels another context, ctx: r.Context\(\) does not end with it`
			return err
		}
		return nil
	})
	_ = g.Wait()
}

func withName(r *http.Request, first, second func(context.Context) error) error {
	ctx := r.Context()
	vctx := context.WithValue(ctx, key{}, "name")
	g, gctx := errgroup.WithContext(vctx)
	g.Go(func() error { return first(gctx) })
	g.Go(func() error { return second(r.Context()) }) // want `this task's group cancels another context, gctx`
	return g.Wait()
}

// Left alone: a task may end what is between, the task does not fail by it, or it ends something; another request.

func withCancel(r, other *http.Request, first, second func(context.Context) error, flush func(context.Context) error, count func(context.Context)) error {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer cancel()
		return first(gctx)
	})
	g.Go(func() error { return second(r.Context()) })
	if err := g.Wait(); err != nil {
		return err
	}
	tctx, stop := context.WithTimeout(r.Context(), time.Second)
	defer stop()
	g, gctx2 := errgroup.WithContext(tctx)
	g.Go(func() error { return first(gctx2) })
	g.Go(func() error { return second(other.Context()) })
	g.Go(func() error { return flush(r.Context()) })
	g.Go(func() error {
		count(r.Context())
		return nil
	})
	return g.Wait()
}
