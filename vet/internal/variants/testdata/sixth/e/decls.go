package e

import (
	"context"
	"net/http"
	"sync"

	"github.com/braid-go/braid"
)

type Job struct {
	Name string
	Run  func(ctx context.Context) error
}

// A lane is where the jobs of one kind are put.
type lane struct {
	kind string
	g    *braid.Group
}

type Scheduler struct {
	lanes []lane
	kinds []string
}

// scans has what is known of the scans, by root.
var scans sync.Map

type Tree interface {
	Dirs(ctx context.Context, root string) ([]string, error)
	Scan(ctx context.Context, dir string) error
}

type cacheKey struct{}

type Cache struct {
	mu   sync.Mutex
	vals map[string][]byte
}

func (c *Cache) put(key string, val []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.vals[key] = val
}

type Backend interface {
	Get(ctx context.Context, key string) ([]byte, error)
	Index(ctx context.Context, name string) ([]int64, error)
	ReadAt(ctx context.Context, name string, off int64) ([]byte, error)
	Sum(ctx context.Context, name string, off int64) ([32]byte, error)
	Upload(ctx context.Context, part Part) error
	Commit(ctx context.Context, name string, parts []Part) error
	Abort(ctx context.Context, part Part) error
}

type Loader struct {
	be Backend
}

type Part struct {
	Name string
	Num  int
	Data []byte
}

type Exporter struct {
	be Backend
}

type Proxy struct {
	be     Backend
	lookup func(ctx context.Context, key string) ([]byte, error)
}

type Reader struct {
	be Backend
}

type Event struct {
	Topic string
	Seq   int64
}

// A Bus calls fn for each event. When unsubscribe has returned no call is
// under way and none will come.
type Bus interface {
	Subscribe(topic string, fn func(Event)) (unsubscribe func())
}

type Indexer struct {
	bus      Bus
	index    func(ctx context.Context, ev Event) error
	backfill func(ctx context.Context, topic string) error
}

type Fetcher struct {
	http      *http.Client
	authorize func(ctx context.Context, url string) error
}
