package g

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"net"
	"sync/atomic"
)

type document struct {
	ID, Text string
}

type source interface {
	Name() string
	Batches(ctx context.Context) iter.Seq2[[]document, error]
}

type docIndex interface {
	Add(ctx context.Context, docs []document) error
}

type ingester struct {
	index    docIndex
	parallel int
}

type finding struct {
	Path, Rule string
}

type scanner struct {
	// walk sends what it finds under root; it returns when all is sent or
	// ctx ends.
	walk func(ctx context.Context, root string, out chan<- finding) error
}

type node struct {
	loadIndex func(ctx context.Context) error
	joinRing  func(ctx context.Context) error
	ready     atomic.Bool
	log       *slog.Logger
}

type disk interface {
	Snapshot(ctx context.Context) error
}

type catalog interface {
	Begin(ctx context.Context) (id string, err error)
	Seal(ctx context.Context, id string) error
}

type backup struct {
	disks   [3]disk
	catalog catalog
}

type member interface {
	Epoch(ctx context.Context) (uint64, error)
}

type cluster struct {
	members [5]member
	log     *slog.Logger
}

type shard interface {
	Rebuild(ctx context.Context) error
}

type indexer struct {
	shards [8]shard
	// swap puts the rebuilt shards in the place of the old ones.
	swap func(ctx context.Context) error
	log  *slog.Logger
}

type hostTable struct {
	res *net.Resolver
}

type section struct {
	Offset int64
	Encode func(ctx context.Context, w io.WriterAt, off int64) error
}

type exporter struct {
	sections [3]section
}
