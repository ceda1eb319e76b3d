package i

import (
	"archive/zip"
	"context"
	"io/fs"
	"log/slog"
	"net/http"
)

type table interface {
	Insert(ctx context.Context, rec []string) error
}

type loader struct {
	table    table
	parallel int
}

type change struct {
	Key   string
	Value []byte
}

type follower struct {
	apply    func(ctx context.Context, c change) error
	parallel int
}

type blocklist struct {
	// check tells by an error that a host may not stand in the list.
	check    func(ctx context.Context, host string) error
	parallel int
	log      *slog.Logger
}

type statusAPI struct {
	// state gives the state of an order.
	state func(ctx context.Context, id string) (string, error)
	fail  func(w http.ResponseWriter, code int, err error)
	reply func(w http.ResponseWriter, states []string)
}

type unpacker struct {
	extract func(f *zip.File) error
	workers int
}

type searchIndex struct {
	add      func(ctx context.Context, fsys fs.FS, path string) error
	parallel int
}

type linter struct {
	lint     func(ctx context.Context, file string) error
	parallel int
}

type mailer struct {
	send    func(ctx context.Context, addr string) error
	workers int
}
