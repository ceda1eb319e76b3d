// Package j has misuses of braid itself, each beside the same made right.
package j

import (
	"context"
	"net"
	"os"

	"github.com/braid-go/braid"
)

type valueError struct{ field string }

func (e *valueError) Error() string { return e.field }

type app struct{ conn net.Conn }

func load(ctx context.Context) (int, error) { return 1, ctx.Err() }

func talk(ctx context.Context, c net.Conn) error { return ctx.Err() }

func slurp(ctx context.Context, f *os.File) error { return ctx.Err() }

var _ braid.Matcher
