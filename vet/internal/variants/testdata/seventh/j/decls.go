package j

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
)

type tenant interface {
	Name() string
	// Usage gives how many bytes the tenant has.
	Usage(ctx context.Context) (int64, error)
}

type accountant struct {
	tenants [6]tenant
	// shared gives how many bytes belong to nobody.
	shared func(ctx context.Context) (int64, error)
	log    *slog.Logger
}

// A netns is a network namespace.
type netns interface {
	// Set puts the calling OS thread into the namespace.
	Set() error
}

type prober struct {
	// rtt measures how long a connection takes from where the thread is.
	rtt func(ctx context.Context, addr string) (time.Duration, error)
	log *slog.Logger
}

// A driver is a library that keeps its state in the OS thread.
type driver interface {
	Attach() error
	Detach()
}

type robot struct {
	lib driver
	// loop steers until ctx is cancelled.
	loop func(ctx context.Context) error
	log  *slog.Logger
}

type session interface {
	io.Closer
	Say(ctx context.Context, msg []byte) error
}

type notifier struct {
	dial    func(ctx context.Context, addr string) (session, error)
	timeout time.Duration
}

type feed interface {
	Pull(ctx context.Context) error
}

type reader struct {
	feeds [4]feed
	stale atomic.Bool
	log   *slog.Logger
}

type moduleLib interface {
	Serial(slot int) (string, error)
}

type module struct {
	lib moduleLib
	log *slog.Logger
}

func (m *module) late(serial string, err error) {
	m.log.Info("late serial", "serial", serial, "err", err)
}

type site struct {
	header  func(ctx context.Context) ([]byte, error)
	content func(ctx context.Context, page string) ([]byte, error)
}

type job struct {
	Kind string
	Args []string
}

type dispatcher struct {
	exec func(ctx context.Context, id string, j job) error
	seq  atomic.Uint64
	log  *slog.Logger
}
