package h

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

type Event struct {
	Key   string
	Value []byte
}

type Watcher interface {
	Watch(ctx context.Context, prefix string) (<-chan Event, error)
}

type Stats struct {
	log   *slog.Logger
	read  func() map[string]int64
	every <-chan time.Duration
}

func (s *Stats) flush(ctx context.Context) {
	for k, v := range s.read() {
		s.log.InfoContext(ctx, "stat", "name", k, "value", v)
	}
}

type Link struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	dial   func(ctx context.Context, addr string) (net.Conn, error)
	serve  func(ctx context.Context, conn net.Conn) error // closes conn
}

func (l *Link) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		l.cancel()
	}
	return nil
}

type Session interface {
	Ping(ctx context.Context) error
	Abort()
}

type API struct {
	client  *http.Client
	base    string
	timeout time.Duration
}
