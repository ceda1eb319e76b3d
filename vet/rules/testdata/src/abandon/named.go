package abandon

import (
	"context"
	"net"

	"github.com/braid-go/braid"
)

type card struct{}

func (card) Serial(slot int) (string, error) { return "", nil }

func late(string, error) {}

func drop(net.Conn, error) {}

func closeLate(c net.Conn, err error) {
	if err == nil {
		c.Close()
	}
}

// Found.

func serial(ctx context.Context, c card) (string, error) {
	// Read the serial of the card.
	return braid.Abandon(ctx, func() (string, error) { // want `the comment says what is called`
		return c.Serial(0)
	}, late)
}

func named(ctx context.Context) (net.Conn, error) {
	// The C library cannot be interrupted.
	return braid.Abandon(ctx, dial, drop) // want `too late is not closed`
}

// Left alone.

func reasons(ctx context.Context, c card) (string, error) {
	// Serial blocks until there is a card.
	s, err := braid.Abandon(ctx, func() (string, error) { return c.Serial(0) }, late)
	if err == nil {
		return s, nil
	}
	// The reader's Serial: a call of C.
	s, err = braid.Abandon(ctx, func() (string, error) { return c.Serial(1) }, late)
	if err == nil {
		return s, nil
	}
	// At the mercy of the firmware.
	return braid.Abandon(ctx, func() (string, error) { return c.Serial(2) }, late)
}

func namedOK(ctx context.Context) (net.Conn, error) {
	// The C library cannot be interrupted.
	return braid.Abandon(ctx, dial, closeLate)
}
