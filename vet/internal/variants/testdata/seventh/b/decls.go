package b

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

type Message struct {
	Topic string
	Body  []byte
}

func readMessage(r *http.Request) (Message, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return Message{}, err
	}
	return Message{Topic: r.PathValue("topic"), Body: body}, nil
}

type Log interface {
	Append(ctx context.Context, msg Message) error
}

type Hub struct {
	log   Log
	cache Log
	relay Log
}

// deliver hands the message to the relay, which may be down.
func (h *Hub) deliver(ctx context.Context, msg Message) {
	if err := h.relay.Append(ctx, msg); err != nil {
		slog.WarnContext(ctx, "hub: relay", "topic", msg.Topic, "err", err)
	}
}

type Locks interface {
	Extend(ctx context.Context, id string, d time.Duration) error
}

type Leases struct {
	locks Locks
	ttl   time.Duration
}

// renew extends the lease by another ttl.
func (l *Leases) renew(ctx context.Context, id string) {
	if err := l.locks.Extend(ctx, id, l.ttl); err != nil {
		slog.WarnContext(ctx, "lease not renewed", "id", id, "err", err)
	}
}

type Nameserver interface {
	Query(ctx context.Context, name string) (addr string, err error)
}

type Resolver struct {
	servers [3]Nameserver
}

type reply struct {
	addr string
	err  error
}

type accepted struct {
	conn net.Conn
	err  error
}

type Task struct {
	ID int64
}

type Pipeline struct {
	do     func(ctx context.Context, t Task) error
	mu     sync.Mutex
	failed []error
}

func (p *Pipeline) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = append(p.failed, err)
}

const inserters = 4

type Ingester struct {
	insert func(line string) error
}

type Object struct {
	Key  string
	Size int64
}

type page struct {
	objs []Object
	next string
	err  error
}

type Bucket struct {
	fetch func(ctx context.Context, token string) page
}
