// Package d has errors of several parts that are handled as if they were one,
// each beside the same made right.
package d

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

type fieldError struct {
	Field, Msg string
}

func (e *fieldError) Error() string { return e.Field + ": " + e.Msg }

type throttled struct {
	after time.Duration
}

func (e *throttled) Error() string { return fmt.Sprintf("throttled for %v", e.after) }

type stepError struct {
	step string
	code int
}

func (e *stepError) Error() string { return fmt.Sprintf("%s: exit status %d", e.step, e.code) }

type partError struct {
	index int
	err   error
}

func (e *partError) Error() string { return fmt.Sprintf("part %d: %v", e.index, e.err) }
func (e *partError) Unwrap() error { return e.err }

type tunnel struct {
	local, remote net.Conn
}

type form struct {
	Name, Mail string
	Age        int
}

type signup struct {
	create func(ctx context.Context, f form) error
	fields func(w http.ResponseWriter, status int, fields ...*fieldError)
}

type device struct {
	token string
}

type pusher struct {
	send func(ctx context.Context, d device) error
}

type deployer struct {
	apply, rollback func() error
	log             *slog.Logger
}

type part struct {
	data []byte
}

type uploader struct {
	// put fails with a *partError where another attempt is worth it.
	put func(ctx context.Context, i int, p part) error
}

type agent struct {
	flush  func() error
	unlock func() error
	log    *slog.Logger
}

type catalog struct {
	eu, us *sql.DB
}
