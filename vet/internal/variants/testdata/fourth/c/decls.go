// Package c has functions that take a context and block without it, each
// beside the same made right.
package c

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

var (
	errSlow   = errors.New("hub is too slow")
	errClosed = errors.New("closed")
	errTooBig = errors.New("frame too big")
)

const maxFrame = 1 << 20

type message struct {
	topic string
	body  []byte
}

type queue[T any] struct {
	mu     sync.Mutex
	cond   *sync.Cond
	items  []T
	closed bool
}

type hub struct {
	broadcast chan message
	slow      time.Duration
}

type subscription interface {
	C() <-chan message
	Err() error
}

type consumer struct {
	handle func(ctx context.Context, m message) error
}

type tokens interface {
	Token(ctx context.Context) (string, error)
}

type apiClient struct {
	hc     *http.Client
	base   string
	tokens tokens
}

type ledger struct {
	db *sql.DB
}

type entry struct {
	account string
	cents   int64
}

type slots struct {
	free  chan struct{}
	waits atomic.Int64
}
