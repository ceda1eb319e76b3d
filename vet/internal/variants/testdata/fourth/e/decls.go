// Package e has groups, and contexts of groups, that get out of the block they
// are for, each beside the same made right.
package e

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

type event struct {
	key  string
	body []byte
}

type hub struct {
	in   <-chan event
	subs map[string]func(event)
	g    *errgroup.Group
}

func (h *hub) dispatch(ctx context.Context) error {
	for {
		select {
		case ev, ok := <-h.in:
			if !ok {
				return nil
			}
			if fn := h.subs[ev.key]; fn != nil {
				fn(ev)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

type config struct {
	metrics func(ctx context.Context) error
	reload  func(ctx context.Context) error
}

type user struct {
	id   string
	role string
}

type tenant struct {
	id   string
	plan string
}

type ctxKey int

const (
	userKey ctxKey = iota
	tenantKey
)

type auth struct {
	user   func(ctx context.Context, token string) (*user, error)
	tenant func(ctx context.Context, host string) (*tenant, error)
}

type mail struct {
	to   string
	text string
}

type delivery struct {
	ctx  context.Context
	mail mail
}

type mailer struct {
	render func(ctx context.Context, u user) (mail, error)
	outbox chan delivery
}

type dataset struct {
	shards   [8]string
	dump     func(ctx context.Context, shard string) error
	manifest func(ctx context.Context) error
}

type downloads struct {
	hc    *http.Client
	base  string
	quota func(ctx context.Context, key string) error
	seen  func(ctx context.Context, key string) error
}

type job struct {
	name string
	run  func(ctx context.Context) error
}

type scheduler struct {
	due func(now time.Time) []job
}
