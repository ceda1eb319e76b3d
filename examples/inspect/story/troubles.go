package story

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"github.com/braid-go/braid"
)

// This file is what goes wrong.

var errTable = errors.New("table orders: disk full")

// orders is the stuck task. Its ledger fails after two seconds, which cancels the
// group; the reader does not hear of it, since it reads from a connection that
// has nothing to do with its context.
func orders(ctx context.Context) error {
	quiet, reader, err := pair()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { quiet.Close() })() // or the program could not be stopped
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		braid.GoWith(g, reader, read, braid.Name("reader"))
		g.Go(ledger, braid.Name("ledger"))
		g.Go(untilStopped, braid.Name("mailer"))
		return nil
	}, braid.Name("import"), braid.Grace(braid.Forever))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func read(_ context.Context, c net.Conn) error {
	_, err := c.Read(make([]byte, 512))
	return err
}

func ledger(ctx context.Context) error {
	if err := braid.Sleep(ctx, 2*time.Second); err != nil {
		return err
	}
	return errTable
}

// pair gives both ends of a connection.
func pair() (a, b net.Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	if b, err = l.Accept(); err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, b, nil
}

// packing is the ring. Each of the two waits for the other with a context that is
// not its own, so that braid cannot refuse it.
func packing(ctx context.Context) error {
	return braid.Run(ctx, func(inside context.Context, g *braid.Group) error {
		foreign, stop := context.WithCancel(context.Background()) //braid:ignore background it is the trouble to be shown
		defer context.AfterFunc(inside, stop)()                   // or the program could not be stopped
		var pack, ship *braid.Task[int]
		known := make(chan struct{})
		pack = braid.Fork(g, func(context.Context) (int, error) { <-known; return ship.Wait(foreign) }, braid.Name("pack"))
		ship = braid.Fork(g, func(context.Context) (int, error) { <-known; return pack.Wait(foreign) }, braid.Name("ship"))
		g.Go(func(ctx context.Context) error { <-known; _, err := ship.Wait(ctx); return err }, braid.Name("invoice"))
		close(known)
		return untilStopped(inside)
	}, braid.Name("parcel"))
}

// crawler is the storm: it has workers that fail and are started again, and goes
// on.
func crawler(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for n := 1; ; n++ {
			if err := braid.Sleep(ctx, 150*time.Millisecond); err != nil {
				return err
			}
			g.Go(func(ctx context.Context) error { return fetch(ctx, n) }, braid.Name(fmt.Sprintf("page %d", n)))
		}
	}, braid.Name("crawl"), braid.Supervised, braid.Keep(20))
}

func fetch(ctx context.Context, n int) error {
	if err := braid.Sleep(ctx, time.Duration(200+rand.IntN(1500))*time.Millisecond); err != nil {
		return err
	}
	switch n % 7 {
	case 0:
		return fmt.Errorf("GET /p/%d: 503 Service Unavailable", n)
	case 2, 5:
		return errors.New("connection reset by peer")
	case 3:
		return braid.Timeout(ctx, 100*time.Millisecond, untilStopped, braid.Name("slow host"))
	}
	return nil
}

func untilStopped(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }
