package i

import (
	"context"
	"database/sql"
	"iter"
	"log/slog"
	"net"
	"net/http"
)

// maxBatch is how many deliveries one request may ask for.
const maxBatch = 32

type prober interface {
	Probe(ctx context.Context, addr string) error
}

type mailer interface {
	Send(ctx context.Context, userID int64) error
}

type reminder struct {
	db   *sql.DB
	mail mailer
}

type advisory struct {
	ID      string `json:"id"`
	Package string `json:"package"`
}

type scanner interface {
	Scan(ctx context.Context, a advisory) error
}

type spool struct {
	dir     string
	deliver func(ctx context.Context, file string) error
}

type delivery struct {
	URL  string `json:"url"`
	Body string `json:"body"`
}

type hooks struct {
	log  *slog.Logger
	post func(ctx context.Context, d delivery) error
}

func (h *hooks) fail(w http.ResponseWriter, code int, err error) {
	h.log.Warn("hooks", "code", code, "err", err)
	http.Error(w, http.StatusText(code), code)
}

// A responder answers DNS questions.
type responder struct {
	log *slog.Logger
}

// answer fails only if pc cannot be written to any more.
func (r *responder) answer(ctx context.Context, pc net.PacketConn, to net.Addr, q []byte) error {
	if len(q) < 12 || ctx.Err() != nil {
		return ctx.Err()
	}
	q[2] |= 0x80
	_, err := pc.WriteTo(q, to)
	return err
}

type object struct {
	Key  string
	Size int64
}

type bucket interface {
	// List gives the objects page by page; ctx bounds each request.
	List(ctx context.Context, prefix string) iter.Seq2[object, error]
	Verify(ctx context.Context, o object) error
}

type auditor struct {
	b        bucket
	parallel int64
}

type purgeRequest struct {
	Paths []string `json:"paths"`
}

type edge interface {
	Purge(ctx context.Context, path string) error
}

type purger struct {
	edge     edge
	parallel int
}

type crawler struct {
	maxDepth int
	parallel int
	links    func(ctx context.Context, url string) ([]string, error)
}
