package c

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

type Status int

const (
	Queued Status = iota
	Running
	Done
)

type Builds interface {
	Status(ctx context.Context, id string) (Status, error)
}

type Waiter struct {
	builds Builds
	pause  time.Duration
	max    time.Duration
}

type Shard interface {
	Refresh(ctx context.Context) error
}

type Shards struct {
	list [8]Shard
	gap  time.Duration
}

var ErrClosed = errors.New("queue closed")

type Order struct {
	Item string
	User string
}

// Queue is served by one worker, which may be slow.
type Queue struct {
	orders chan Order
	closed chan struct{}
	userOf func(ctx context.Context) (string, error)
}

type Reporter struct {
	every time.Duration
	push  func(ctx context.Context) error
}

const maxTunnels = 1000

// Gateway has tunnels, each of which is counted in tunnels and holds one of
// the maxTunnels slots for as long as it is open.
type Gateway struct {
	http    *http.Server
	tunnels sync.WaitGroup
	slots   *semaphore.Weighted
	flush   func(ctx context.Context) error
}

type Repo struct {
	git string
	dir func(ctx context.Context, name string) (string, error)
}

type Note struct {
	Text []byte
}

type Inbox struct {
	raw    chan []byte
	polls  atomic.Int64
	decode func(ctx context.Context, raw []byte) (Note, error)
}

type Daemon struct {
	dialer net.Dialer
	addr   string
}
