package f

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

type Store struct {
	db  *sql.DB
	log *slog.Logger
}

type Catalog struct {
	client *http.Client
	base   string
}

func (c *Catalog) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %s", path, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

type pageCache struct {
	mu    sync.Mutex
	pages map[string][]byte
}

func (p *pageCache) put(key string, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pages[key] = body
}

type segmentStore interface {
	Load(ctx context.Context, name string) ([]byte, error)
	Upload(ctx context.Context, name string, body []byte) error
}

type queue interface {
	Next(ctx context.Context) (string, error)
	Renew(ctx context.Context, owner string) error
}

type lockTable interface {
	Acquire(ctx context.Context, key string) error
	Release(ctx context.Context, key string) error
}

type tileJob struct {
	ctx   context.Context
	cat   *Catalog
	cache *pageCache
	tiles []string
}
