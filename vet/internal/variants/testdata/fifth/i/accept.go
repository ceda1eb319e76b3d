package i

import (
	"context"
	"errors"
	"net"

	"golang.org/x/sync/errgroup"
)

// want-rule (i): there is a task for each connection, as many as clients care to open
func (s *Server) Serve(ctx context.Context, ln net.Listener) (err error) {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	g, gctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	for {
		conn, err := ln.Accept()
		if err != nil {
			return errors.Join(ctx.Err(), err)
		}
		g.Go(func() error {
			s.serveConn(gctx, conn)
			return nil
		})
	}
}

// fine: no more than 512 connections are served at once, the others wait in the backlog
func (s *Server) ServeOK(ctx context.Context, ln net.Listener) (err error) {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(512)
	defer func() { err = errors.Join(err, g.Wait()) }()
	for {
		conn, err := ln.Accept()
		if err != nil {
			return errors.Join(ctx.Err(), err)
		}
		g.Go(func() error {
			s.serveConn(gctx, conn)
			return nil
		})
	}
}
