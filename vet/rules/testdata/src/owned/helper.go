package owned

import (
	"context"
	"errors"
	"io"
	"net"
	"os"

	"github.com/braid-go/braid"
)

// Closed by a function of the package.

func talk(ctx context.Context, conn net.Conn) (err error) {
	defer func() { err = errors.Join(err, conn.Close()) }()
	return handle(ctx, conn)
}

func shut(c io.Closer) { _ = c.Close() }

func talked(g *braid.Group, dial func() (net.Conn, error)) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error { return talk(ctx, conn) }) // want `nobody closes conn`
	return nil
}

func shutLater(g *braid.Group, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error {
		defer shut(f) // want `nobody closes f`
		return nil
	})
	return nil
}

type session struct{ conn net.Conn }

func (s *session) Close() error { return s.conn.Close() }

func (s *session) run(ctx context.Context) error {
	defer s.Close()
	return handle(ctx, s.conn)
}

func runs(g *braid.Group, conn net.Conn) {
	s := &session{conn}
	g.Go(s.run) // want `nobody closes s`
}

func inVariable(g *braid.Group, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	read := func(ctx context.Context) error {
		defer f.Close() // want `nobody closes f`
		return nil
	}
	g.Go(read)
	return nil
}

// Not so.

func cut(ctx context.Context, conn net.Conn) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	return handle(ctx, conn)
}

func onError(ctx context.Context, conn net.Conn) error {
	if err := handle(ctx, conn); err != nil {
		conn.Close()
		return err
	}
	return nil
}

func sometimes(g *braid.Group, dial func() (net.Conn, error)) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error { return cut(ctx, conn) })
	g.Go(func(ctx context.Context) error { return onError(ctx, conn) })
	return nil
}

func talkedAlways(g *braid.Group, dial func() (net.Conn, error)) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error { return talk(ctx, conn) }, braid.Always)
	return nil
}

func talkedOutside(ctx context.Context, dial func() (net.Conn, error)) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return talk(ctx, conn) })
		return nil
	})
}

func talkedInside(g *braid.Group, dial func() (net.Conn, error)) {
	g.Go(func(ctx context.Context) error {
		conn, err := dial()
		if err != nil {
			return err
		}
		return talk(ctx, conn)
	})
}
