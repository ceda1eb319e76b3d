package a

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

var ErrNotFound = errors.New("not found")

type Warmer struct {
	parallel int
	budget   *semaphore.Weighted
	load     func(ctx context.Context, region string) error
}

type Span struct {
	Name string
	Took time.Duration
}

type Exporter struct {
	interval time.Duration
	max      int
	send     func(ctx context.Context, batch []Span) error
}

type Bucket interface {
	Keys(ctx context.Context) iter.Seq2[string, error]
	Copy(ctx context.Context, key string, to Bucket) error
}

type Migrator struct {
	src, dst Bucket
}

type Peer interface {
	Name() string
	Push(ctx context.Context, snapshot []byte) error
}

type Leader struct {
	peers []Peer
}

type Plugin interface {
	Name() string
	Collect(ctx context.Context, sink func(metric string, value float64)) error
}

type Collector struct {
	mu      sync.Mutex
	metrics map[string]float64
	width   int
}

func (c *Collector) put(metric string, value float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.metrics[metric] = value
}

type Block struct {
	Offset int64
	Sum    uint32
}

type Volume interface {
	Blocks() iter.Seq[Block]
	Check(ctx context.Context, b Block) (ok bool, err error)
}

type ScrubReport struct {
	Checked int
	Bad     []int64
}

type Scrubber struct {
	pace time.Duration
}

type Entry struct {
	Index uint64
	Data  []byte
}

type LogReader interface {
	Next(ctx context.Context, after uint64) (Entry, error)
}

type Replicator struct {
	log   LogReader
	apply func(ctx context.Context, e Entry) error
}

type Resolver struct {
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	mu     sync.Mutex
	known  map[string][]netip.Addr
}

func (r *Resolver) remember(host string, addrs []netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[host] = addrs
}

func (r *Resolver) stale(host string) ([]netip.Addr, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	addrs, ok := r.known[host]
	return addrs, ok
}

type Indexer struct {
	step  int64
	index func(ctx context.Context, from, to int64) error
	mark  func(from, to int64)
}

type Object struct {
	Key  string
	Size int64
}

type Client struct {
	page func(ctx context.Context, prefix, token string) (objs []Object, next string, err error)
}
