// Package b has work that is outside of its group, each beside the same made
// right.
package b

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"
)

type order struct {
	ID    int64
	Mail  string
	Total int64
}

type orders struct {
	charge  func(ctx context.Context, o order) error
	reserve func(ctx context.Context, o order) error
	log     *slog.Logger
}

func (s *orders) audit(ctx context.Context, o order) error {
	s.log.InfoContext(ctx, "order placed", "id", o.ID)
	return ctx.Err()
}

type api struct {
	save   func(ctx context.Context, o order) error
	notify func(ctx context.Context, o order) error
	log    *slog.Logger
	bg     sync.WaitGroup
}

// Close waits for the notifications that are under way.
func (h *api) Close() { h.bg.Wait() }

type upstream struct {
	query func(ctx context.Context, name string) (string, error)
}

type resolver struct {
	upstreams [3]upstream
}

type answer struct {
	addr string
	err  error
}

type client struct {
	hello func(conn net.Conn) error
}

type front struct {
	idle  []net.Conn
	mu    sync.Mutex
	grace time.Duration
}

func (f *front) kickIdle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.idle {
		c.Close()
	}
}
