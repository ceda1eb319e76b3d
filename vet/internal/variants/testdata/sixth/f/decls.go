package f

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"
)

type cache interface {
	Load(ctx context.Context, key string) error
}

type blob struct {
	Digest string
	Data   []byte
}

type registry interface {
	Put(ctx context.Context, b blob) error
}

type mirror struct {
	remote registry
}

type event struct {
	Key   string
	Value []byte
}

type sink interface {
	Write(ctx context.Context, ev event) error
	// Heartbeat runs until ctx is cancelled or the connection is lost.
	Heartbeat(ctx context.Context) error
}

type zone struct {
	Name   string
	Serial uint32
}

type nameserver interface {
	Transfer(ctx context.Context, name string) (zone, error)
	Notify(ctx context.Context, name string) error
}

type usage struct {
	Used, Quota int64
}

type alert struct {
	ID, Text string
}

type usageStore interface {
	Current(ctx context.Context, tenant string) (usage, error)
}

type alertStore interface {
	Open(ctx context.Context, tenant string) ([]alert, error)
}

type api struct {
	usage  usageStore
	alerts alertStore
	budget time.Duration
	log    *slog.Logger
}

func (a *api) render(w http.ResponseWriter, u usage, alerts []alert) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := io.WriteString(w, a.format(u, alerts)); err != nil {
		a.log.Debug("client went away", "err", err)
	}
}

func (a *api) format(u usage, alerts []alert) string {
	s := "ok\n"
	if u.Used > u.Quota {
		s = "over quota\n"
	}
	for _, al := range alerts {
		s += al.ID + " " + al.Text + "\n"
	}
	return s
}

// A host is what an agent's modules run in.
type host interface {
	// Context is that of the process; it ends at SIGTERM.
	Context() context.Context
	Hostname() string
}

type collector interface {
	Name() string
	Collect(ctx context.Context, hostname string) ([]byte, error)
}

type agent struct {
	host       host
	collectors []collector
	parallel   int
	log        *slog.Logger
}

type prober struct {
	timeout  time.Duration
	parallel int
}

type table struct {
	Path string
}

type level struct {
	Tables [4]table
}

type lsm struct {
	levels [3]level
}

func (l *lsm) verifyTable(ctx context.Context, t table) error {
	if t.Path == "" {
		return io.ErrUnexpectedEOF
	}
	return ctx.Err()
}

type part struct {
	Number int
	Data   []byte
}

type objectStore interface {
	Begin(ctx context.Context, key string) (id string, err error)
	PutPart(ctx context.Context, id string, p part) error
	Complete(ctx context.Context, id string) error
	Abort(ctx context.Context, id string) error
}

type uploader struct {
	store       objectStore
	partTimeout time.Duration
}
