// Package c has waits that no cancellation ends, each beside the same made right.
package c

import (
	"bufio"
	"context"
	"database/sql"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

type event struct{ id int }

type hub struct {
	mu     sync.Mutex
	cond   *sync.Cond
	wg     sync.WaitGroup
	in     chan event
	ready  chan struct{}
	queue  []event
	closed bool
	busy   atomic.Bool
	db     *sql.DB
	http   *http.Client
	conn   net.Conn
	br     *bufio.Reader
}

func handle(ctx context.Context, e event) error {
	return ctx.Err()
}

func try(ctx context.Context) error {
	return ctx.Err()
}
