// Package a has cancellations and failures that are swallowed, each beside the
// same made right.
package a

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

var (
	errEmpty    = errors.New("queue is empty")
	errDraining = errors.New("draining")
)

type event struct {
	id   int64
	body []byte
}

type job struct {
	id   int64
	args []string
}

type sink interface {
	Write(ctx context.Context, evs []event) error
}

type queue interface {
	Pop(ctx context.Context, block time.Duration) (job, error)
}

type batcher struct {
	sink sink
	log  *slog.Logger
}

type worker struct {
	queue   queue
	log     *slog.Logger
	closing atomic.Bool
	failed  atomic.Int64
	backoff time.Duration
	do      func(ctx context.Context, j job) error
}

// pause reports whether d has passed; it has not if ctx died first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
