// Package i has goroutines without a bound, as many as come from outside, each
// beside the same made right.
package i

import (
	"context"
	"database/sql"
	"net"
	"sync/atomic"
)

type user struct {
	id   int64
	mail string
}

type mailer struct {
	db *sql.DB
	// deliver notes in its own table what became of it.
	deliver func(ctx context.Context, u user)
}

type checker struct {
	check func(ctx context.Context, url string) error
}

type frame struct {
	op   int
	data []byte
}

type wsConn interface {
	ReadFrame(ctx context.Context) (frame, error)
}

type gateway struct {
	handle func(ctx context.Context, f frame)
}

type thumbs struct {
	render func(ctx context.Context, id string) error
	stat   func(ctx context.Context, id string) (int64, error)
}

type event struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

type ingest struct {
	store func(ctx context.Context, ev event) error
}

type listing struct {
	Keys []string
	Next string
}

type bucket interface {
	List(ctx context.Context, after string) (listing, error)
	Delete(ctx context.Context, key string) error
}

type statsd struct {
	handle  func(from net.Addr, line []byte)
	dropped atomic.Int64
}
