package b

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

type Order struct {
	ID    string `json:"id"`
	Total int64  `json:"total"`
}

type AuditEvent struct {
	What string
	ID   string
	At   time.Time
}

type OrderStore interface {
	Insert(ctx context.Context, o Order) error
}

type Audit interface {
	Record(ctx context.Context, ev AuditEvent)
}

type OrderHandler struct {
	orders  OrderStore
	audit   Audit
	auditq  chan AuditEvent // of 1024
	dropped atomic.Int64
}

// RunAudit writes what is in the queue until ctx is cancelled.
func (h *OrderHandler) RunAudit(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case ev := <-h.auditq:
			h.audit.Record(ctx, ev)
		}
	}
}

func decodeOrder(w http.ResponseWriter, r *http.Request) (Order, error) {
	var o Order
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&o)
	return o, err
}

type Segment struct {
	ID   uint64
	Path string
}

type Index interface {
	Add(ctx context.Context, seg Segment) error
}

type Mirror interface {
	Upload(ctx context.Context, seg Segment) error
}

type Ingester struct {
	width  int
	index  Index
	mirror Mirror
}

type Session struct {
	seen []string
	save func(peer string, seen []string)
}

func (s *Session) apply(line string) { s.seen = append(s.seen, line) }

func (s *Session) persist(peer string) {
	slog.Info("session saved", "peer", peer, "lines", len(s.seen))
	s.save(peer, s.seen)
}

type Lease struct {
	ID  string
	TTL time.Duration
}

type Agent struct {
	heartbeat func(ctx context.Context)
	acquire   func(ctx context.Context) (Lease, error)
	renew     func(ctx context.Context, l Lease)
	process   func(ctx context.Context, l Lease) error
}

type Stats struct {
	Node string
	Keys int64
}

type Node interface {
	Name() string
	Stats(ctx context.Context) (Stats, error)
}

type Coordinator struct {
	fanout int
}

type Replica interface {
	Read(ctx context.Context, key string) ([]byte, error)
}

type readResult struct {
	val []byte
	err error
}

type Reader struct {
	replicas [3]Replica
}

type Output struct {
	name string
	open func(ctx context.Context, stream string) (io.ReadCloser, error) // reads fail once ctx is cancelled
	line func(stream, text string)
}

type Chunk struct {
	Hash string
	Data []byte
}

type Remote interface {
	Put(ctx context.Context, c Chunk) error
}

type Syncer struct {
	workers int
	remote  Remote
}

type Uploader struct {
	base  string
	hc    *http.Client
	token func(ctx context.Context) (string, error)
}

type Package struct {
	ImportPath string
	Dir        string
}

type Builder struct {
	dir string
}
