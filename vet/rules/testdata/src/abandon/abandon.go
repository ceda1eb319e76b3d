package abandon

import (
	"context"
	"net"

	"github.com/braid-go/braid"
)

func lookup() (int, error) { return 0, nil }

func dial() (net.Conn, error) { return nil, nil }

// Found.

func noReason(ctx context.Context) (int, error) {
	return braid.Abandon(ctx, lookup, func(int, error) {}) // want `nothing says why`
}

func noReasonHere(ctx context.Context) (int, error) {
	// It cannot be interrupted.

	n, err := braid.Abandon(ctx, lookup, func(n int, err error) { _ = n }) // want `nothing says why`
	return n, err
}

func leaks(ctx context.Context) (net.Conn, error) {
	// The C library cannot be interrupted.
	return braid.Abandon(ctx, dial, func(net.Conn, error) {}) // want `too late is not closed`
}

func leaksLogged(ctx context.Context) (net.Conn, error) {
	// The C library cannot be interrupted.
	return braid.Abandon(ctx, dial, func(_ net.Conn, err error) { // want `too late is not closed`
		if err != nil {
			println(err.Error())
		}
	})
}

// Left alone.

func reason(ctx context.Context) (int, error) {
	// The C library cannot be interrupted.
	return braid.Abandon(ctx, lookup, func(int, error) {})
}

func directive(ctx context.Context) (int, error) {
	return braid.Abandon(ctx, lookup, func(int, error) {}) //braid:detached the C library cannot be interrupted
}

func closes(ctx context.Context) (net.Conn, error) {
	// The C library cannot be interrupted.
	return braid.Abandon(ctx, dial, func(c net.Conn, err error) {
		if err == nil {
			c.Close()
		}
	})
}
