package h

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"time"
)

type Lease struct {
	ID      string
	Renewed time.Time
}

type Registry interface {
	Renew(ctx context.Context, id string) (Lease, error)
	Watch(ctx context.Context, prefix string, seen func(key string)) error
	Lookup(ctx context.Context, name string) (string, error)
}

type Agent struct {
	reg      Registry
	interval time.Duration
	report   func(ctx context.Context) error
	reload   <-chan time.Duration
}

type Wire struct {
	conn net.Conn
	br   *bufio.Reader
	idle time.Duration
}

type Frame struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

const lookupTimeout = 3 * time.Second
