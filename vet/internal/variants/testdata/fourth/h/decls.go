// Package h has contexts, timers and subscriptions that are not ended, each
// beside the same made right.
package h

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

type quote struct {
	symbol string
	cents  int64
}

type source func(ctx context.Context, symbol string) (quote, error)

type process interface {
	Start() error
	Wait() error
	Kill()
}

type runner struct {
	limit time.Duration
	log   *slog.Logger
}

type fetcher struct {
	hc      *http.Client
	timeout time.Duration
}

// cancelBody cancels the context of a response when its body is closed.
type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancelBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

type prober struct {
	every time.Duration
	probe func(ctx context.Context) error
	log   *slog.Logger
}

type job interface {
	Run() error
	Abort()
}

type store struct {
	limit time.Duration
	query func(ctx context.Context, q string) ([]string, error)
}

type daemon struct {
	serve func(ctx context.Context) error
	drain func(ctx context.Context) error
}

var (
	errEOF         = errors.New("end of log")
	errInterrupted = errors.New("interrupted")
)

type repl struct {
	lines <-chan string
	print func(line string)
}
