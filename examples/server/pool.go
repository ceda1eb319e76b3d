package main

import (
	"context"
	"strconv"

	"github.com/braid-go/braid/service"
)

// This file is what a database driver would be: a bounded number of connections,
// lent to one user at a time.

type pool struct {
	free chan *conn // has room for all
}

type conn struct{ orders *table }

func newPool(n int) *pool {
	return &pool{free: make(chan *conn, n)}
}

// run is the pool as a part. It opens the connections, and ends when all have
// come back; its users end before it does, since they need it.
func (p *pool) run(ctx context.Context, ready func()) error {
	orders := &table{rows: make(chan []string, 1)}
	orders.rows <- nil
	for range cap(p.free) {
		p.free <- &conn{orders}
	}
	ready()
	select {
	case <-service.Stopping(ctx):
	case <-ctx.Done():
	}
	for range cap(p.free) {
		select {
		case <-p.free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// with lends a connection to fn, as soon as there is one.
func (p *pool) with(ctx context.Context, fn func(c *conn) error) error {
	select {
	case c := <-p.free:
		defer func() { p.free <- c }()
		return fn(c)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// table holds its rows in a channel with room for one: who has taken them out
// has the table.
type table struct{ rows chan []string }

// insert adds an order and gives its number.
func (c *conn) insert(ctx context.Context, item string) (string, error) {
	select {
	case rows := <-c.orders.rows:
		rows = append(rows, item)
		c.orders.rows <- rows
		return strconv.Itoa(len(rows)), nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
