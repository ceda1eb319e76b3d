package owned

import (
	"context"
	"errors"
	"net"
	"os"

	"github.com/braid-go/braid"
)

func handle(context.Context, net.Conn) error { return nil }

// Found.

func serve(g *braid.Group, l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		g.Go(func(ctx context.Context) error {
			defer conn.Close() // want `if this task is skipped, nobody closes conn`
			return handle(ctx, conn)
		})
	}
}

func file(g *braid.Group, name string) (*braid.Task[int], error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return braid.Fork(g, func(ctx context.Context) (int, error) {
		n, err := f.Read(nil)
		if cerr := f.Close(); err == nil { // want `nobody closes f`
			err = cerr
		}
		return n, err
	}), nil
}

// Left alone.

func handedOver(g *braid.Group, l net.Listener) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	braid.GoWith(g, conn, handle)
	return nil
}

func inside(g *braid.Group, name string) {
	g.Go(func(ctx context.Context) error {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return nil
	})
}

func always(g *braid.Group, l net.Listener) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error {
		defer conn.Close()
		return handle(ctx, conn)
	}, braid.Always)
	return nil
}

func outside(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			_, err := f.Read(nil)
			f.Close()
			return err
		})
		return nil
	})
}

func param(g *braid.Group, conn net.Conn) {
	g.Go(func(ctx context.Context) error {
		defer conn.Close()
		return handle(ctx, conn)
	})
}

// Closed on a way on which no task is handed over.

func refused(g *braid.Group, l net.Listener, allowed func(net.Addr) bool) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		if !allowed(conn.RemoteAddr()) {
			conn.Close()
			continue
		}
		g.Go(func(ctx context.Context) error {
			defer conn.Close() // want `nobody closes conn`
			return handle(ctx, conn)
		})
	}
}

func tooBig(g *braid.Group, name string, limit int64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	switch {
	case info.Size() > limit:
		return f.Close()
	}
	g.Go(func(context.Context) (err error) {
		defer func() { err = f.Close() }() // want `nobody closes f`
		return nil
	})
	return nil
}

// Closed where the task may have been handed over, too.

func closedAfter(g *braid.Group, name string, next func() error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	g.Go(func(context.Context) error {
		defer f.Close()
		return nil
	})
	if err := next(); err != nil {
		f.Close()
		return err
	}
	return nil
}

func closedByAll(g *braid.Group, name string, small bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	if !small {
		g.Go(func(context.Context) error {
			defer f.Close()
			return nil
		})
	}
	f.Close()
	return nil
}

func triedAgain(g *braid.Group, name string, ok func(name string) bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	if !ok(f.Name()) {
		f.Close()
	}
	g.Go(func(context.Context) error {
		defer f.Close()
		return nil
	})
	return nil
}
