// Package f has tasks that use another context than their own, each beside the
// same made right.
package f

import (
	"context"
	"net/http"
)

type user struct{ name string }

type client struct {
	http *http.Client
	ctx  context.Context
}

func get(ctx context.Context, name string) (user, error) { return user{name}, ctx.Err() }

func put(ctx context.Context, u user) error { return ctx.Err() }
