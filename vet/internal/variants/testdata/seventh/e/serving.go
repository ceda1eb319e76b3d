package e

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (e): the tasks' handles are kept in the catalog's map, where they stay when the group has ended
func (c *Catalog) Load(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, name := range names {
			c.loading[name] = braid.Fork(g, func(ctx context.Context) (*Table, error) {
				return c.open(ctx, name)
			}, braid.Name(name))
		}
		return nil
	}, braid.Limit(4))
}

// fine: the handles are in a local map, and what is kept in the catalog are the tables
func (c *Catalog) LoadOK(ctx context.Context, names []string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		loading := make(map[string]*braid.Task[*Table], len(names))
		for _, name := range names {
			loading[name] = braid.Fork(g, func(ctx context.Context) (*Table, error) {
				return c.open(ctx, name)
			}, braid.Name(name))
		}
		for name, task := range loading {
			table, err := task.Wait(ctx)
			if err != nil {
				return err
			}
			c.mu.Lock()
			c.tables[name] = table
			c.mu.Unlock()
		}
		return nil
	}, braid.Limit(4))
}

// want-rule (e): the group is stored in a global pointer, which has it for others to use when Wait has ended it
func Serve(ctx context.Context, a Acceptor) error {
	g, ctx := errgroup.WithContext(ctx)
	current.Store(g)
	g.Go(func() error {
		return a.Accept(ctx)
	})
	g.Go(func() error {
		return a.Sweep(ctx)
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// fine: the global only says whether something serves
func ServeOK(ctx context.Context, a Acceptor) error {
	g, ctx := errgroup.WithContext(ctx)
	serving.Store(true)
	defer serving.Store(false)
	g.Go(func() error {
		return a.Accept(ctx)
	})
	g.Go(func() error {
		return a.Sweep(ctx)
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// want-rule (e): the session that is returned has the context of the handshake's group, which Wait has cancelled
func Handshake(ctx context.Context, gr Greeter, conn net.Conn, user string) (*Session, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return gr.Hello(gctx, conn)
	})
	g.Go(func() error {
		return gr.Authorize(gctx, user)
	})
	s := &Session{conn: conn, ctx: gctx}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("handshake with %s: %w", conn.RemoteAddr(), err)
	}
	return s, nil
}

// fine: the session has the caller's context, which is the connection's
func HandshakeOK(ctx context.Context, gr Greeter, conn net.Conn, user string) (*Session, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return gr.Hello(gctx, conn)
	})
	g.Go(func() error {
		return gr.Authorize(gctx, user)
	})
	s := &Session{conn: conn, ctx: ctx}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("handshake with %s: %w", conn.RemoteAddr(), err)
	}
	return s, nil
}

// want-rule (e): the group's context is sent to a worker outside, and is dead as soon as Wait returns
func (p *Photos) Add(ctx context.Context, key string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.store(gctx, key) })
	g.Go(func() error { return p.index(gctx, key) })
	job := thumbnail{gctx, key}
	select {
	case p.pending <- job:
	case <-gctx.Done():
		return errors.Join(context.Cause(gctx), g.Wait())
	}
	return g.Wait()
}

// fine: the worker is sent the caller's context, and the group's stays here
func (p *Photos) AddOK(ctx context.Context, key string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.store(gctx, key) })
	g.Go(func() error { return p.index(gctx, key) })
	job := thumbnail{ctx, key}
	select {
	case p.pending <- job:
	case <-gctx.Done():
		return errors.Join(context.Cause(gctx), g.Wait())
	}
	return g.Wait()
}

// want-rule (e): the group's Go is kept in a field as a method value, and whoever calls it after Wait starts work outside
func (w *Worker) Run(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	w.spawn = g.Go
	g.Go(func() error {
		return w.receive(gctx, w.spawn)
	})
	return g.Wait()
}

// fine: the method value is a local variable, and is called by a task of the group only
func (w *Worker) RunOK(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	spawn := g.Go
	g.Go(func() error {
		return w.receive(gctx, spawn)
	})
	return g.Wait()
}
