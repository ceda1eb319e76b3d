// Package f holds tasks that work with somebody else's context.
package f

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

type chunk struct {
	Key  string
	Data []byte
}

type bucket interface {
	Put(ctx context.Context, c chunk) (etag string, err error)
	Head(ctx context.Context, key string) (size int64, err error)
}

// want-rule (f): the group's context is thrown away, a failure cancels nobody
func putChunks(ctx context.Context, b bucket, chunks []chunk) (map[string]string, error) {
	etags := make([]string, len(chunks))
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, c := range chunks {
		g.Go(func() (err error) {
			etags[i], err = b.Put(ctx, c)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("put %d chunks: %w", len(chunks), err)
	}
	byKey := make(map[string]string, len(chunks))
	for i, c := range chunks {
		byKey[c.Key] = etags[i]
	}
	return byKey, nil
}

// fine: the tasks put with the group's context
func putChunksOK(ctx context.Context, b bucket, chunks []chunk) (map[string]string, error) {
	etags := make([]string, len(chunks))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, c := range chunks {
		g.Go(func() (err error) {
			etags[i], err = b.Put(gctx, c)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("put %d chunks: %w", len(chunks), err)
	}
	byKey := make(map[string]string, len(chunks))
	for i, c := range chunks {
		byKey[c.Key] = etags[i]
	}
	return byKey, nil
}

type mirror struct {
	src, dst bucket
}

// want-rule (f): the two forks ignore the context they are given and use the outer one
func (m mirror) compare(outer context.Context, key string) (same bool, err error) {
	err = braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
		a := braid.Fork(g, func(context.Context) (int64, error) { return m.src.Head(outer, key) })
		b := braid.Fork(g, func(context.Context) (int64, error) { return m.dst.Head(outer, key) })
		sa, err := a.Wait(ctx)
		if err != nil {
			return err
		}
		sb, err := b.Wait(ctx)
		same = sa == sb
		return err
	})
	return same, err
}

// fine: each fork uses its own context
func (m mirror) compareOK(outer context.Context, key string) (same bool, err error) {
	err = braid.Run(outer, func(ctx context.Context, g *braid.Group) error {
		a := braid.Fork(g, func(ctx context.Context) (int64, error) { return m.src.Head(ctx, key) })
		b := braid.Fork(g, func(ctx context.Context) (int64, error) { return m.dst.Head(ctx, key) })
		sa, err := a.Wait(ctx)
		if err != nil {
			return err
		}
		sb, err := b.Wait(ctx)
		same = sa == sb
		return err
	})
	return same, err
}

type backfill struct {
	keys []string
	b    bucket
}

// want-rule (f): a task of the context pool works under Background
func (bf *backfill) sizes(ctx context.Context) ([]int64, error) {
	p := pool.NewWithResults[int64]().
		WithMaxGoroutines(12).
		WithContext(ctx).
		WithCancelOnError()
	for _, key := range bf.keys {
		head := func(context.Context) (int64, error) {
			n, err := bf.b.Head(context.Background(), key)
			if err != nil {
				return 0, fmt.Errorf("head %s: %w", key, err)
			}
			return n, nil
		}
		p.Go(head)
	}
	return p.Wait()
}

// fine: the task works under the context that the pool gives it
func (bf *backfill) sizesOK(ctx context.Context) ([]int64, error) {
	p := pool.NewWithResults[int64]().
		WithMaxGoroutines(12).
		WithContext(ctx).
		WithCancelOnError()
	for _, key := range bf.keys {
		head := func(ctx context.Context) (int64, error) {
			n, err := bf.b.Head(ctx, key)
			if err != nil {
				return 0, fmt.Errorf("head %s: %w", key, err)
			}
			return n, nil
		}
		p.Go(head)
	}
	return p.Wait()
}

type dashboard struct {
	orders, stock func(ctx context.Context, shop string) (int, error)
}

// want-rule (f): one of the tasks uses r.Context() instead of the group's context
func (d *dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var page struct{ Orders, Stock int }
	shop := r.PathValue("shop")
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		page.Orders, err = d.orders(ctx, shop)
		return err
	})
	g.Go(func() (err error) {
		page.Stock, err = d.stock(r.Context(), shop)
		return err
	})
	if err := g.Wait(); err != nil {
		http.Error(w, "unavailable", http.StatusBadGateway)
		return
	}
	_ = json.NewEncoder(w).Encode(page)
}

// fine: both tasks use the group's context
func (d *dashboard) ServeHTTPOK(w http.ResponseWriter, r *http.Request) {
	var page struct{ Orders, Stock int }
	shop := r.PathValue("shop")
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) {
		page.Orders, err = d.orders(ctx, shop)
		return err
	})
	g.Go(func() (err error) {
		page.Stock, err = d.stock(ctx, shop)
		return err
	})
	if err := g.Wait(); err != nil {
		http.Error(w, "unavailable", http.StatusBadGateway)
		return
	}
	_ = json.NewEncoder(w).Encode(page)
}
