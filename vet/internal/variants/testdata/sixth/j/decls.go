package j

import (
	"context"
	"io"
	"log/slog"
	"time"
)

type user struct {
	ID, Name string
}

type rates struct {
	ByCode map[string]float64
}

type shop interface {
	User(ctx context.Context, id string) (user, error)
	Rates(ctx context.Context) (rates, error)
}

type invoice struct {
	User  user
	Rates rates
}

// A card is a smart card whose library keeps the session in the OS thread
// between Begin and End.
type card interface {
	Begin() error
	Sign(digest []byte) ([]byte, error)
	End() error
}

type uploader interface {
	Put(ctx context.Context, name string, r io.Reader) error
}

type resolver interface {
	Resolve(ctx context.Context, name string) ([]string, error)
}

type level interface {
	Name() string
	Pinned() bool
	// Merge gives how many bytes it has freed.
	Merge(ctx context.Context) (int64, error)
}

type engine struct {
	levels [6]level
	sweep  func(ctx context.Context) (int64, error)
	log    *slog.Logger
}

// A surface may be drawn on only by the thread that made it current, which it
// cannot be taken from again.
type surface interface {
	MakeCurrent() error
	Draw() error
}

type frame struct{}

type display struct {
	s      surface
	frames <-chan frame
	// input hands on what the keyboard sends until ctx is cancelled.
	input func(ctx context.Context) error
	log   *slog.Logger
}

type manifest struct {
	Config, Layer string
}

type blobStore interface {
	Save(ctx context.Context, digest string, r io.Reader) error
}

type blobFiles interface {
	Open(digest string) (rc io.ReadCloser, size int64, err error)
}

type mirror struct {
	local   blobFiles
	remote  blobStore
	maxSize int64
	log     *slog.Logger
}

type vendorConn interface {
	io.Closer
	Exec(stmt string) error
}

type vendor struct {
	// open is the library's and knows no context.
	open func(dsn string) (vendorConn, error)
	log  *slog.Logger
}

type hit struct {
	Doc   string
	Score float64
}

type shard interface {
	Search(ctx context.Context, q string) ([]hit, error)
}

type hitCache interface {
	Put(q string, hits []hit)
}

type searcher struct {
	shards [4]shard
	budget time.Duration
	cache  hitCache
}
