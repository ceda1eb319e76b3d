package i

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// want-rule (i): a goroutine for each connection that is accepted, without a bound
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		conn, err := ln.Accept()
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		wg.Go(func() {
			if err := s.serve(ctx, conn); err != nil {
				slog.WarnContext(ctx, "connection", "remote", conn.RemoteAddr(), "err", err)
			}
		})
	}
}

// fine: at most maxConns connections are served at once, the accept loop waits for a slot
func (s *Server) ServeOK(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, s.maxConns)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		conn, err := ln.Accept()
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := s.serve(ctx, conn); err != nil {
				slog.WarnContext(ctx, "connection", "remote", conn.RemoteAddr(), "err", err)
			}
		})
	}
}

// want-rule (i): a task for each order in the request's body, however many the client has sent
func (s *Shop) PostOrders(w http.ResponseWriter, r *http.Request) {
	var orders []Order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g, ctx := errgroup.WithContext(r.Context())
	for _, o := range orders {
		g.Go(func() error {
			return s.book(ctx, o)
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// fine: the group has a limit
func (s *Shop) PostOrdersOK(w http.ResponseWriter, r *http.Request) {
	var orders []Order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(parallel)
	for _, o := range orders {
		g.Go(func() error {
			return s.book(ctx, o)
		})
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// want-rule (i): a goroutine for each url in the query string, the pool has no maximum
func (c *Crawler) GetPages(w http.ResponseWriter, r *http.Request) {
	p := pool.NewWithResults[Page]().WithContext(r.Context()).WithCancelOnError()
	for _, u := range r.URL.Query()["url"] {
		p.Go(func(ctx context.Context) (Page, error) {
			return c.fetch(ctx, u)
		})
	}
	pages, err := p.Wait()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(pages); err != nil {
		slog.WarnContext(r.Context(), "encode pages", "err", err)
	}
}

// fine: the pool has a maximum of goroutines
func (c *Crawler) GetPagesOK(w http.ResponseWriter, r *http.Request) {
	p := pool.NewWithResults[Page]().WithMaxGoroutines(parallel).WithContext(r.Context()).WithCancelOnError()
	for _, u := range r.URL.Query()["url"] {
		p.Go(func(ctx context.Context) (Page, error) {
			return c.fetch(ctx, u)
		})
	}
	pages, err := p.Wait()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if err := json.NewEncoder(w).Encode(pages); err != nil {
		slog.WarnContext(r.Context(), "encode pages", "err", err)
	}
}

// want-rule (i): Each without a limit calls the function for all links of a foreign page at once
func (c *Crawler) Prefetch(ctx context.Context, url string) error {
	page, err := c.fetch(ctx, url)
	if err != nil {
		return err
	}
	return braid.Each(ctx, page.Links, func(ctx context.Context, link string) error {
		if c.seen(link) {
			return nil
		}
		_, err := c.fetch(ctx, link)
		return err
	})
}

// fine: EachSeq pulls a link only when one of as many calls as there are processors has ended
func (c *Crawler) PrefetchOK(ctx context.Context, url string) error {
	page, err := c.fetch(ctx, url)
	if err != nil {
		return err
	}
	return braid.EachSeq(ctx, slices.Values(page.Links), func(ctx context.Context, link string) error {
		if c.seen(link) {
			return nil
		}
		_, err := c.fetch(ctx, link)
		return err
	})
}
