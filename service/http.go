package service

import (
	"context"
	"errors"
	"net"
	"net/http"
	"reflect"

	"github.com/braid-go/braid"
)

// This file makes a part of an HTTP server. What is kept: when the part has
// ended no handler runs any more, which http.Server by itself does not promise.

// HTTP makes a part of an HTTP server, listening on the TCP address srv.Addr. It
// is ready once it listens.
//
// Asked to stop, it closes its listener and idle connections and waits for
// requests that are under way, as [http.Server.Shutdown] does, and also for
// handlers that have hijacked their connection, which do well to look at
// [Stopping]. By the hard stop the contexts of all requests die, the
// connections are closed, also one that was hijacked as long as its handler has
// not returned, and the handlers are waited for.
//
// Each request runs in a group of its own, named by method and path: its
// context is that group's, below the part's, and [From] and Stopping work with
// it. So a handler that does not end is reported with where it is blocked. (If
// the client has hung up already the handler is called all the same, as ever, but
// with a dead context and no group.) Values from srv.BaseContext are kept, and its
// end ends the requests.
//
// Srv itself is never served: each start has a copy of its exported fields, so
// that the part can be restarted; functions given to RegisterOnShutdown are
// called all the same. With a TLSConfig it speaks TLS, with the certificates
// in that. HTTP panics if srv is nil.
//
//go:noinline
func HTTP(srv *http.Server) func(ctx context.Context, ready func()) error {
	if srv == nil {
		panic("service: HTTP called with a nil server")
	}
	return made(nil, func(ctx context.Context, ready func()) error {
		addr := srv.Addr
		switch {
		case addr == "" && srv.TLSConfig != nil:
			addr = ":https"
		case addr == "":
			addr = ":http"
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return serveHTTP(ctx, srv, l, ready)
	})
}

// HTTPOn is [HTTP] on a listener that is there already, which the part closes
// when it ends. So the part can be started only once: a restart fails. It panics
// if l or srv is nil.
//
//go:noinline
func HTTPOn(l net.Listener, srv *http.Server) func(ctx context.Context, ready func()) error {
	switch {
	case l == nil:
		panic("service: HTTPOn called with a nil listener")
	case srv == nil:
		panic("service: HTTPOn called with a nil server")
	}
	return made(nil, func(ctx context.Context, ready func()) error { return serveHTTP(ctx, srv, l, ready) })
}

func serveHTTP(ctx context.Context, srv *http.Server, given net.Listener, ready func()) error {
	l := &onceClosed{Listener: given}
	defer l.Close() // if Serve never came to it
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var handlers inFlight
		server := copyOf(srv)
		server.Handler = handlers.around(srv.Handler)
		server.ConnState = handlers.connState(srv.ConnState)
		server.ConnContext = connContext(srv.ConnContext)
		server.BaseContext = func(net.Listener) context.Context {
			if srv.BaseContext == nil {
				return ctx
			}
			own := srv.BaseContext(given)
			if own == nil {
				panic("service: the BaseContext of the server has returned a nil context")
			}
			base, stop := below(ctx, own)
			_ = g.Defer(func(context.Context) error { // the group is open
				stop()
				return nil
			})
			return base
		}
		defer func() {
			why := context.Cause(ctx)
			handlers.cancel(why) // first, or the cause would be that the connection is gone
			server.Close()
			handlers.cancel(why) // those that came meanwhile
			<-handlers.idle()
		}()
		g.Go(func(context.Context) error {
			serve := server.Serve
			if server.TLSConfig != nil {
				serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
			}
			if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		}, braid.Name("serve"))
		ready()
		select {
		case <-Stopping(ctx):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		_ = srv.Shutdown(ctx) // calls what was registered there, and has nothing else to do
		return handlers.shutdown(ctx, g, server)
	})
}

// copyOf copies what a user may have set.
func copyOf(srv *http.Server) *http.Server {
	server := new(http.Server)
	from, to := reflect.ValueOf(srv).Elem(), reflect.ValueOf(server).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).IsExported() {
			to.Field(i).Set(from.Field(i))
		}
	}
	if srv.TLSConfig != nil {
		server.TLSConfig = srv.TLSConfig.Clone() // net/http changes it
	}
	return server
}

// below gives a context below ctx that dies with the other one as well and has
// its values where ctx has none. Stop lets go of the other one.
func below(ctx, other context.Context) (_ context.Context, stop func() bool) {
	derived, cancel := context.WithCancelCause(ctx)
	if other.Err() != nil {
		cancel(context.Cause(other)) // now: AfterFunc would do it a moment later
	}
	stop = context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return &mixed{derived, other}, stop
}

type mixed struct {
	context.Context
	values context.Context
}

func (m *mixed) Value(key any) any {
	if v := m.Context.Value(key); v != nil {
		return v
	}
	return m.values.Value(key)
}
