package c

import (
	"context"
	"database/sql"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

type Backend interface {
	Ping(ctx context.Context) error
	Fetch(ctx context.Context, key string) ([]byte, error)
}

type Poller struct {
	be     Backend
	period time.Duration
	kick   chan struct{}
	ready  atomic.Bool
}

type Event struct {
	Seq  int64
	Body []byte
}

// Outbox hands events to one consumer, which may be slow or gone.
type Outbox struct {
	events chan Event
}

// Buffer holds items until they are taken.
type Buffer struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items [][]byte
}

func NewBuffer() *Buffer {
	b := &Buffer{}
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *Buffer) Put(item []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, item)
	b.cond.Signal()
}

type Frame struct {
	Kind    byte
	Payload []byte
}

type Handler func(ctx context.Context, f Frame) error

type Link struct {
	handle Handler
}

type Accounts struct {
	db *sql.DB
}

// Subscription is fed by a broker until the broker closes it.
type Subscription struct {
	C <-chan Event
}

type Projector struct {
	apply func(ctx context.Context, ev Event) error
}

type Server struct {
	serve func(ctx context.Context, conn net.Conn) error
}

type Dir struct {
	path string
}
