package g

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/braid-go/braid"
)

type copier interface {
	Copy(ctx context.Context, from, to string) error
}

type sum struct {
	Name string
	Hash [32]byte
}

type digester interface {
	Digest(ctx context.Context, name string) ([32]byte, error)
}

type index interface {
	// Rebuild works in memory and takes no context.
	Rebuild(shard int)
}

type quote struct {
	Carrier string
	Cents   int64
}

type carrier interface {
	Quote(ctx context.Context, parcel string) (quote, error)
}

type section interface {
	Encode(ctx context.Context) ([]byte, error)
}

type item struct {
	ID   string
	Body json.RawMessage
}

type profileStore interface {
	Name(ctx context.Context, user string) (string, error)
	Avatar(ctx context.Context, user string) (string, error)
}

type profile struct {
	Name   string `json:"name"`
	Avatar string `json:"avatar"`
}

type web struct {
	store profileStore
	log   *slog.Logger
}

func (s *web) reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.log.Debug("client went away", "err", err)
	}
}

type lease interface {
	// Keep renews the lease until ctx is cancelled and then gives it back; it
	// fails when the lease is lost.
	Keep(ctx context.Context) error
}

type locker interface {
	Acquire(ctx context.Context, name string) (lease, error)
}

type migrator struct {
	locks locker
	steps []func(ctx context.Context) error
	log   *slog.Logger
}

type segment struct {
	Base int64
	File interface {
		io.Writer
		Sync() error
	}
}

type journal struct {
	segments [4]*segment
	drain    time.Duration
	log      *slog.Logger
}

func (j *journal) flush(ctx context.Context, s *segment) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.File.Sync()
}

type searchClient interface {
	Put(ctx context.Context, it item) error
}

type loader struct {
	client searchClient
	batch  int
	limit  int
}

type peer struct {
	Addr string
}

type gossiper struct {
	every time.Duration
	peers func() []peer
	log   *slog.Logger
}

func (g *gossiper) exchange(ctx context.Context, p peer) error {
	return braid.Sleep(ctx, time.Duration(len(p.Addr))*time.Millisecond)
}
