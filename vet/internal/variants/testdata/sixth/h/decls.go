package h

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

type metrics interface {
	Push(ctx context.Context) error
}

type directory interface {
	Lookup(ctx context.Context, name string) (string, error)
}

type message struct {
	Topic string
	Body  []byte
}

type flusher interface {
	Flush(ctx context.Context, batch []message) error
}

type replica interface {
	// Follow streams from at on until ctx is cancelled, and returns as soon as
	// the stream stands.
	Follow(ctx context.Context, at int64) (<-chan message, error)
	Position(ctx context.Context) (int64, error)
}

type server interface {
	Serve(ctx context.Context) error
}

type runner struct {
	limit time.Duration
	log   *slog.Logger
}

// A kernel is a computation that takes no context and ends soon after Interrupt.
type kernel interface {
	Run(input []byte) ([]byte, error)
	Interrupt()
}

type settings struct {
	Interval time.Duration
}

type scraper struct {
	reload <-chan settings
	first  settings
	log    *slog.Logger
}

func (s *scraper) scrape(ctx context.Context) error {
	s.log.DebugContext(ctx, "scrape")
	return ctx.Err()
}

// A session is a connection that a pool hands out again after each exchange.
type session struct {
	conn    net.Conn
	timeout time.Duration
}

func (s *session) readReply() ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(s.conn, head); err != nil {
		return nil, err
	}
	body := make([]byte, int(head[2])<<8|int(head[3]))
	_, err := io.ReadFull(s.conn, body)
	return body, err
}

type queue interface {
	// Receive waits for a message until ctx is cancelled.
	Receive(ctx context.Context) (message, error)
	Ack(ctx context.Context, m message) error
}

type consumer struct {
	q       queue
	handle  func(ctx context.Context, m message) error
	perItem time.Duration
}

type feed interface {
	// Subscribe delivers to fn until ctx is cancelled; it does not wait.
	Subscribe(ctx context.Context, topic string, fn func(message)) error
}

type subscriber struct {
	feed feed
	fn   func(message)

	mu   sync.Mutex
	stop context.CancelFunc
}

// Close ends the subscription.
func (s *subscriber) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	}
	return nil
}
