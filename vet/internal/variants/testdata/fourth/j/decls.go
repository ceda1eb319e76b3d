// Package j uses package braid in ways it is not meant for, each beside the same
// made right.
package j

import (
	"context"
	"net"
)

type line struct {
	sku   string
	count int64
}

type cart struct {
	customer string
	lines    []line
}

type quoter struct {
	sum      func(ctx context.Context, lines []line) (int64, error)
	discount func(ctx context.Context) (int64, error)
}

type surface interface {
	MakeCurrent() error
	Draw(ctx context.Context) error
}

type collector struct {
	dial func(ctx context.Context, addr string) (net.Conn, error)
	read func(ctx context.Context, conn net.Conn) error
}

type conflict struct {
	key string
}

func (e *conflict) Error() string { return "conflict on " + e.key }

type syncer struct {
	push  func(ctx context.Context, key string) error
	retry func(ctx context.Context, keys []string) error
}

// modem opens a serial line, and cannot be told to give up.
type modem struct {
	open func() (net.Conn, error)
}

type job struct {
	name string
	run  func(ctx context.Context) error
}

type shard struct {
	compact func(ctx context.Context) error
}

type tables struct {
	shards [8]shard
}

type user struct {
	name string
}

type profiles struct {
	user    func(ctx context.Context, id string) (user, error)
	friends func(ctx context.Context, id string) ([]string, error)
}

type view struct {
	user    user
	friends []string
}
