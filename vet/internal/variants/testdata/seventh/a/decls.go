package a

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

type Origin interface {
	Get(ctx context.Context, key string) ([]byte, error)
}

type Cache struct {
	origin Origin
	mu     sync.Mutex
	vals   map[string][]byte
}

func (c *Cache) put(key string, val []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.vals[key] = val
}

type Entry struct {
	Seq  int64
	Data []byte
}

// Tail gives the entries of a log, which ends when its writer closes it.
type Tail struct {
	entries chan Entry
}

type Volume interface {
	Snapshot(ctx context.Context, tag string) error
}

type Array struct {
	vols map[string]Volume
}

type Mirror struct {
	origin Origin
}

// digest gives the hash of the named object.
func (m *Mirror) digest(ctx context.Context, name string) ([32]byte, error) {
	data, err := m.origin.Get(ctx, name)
	if err != nil {
		return [32]byte{}, err
	}
	return sumOf(data), nil
}

type Job struct {
	Name string
	Run  func(ctx context.Context) error
}

type Agent struct {
	panics atomic.Int64
	root   string
}

type Users struct {
	db *sql.DB
}

type User struct {
	ID   int64
	Mail string
}
