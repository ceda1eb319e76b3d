package service

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"sync"

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
// connections are closed, and the handlers are waited for.
//
// Each request runs in a group of its own, named by method and path: its
// context is that group's, below the part's, and [From] and Stopping work with
// it. So a handler that does not end is reported with where it is blocked. Values
// from srv.BaseContext are kept, and its end ends the requests.
//
// Srv itself is never served: each start has a copy of its exported fields, so
// that the part can be restarted; functions given to RegisterOnShutdown are
// called all the same. With a TLSConfig it speaks TLS, with the certificates
// in that. HTTP panics if srv is nil.
func HTTP(srv *http.Server) func(ctx context.Context, ready func()) error {
	if srv == nil {
		panic("service: HTTP called with a nil server")
	}
	return func(ctx context.Context, ready func()) error {
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
	}
}

// HTTPOn is [HTTP] on a listener that is there already, which the part closes
// when it ends. So the part can be started only once: a restart fails. It panics
// if l or srv is nil.
func HTTPOn(l net.Listener, srv *http.Server) func(ctx context.Context, ready func()) error {
	switch {
	case l == nil:
		panic("service: HTTPOn called with a nil listener")
	case srv == nil:
		panic("service: HTTPOn called with a nil server")
	}
	return func(ctx context.Context, ready func()) error { return serveHTTP(ctx, srv, l, ready) }
}

func serveHTTP(ctx context.Context, srv *http.Server, l net.Listener, ready func()) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var handlers inFlight
		server := copyOf(srv)
		server.Handler = handlers.around(srv.Handler)
		server.ConnState = handlers.connState(srv.ConnState)
		server.BaseContext = func(l net.Listener) context.Context {
			if srv.BaseContext == nil {
				return ctx
			}
			base, stop := below(ctx, srv.BaseContext(l))
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
		if err := server.Shutdown(ctx); err != nil {
			return err
		}
		return handlers.wait(ctx) // for those that hijacked their connection
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

// inFlight counts the connections that net/http serves, each on a goroutine, and
// the handlers that run, and knows the groups of these.
type inFlight struct {
	mu     sync.Mutex
	n      int
	groups map[*braid.Group]struct{}
	none   chan struct{} // closed when n is 0; made by who waits
}

// around runs a handler in a group. It stays on the goroutine of net/http, and
// so do its panics and Goexits.
func (f *inFlight) around(next http.Handler) http.Handler {
	if next == nil {
		next = http.DefaultServeMux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.add(1)
		defer f.add(-1)
		called := false
		defer func() {
			v := recover()
			if pe, ok := v.(*braid.PanicError); ok && pe.Value == http.ErrAbortHandler {
				v = pe.Value // which net/http looks for
			}
			if v != nil {
				panic(v)
			}
		}()
		err := braid.Run(r.Context(), func(ctx context.Context, g *braid.Group) error {
			called = true
			defer f.watch(g)()
			next.ServeHTTP(w, r.WithContext(ctx))
			return nil
		}, braid.Name(r.Method+" "+r.URL.Path), braid.Grace(patience(r.Context())))
		if !called { // the connection, or the whole part, is gone
			panic(http.ErrAbortHandler)
		}
		if err != nil {
			Report(r.Context(), err) // of what the handler left open
		}
	})
}

// connState counts connections, and hands on to the user's own hook. Who has
// hijacked one is a handler.
func (f *inFlight) connState(next func(net.Conn, http.ConnState)) func(net.Conn, http.ConnState) {
	return func(c net.Conn, state http.ConnState) {
		if state == http.StateNew {
			f.add(1)
		}
		if next != nil {
			next(c, state)
		}
		if state == http.StateClosed || state == http.StateHijacked {
			f.add(-1)
		}
	}
}

func (f *inFlight) add(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n += n; f.n == 0 && f.none != nil {
		close(f.none)
		f.none = nil
	}
}

func (f *inFlight) watch(g *braid.Group) (unwatch func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.groups == nil {
		f.groups = map[*braid.Group]struct{}{}
	}
	f.groups[g] = struct{}{}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.groups, g)
	}
}

// idle gives a channel that is closed when nothing is left.
func (f *inFlight) idle() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		none := make(chan struct{})
		close(none)
		return none
	}
	if f.none == nil {
		f.none = make(chan struct{})
	}
	return f.none
}

func (f *inFlight) wait(ctx context.Context) error {
	select {
	case <-f.idle():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// cancel tells the groups of the handlers, whose contexts are dead, since a group
// whose body does not return would otherwise not look, and not report.
func (f *inFlight) cancel(why error) {
	f.mu.Lock()
	groups := slices.Collect(maps.Keys(f.groups))
	f.mu.Unlock()
	for _, g := range groups {
		g.CancelCause(why)
	}
}
