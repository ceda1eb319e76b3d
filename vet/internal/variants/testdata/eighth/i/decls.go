package i

import (
	"context"
	"database/sql"
	"net"
	"time"
)

type Server struct {
	maxConns int
	idle     time.Duration
	handle   func(ctx context.Context, conn net.Conn) error
}

func (s *Server) serve(ctx context.Context, conn net.Conn) error {
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(s.idle)); err != nil {
		return err
	}
	return s.handle(ctx, conn)
}

type Message struct {
	ID   string
	Body []byte
}

type Mailer struct {
	db   *sql.DB
	send func(ctx context.Context, to, text string) error
}

type Loader struct {
	load func(ctx context.Context, line string) error
	put  func(ctx context.Context, path string) error
}

type Order struct {
	ID    string `json:"id"`
	Total int64  `json:"total"`
}

type Shop struct {
	book func(ctx context.Context, o Order) error
}

type Page struct {
	URL   string
	Links []string
}

type Crawler struct {
	fetch func(ctx context.Context, url string) (Page, error)
	seen  func(url string) bool
}

const parallel = 16
