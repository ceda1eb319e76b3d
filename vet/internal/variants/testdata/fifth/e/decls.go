package e

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type Job struct {
	ID   string
	Args []string
}

type Scheduler struct {
	mu     sync.Mutex
	group  *braid.Group
	jobs   chan Job
	ticker func(ctx context.Context) error
	run    func(ctx context.Context, j Job) error
}

var exporters *errgroup.Group

type Telemetry struct {
	push   func(ctx context.Context) error
	scrape func(ctx context.Context) error
}

type Node struct {
	ctx          context.Context
	loadSnapshot func(ctx context.Context) error
	joinCluster  func(ctx context.Context) error
	propose      func(ctx context.Context, cmd []byte) error
}

type Prefetcher struct {
	width int
	fetch func(ctx context.Context, key string) error
}

type Manifest struct {
	Part string
	Size int64
}

type Importer struct {
	parts   []string
	pending chan *braid.Task[Manifest]
	ready   chan Manifest
	load    func(ctx context.Context, part string) (Manifest, error)
}

type Checkpoint struct {
	Pages int
	At    time.Time
}

type Engine struct {
	flushPages func(ctx context.Context) (int, error)
	syncLog    func(ctx context.Context) error
	record     func(ctx context.Context, c Checkpoint) error
}

type Compactor struct {
	level0 func(ctx context.Context) error
	level1 func(ctx context.Context) error
	sweep  func(ctx context.Context) error
}

type Target interface {
	Name() string
	Send(ctx context.Context, msg []byte) error
}

type Broadcaster struct {
	width int
}

type Dispatcher struct {
	warm func(ctx context.Context) error
	run  func(ctx context.Context, j Job) error
}

type Mirror struct {
	base string
	hc   *http.Client
}

func (m *Mirror) get(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+path, nil)
	if err != nil {
		return nil, err
	}
	return m.hc.Do(req)
}
