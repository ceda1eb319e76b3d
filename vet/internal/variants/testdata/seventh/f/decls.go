package f

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"time"
)

type admin struct {
	mux *http.ServeMux
	// janitor runs until ctx is cancelled.
	janitor func(ctx context.Context) error
	drain   time.Duration
}

type client struct {
	http *http.Client
	log  *slog.Logger
}

type nodes interface {
	Pull(ctx context.Context, node string) error
	Drain(ctx context.Context, node string) error
}

type deployer struct {
	nodes nodes
	wait  time.Duration
}

type backoff interface {
	// Do calls fn until it succeeds, has failed too often, or ctx ends.
	Do(ctx context.Context, fn func(ctx context.Context) error) error
}

type replicator struct {
	db      *sql.DB
	backoff backoff
}

type endpoint interface {
	Addr() string
	Ping(ctx context.Context) error
}

type monitor struct {
	patience time.Duration
}

type segment struct {
	Name string
	Data []byte
}

type replica interface {
	Write(ctx context.Context, name string, data []byte) error
	Sync(ctx context.Context, name string) error
}

type store struct {
	remote replica
}

type block struct {
	data []byte
	sum  uint32
}

type volume struct {
	blocks []block
	log    *slog.Logger
}

type quote struct {
	Vendor string
	Cents  int64
}

type vendor interface {
	Name() string
	Quote(ctx context.Context, sku string) (quote, error)
}

type tracer interface {
	// Start opens a span below the one in ctx, and gives a context with it.
	Start(ctx context.Context, name string) (context.Context, func())
}

type gateway struct {
	vendors [3]vendor
	tracer  tracer
	log     *slog.Logger
}
