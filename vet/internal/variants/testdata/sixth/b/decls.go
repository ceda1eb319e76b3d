package b

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

type Blob struct {
	Digest string
	Data   []byte
}

type Registry interface {
	Put(ctx context.Context, b Blob) error
	Has(ctx context.Context, digest string) (bool, error)
	Lookup(ctx context.Context, digest string) ([]byte, error)
	Manifest(ctx context.Context, name string) ([]string, error)
}

type Mirror struct {
	reg    Registry
	peers  []Registry
	mu     sync.Mutex
	failed []string
}

// put uploads the blob and remembers it if that fails.
func (m *Mirror) put(ctx context.Context, b Blob) {
	if err := m.reg.Put(ctx, b); err != nil {
		m.mu.Lock()
		m.failed = append(m.failed, b.Digest)
		m.mu.Unlock()
	}
}

type Event struct {
	Kind string
	Seq  int64
}

type Bus interface {
	Publish(ctx context.Context, ev Event) error
}

type Ledger struct {
	bus Bus
	log Bus
}

type Answer struct {
	Data []byte
	Err  error
}

type Batch struct {
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
	reg  Registry
}

func (b *Batch) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errs = append(b.errs, err)
}

type API struct {
	reg   Registry
	audit Bus
	index Bus
}

func blobOf(r *http.Request) (Blob, error) {
	data, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return Blob{}, err
	}
	return Blob{Digest: r.PathValue("digest"), Data: data}, nil
}

type Session struct {
	mu   sync.Mutex
	subs map[int64]io.Closer
}

// abort closes the subscription.
func (s *Session) abort(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.subs[id]; ok {
		if err := c.Close(); err != nil {
			slog.Warn("abort", "sub", id, "err", err)
		}
		delete(s.subs, id)
	}
}

// serve feeds the subscription until it ends or ctx is done.
func (s *Session) serve(ctx context.Context, id int64) error {
	return ctx.Err()
}

type Client struct {
	http *http.Client
	base string
}
