package e

import (
	"context"
	"database/sql"
	"net"
	"sync"
	"sync/atomic"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type Table struct {
	Name string
	Rows int64
}

type Catalog struct {
	mu      sync.Mutex
	open    func(ctx context.Context, name string) (*Table, error)
	loading map[string]*braid.Task[*Table]
	tables  map[string]*Table
}

// current is where the status page looks for what serves at the moment.
var current atomic.Pointer[errgroup.Group]

// serving says to the status page whether something serves at the moment.
var serving atomic.Bool

type Acceptor interface {
	Accept(ctx context.Context) error
	Sweep(ctx context.Context) error
}

type Session struct {
	conn net.Conn
	ctx  context.Context
}

type Greeter interface {
	Hello(ctx context.Context, conn net.Conn) error
	Authorize(ctx context.Context, user string) error
}

// A thumbnail is made by a worker in its own time, and not at all if ctx has
// ended by then.
type thumbnail struct {
	ctx context.Context
	key string
}

type Photos struct {
	store   func(ctx context.Context, key string) error
	index   func(ctx context.Context, key string) error
	pending chan thumbnail
}

type Lock interface {
	Release(ctx context.Context) error
}

type Locks interface {
	Acquire(ctx context.Context, name string) (Lock, error)
}

type Step struct {
	Name string
	Run  func(ctx context.Context) error
}

type Migrator struct {
	locks Locks
}

type Host struct {
	Name string
}

type Deployer struct {
	update func(ctx context.Context, h Host) error
}

type Ledger struct {
	db    *sql.DB
	rates func(ctx context.Context, currency string) (float64, error)
}

type Message struct {
	ID int64
}

type Worker struct {
	next   func(ctx context.Context) (Message, error)
	handle func(ctx context.Context, m Message) error
	spawn  func(func() error)
}

// receive hands each message to spawn.
func (w *Worker) receive(ctx context.Context, spawn func(func() error)) error {
	for {
		m, err := w.next(ctx)
		if err != nil {
			return err
		}
		spawn(func() error { return w.handle(ctx, m) })
	}
}
