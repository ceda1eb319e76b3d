package i

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
)

type Server struct {
	log    *slog.Logger
	client *http.Client
	handle func(ctx context.Context, conn net.Conn) error
}

func (s *Server) serveConn(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := s.handle(ctx, conn); err != nil {
		s.log.WarnContext(ctx, "connection", "remote", conn.RemoteAddr(), "err", err)
	}
}

func (s *Server) check(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

type Mailer struct {
	db   *sql.DB
	send func(ctx context.Context, to string) error
}

type Delivery struct {
	Topic string
	Body  []byte
}

type Consumer struct {
	in     <-chan Delivery
	handle func(ctx context.Context, d Delivery) // acknowledges or rejects d
}

type sums struct {
	mu sync.Mutex
	m  map[string]uint32
}

func (s *sums) set(name string, sum uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[name] = sum
}

func readAll(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}
