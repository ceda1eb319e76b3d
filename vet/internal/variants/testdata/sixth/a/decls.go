package a

import (
	"context"
	"database/sql"
	"iter"
	"net"
	"sync"
)

type Item struct {
	ID   string
	Size int64
}

type Source interface {
	List(ctx context.Context) ([]Item, error)
	Page(ctx context.Context, token string) (items []Item, next string, err error)
	Delete(ctx context.Context, id string) error
}

type Catalog struct {
	mu    sync.Mutex
	items []Item
	src   Source
}

type Record struct {
	Key, Value []byte
}

type Queue struct {
	recs chan Record
}

type Sink func(ctx context.Context, r Record) error

type Store struct {
	db      *sql.DB
	mu      sync.Mutex
	segs    []*Segment
	failed  int
	src     Source
	indexed map[string]int64
}

type Segment struct {
	Name string
}

// Merge merges the segment with its neighbour. It panics on a corrupt index.
func (s *Segment) Merge(ctx context.Context) error {
	if s.Name == "" {
		panic("segment: corrupt index")
	}
	return ctx.Err()
}

func (s *Store) flushMem(ctx context.Context) error { return ctx.Err() }

func (s *Store) syncLog(ctx context.Context) error { return ctx.Err() }

func (s *Store) trim(ctx context.Context) error { return ctx.Err() }

// put stores the items of one page.
func (s *Store) put(ctx context.Context, items []Item) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, it := range items {
		s.indexed[it.ID] = it.Size
	}
	return nil
}

// rows yields the rows of the table, and at most one error, with which it ends.
func (s *Store) rows(ctx context.Context, table string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		rs, err := s.db.QueryContext(ctx, "SELECT id, size FROM objects WHERE tbl = ?", table)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer rs.Close()
		for rs.Next() {
			var it Item
			if err := rs.Scan(&it.ID, &it.Size); err != nil {
				yield(Item{}, err)
				return
			}
			if !yield(it, nil) {
				return
			}
		}
		if err := rs.Err(); err != nil {
			yield(Item{}, err)
		}
	}
}

type Peer struct {
	Addr string
}

// ship sends the segment to the peer.
func (p *Peer) ship(ctx context.Context, seg *Segment) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", p.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	return seg.Merge(ctx)
}

type Replicator struct {
	peers []*Peer
}

type Prober interface {
	Probe(ctx context.Context, addr string) error
}

type Health struct {
	prober Prober
	mu     sync.Mutex
	bad    map[string]error
}

func (h *Health) mark(addr string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bad[addr] = err
}
