// Package a has cancellations and failures that are swallowed, each beside the
// same made right.
package a

import (
	"context"
	"database/sql"
	"log/slog"
)

type item struct {
	id   int
	name string
}

type message struct {
	key  string
	body []byte
}

type reader interface {
	ReadMessage(ctx context.Context) (message, error)
	Commit(ctx context.Context, m message) error
}

type store struct {
	db  *sql.DB
	log *slog.Logger
	in  chan item
}

func (s *store) save(ctx context.Context, it item) error {
	_, err := s.db.ExecContext(ctx, "insert into items values (?, ?)", it.id, it.name)
	return err
}

func fetch(ctx context.Context, id int) (item, error) {
	if err := ctx.Err(); err != nil {
		return item{}, err
	}
	return item{id: id}, nil
}

func process(ctx context.Context, it item) error {
	_, err := fetch(ctx, it.id)
	return err
}
