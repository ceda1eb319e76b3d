package service

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/braid-go/braid"
)

// This file makes a part of a listener and its connections. What is kept: every
// connection that was accepted is closed, once, by its task.

// Listen makes a part that listens on an address, as [net.Listen] has it, and
// calls handle for each connection, as a task of its own, named by the remote
// address. It is ready once it listens.
//
// Asked to stop, it closes the listener and waits for the connections that are
// there, whose handlers do well to look at [Stopping]. By the hard stop the
// context of handle dies and the connection is closed. Otherwise it is closed
// when handle returns; handle may close it itself.
//
// An error or a panic of handle ends that connection alone and goes to the
// observers, as by [Report], for which new connections wait; a Goexit too, but it also ends the part with
// [braid.ErrGoexit] when that stops. If the system cannot accept just now, for
// want of file descriptors say, the part tries again, after a second at most.
// Listen panics if handle is nil.
func Listen(network, addr string, handle func(ctx context.Context, conn net.Conn) error) func(ctx context.Context, ready func()) error {
	if handle == nil {
		panic("service: Listen called with a nil function")
	}
	return made(handle, func(ctx context.Context, ready func()) error {
		l, err := new(net.ListenConfig).Listen(ctx, network, addr)
		if err != nil {
			return err
		}
		return accept(ctx, l, handle, ready)
	})
}

// ListenOn is [Listen] on a listener that is there already, which the part
// closes when it ends. So the part can be started only once: a restart fails. It
// panics if l or handle is nil.
func ListenOn(l net.Listener, handle func(ctx context.Context, conn net.Conn) error) func(ctx context.Context, ready func()) error {
	switch {
	case l == nil:
		panic("service: ListenOn called with a nil listener")
	case handle == nil:
		panic("service: ListenOn called with a nil function")
	}
	return made(handle, func(ctx context.Context, ready func()) error { return accept(ctx, l, handle, ready) })
}

func accept(ctx context.Context, l net.Listener, handle func(ctx context.Context, conn net.Conn) error, ready func()) (failed error) {
	l = &onceClosed{Listener: l}
	defer l.Close() // if ctx is dead nobody else does
	part := ctx
	behind := make(chan struct{}, maxReports) // failures that are being told
	//braid:ignore dropped what fails in there has been told by the time it returns
	_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			select {
			case <-Stopping(ctx):
			case <-ctx.Done():
			}
			l.Close() // so that Accept returns
			return nil
		}, braid.Name("close"), braid.Background, braid.Always)
		ready()
		// A group of its own makes a panic of Accept an error apart from those of the
		// connections.
		failed = unwrapped(braid.Run(ctx, func(context.Context, *braid.Group) error {
			//braid:ignore wrongctx the listener is closed by this context, which is dead before those below it are
			return acceptAll(ctx, l, behind, func(conn net.Conn) {
				braid.GoWith(g, quietly{conn}, func(ctx context.Context, c quietly) error {
					defer braid.AfterFunc(ctx, func() { c.Close() })()
					return handle(ctx, c.Conn)
				}, braid.Name(remote(conn)))
			})
		}, braid.PanicsAsErrors, braid.Grace(patience(ctx))))
		if failed != nil {
			g.Cancel()
		}
		return nil
	}, braid.Supervised, braid.Keep(1), braid.PanicsAsErrors, braid.Grace(patience(ctx)),
		braid.CancelNoise(braid.Is(net.ErrClosed)),
		braid.OnFailure(func(te *braid.TaskError) {
			behind <- struct{}{}
			defer func() { <-behind }()
			Report(part, te)
		}))
	if failed == nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return failed
}

// acceptAll accepts until the part is asked to stop. While many failures are being
// told it waits: connections that fail faster than that would pile up.
func acceptAll(ctx context.Context, l net.Listener, behind chan struct{}, take func(net.Conn)) error {
	var pause time.Duration
	stopping := Stopping(ctx)
	for {
		select {
		case behind <- struct{}{}:
			<-behind
		case <-stopping: // Accept will return
		case <-ctx.Done():
		}
		conn, err := l.Accept() //braid:ignore deadline the listener is closed when the part is to stop
		if err == nil {
			pause = 0
			take(conn)
			continue
		}
		select {
		case <-stopping:
			return nil
		case <-ctx.Done():
			return nil //braid:ignore swallowed a listener that was told to stop has done so
		default:
		}
		if passing, ok := err.(interface{ Temporary() bool }); !ok || !passing.Temporary() {
			l.Close()
			return err
		}
		Report(ctx, err)
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-stopping:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// remote names a connection, which need not have an address.
func remote(conn net.Conn) string {
	if addr := conn.RemoteAddr(); addr != nil && addr.String() != "" {
		return addr.String()
	}
	return "connection"
}

// onceClosed is a listener that several may close.
type onceClosed struct {
	net.Listener
	once sync.Once
	err  error
}

func (l *onceClosed) Close() error {
	l.once.Do(func() { l.err = l.Listener.Close() })
	return l.err
}

// quietly is a connection whose Close may be called again.
type quietly struct{ net.Conn }

func (q quietly) Close() error {
	q.Conn.Close()
	return nil
}
