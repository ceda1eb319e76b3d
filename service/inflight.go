package service

import (
	"context"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"sync"

	"github.com/braid-go/braid"
)

// This file knows what an HTTP part has under way. What is kept: every
// connection and every handler is counted from before it starts until after its
// end, and what was hijacked is closed by the hard stop.

// connKey is the key under which the context of a request names its connection.
type connKey struct{}

func connContext(next func(context.Context, net.Conn) context.Context) func(context.Context, net.Conn) context.Context {
	return func(ctx context.Context, c net.Conn) context.Context {
		ctx = context.WithValue(ctx, connKey{}, c)
		if next == nil {
			return ctx
		}
		var given context.Context
		defer func() {
			if given == nil {
				c.Close() // which net/http, about to panic, does not yet know of
			}
		}()
		given = next(ctx, c)
		return given
	}
}

// inFlight counts the connections that net/http serves, each on a goroutine, and
// the handlers that run, and knows the groups of these and what they hijacked.
type inFlight struct {
	mu       sync.Mutex
	n        int
	groups   map[*braid.Group]struct{}
	hijacked map[net.Conn]struct{} // which net/http does not close
	hard     bool                  // the hard stop has come
	none     chan struct{}         // closed when n is 0; made by who waits
}

// around runs a handler in a group. It stays on the goroutine of net/http, and
// so do its panics and Goexits.
func (f *inFlight) around(next http.Handler) http.Handler {
	if next == nil {
		next = http.DefaultServeMux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.add(1)
		defer f.left(r)
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
			inner := r.WithContext(ctx)
			next.ServeHTTP(w, inner)
			r.MultipartForm = inner.MultipartForm // whose files net/http removes
			return nil
		}, braid.Name(r.Method+" "+r.URL.EscapedPath()), braid.Grace(patience(r.Context())))
		switch {
		case !called && f.isHard():
			panic(http.ErrAbortHandler)
		case !called:
			// The client sends no more, and may well wait for the answer: net/http
			// calls the handler then, so it has to be called here.
			next.ServeHTTP(w, r)
		case err != nil:
			Report(r.Context(), err) // of what the handler left open
		}
	})
}

// connState counts connections, and hands on to the user's own hook. Who has
// hijacked one is a handler. If the hook does not return, a new connection is not
// served, and nobody gets one that was to be hijacked.
func (f *inFlight) connState(next func(net.Conn, http.ConnState)) func(net.Conn, http.ConnState) {
	return func(c net.Conn, state http.ConnState) {
		if state == http.StateClosed || state == http.StateHijacked {
			defer f.add(-1)
		}
		returned := next == nil
		defer func() {
			if !returned && state == http.StateHijacked {
				c.Close()
			}
		}()
		if next != nil {
			next(c, state)
			returned = true
		}
		switch state {
		case http.StateNew:
			f.add(1)
		case http.StateHijacked:
			f.hijack(c)
		}
	}
}

// left is the end of a handler. If it has hijacked its connection that is
// somebody else's from now on.
func (f *inFlight) left(r *http.Request) {
	f.mu.Lock()
	if len(f.hijacked) > 0 {
		c, _ := r.Context().Value(connKey{}).(net.Conn)
		delete(f.hijacked, c)
	}
	f.mu.Unlock()
	f.add(-1)
}

func (f *inFlight) isHard() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hard
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

func (f *inFlight) hijack(c net.Conn) {
	if !reflect.ValueOf(c).Comparable() {
		return // it could not be found again
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hard {
		defer c.Close()
		return
	}
	if f.hijacked == nil {
		f.hijacked = map[net.Conn]struct{}{}
	}
	f.hijacked[c] = struct{}{}
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

// shutdown is that of the server, and waits for hijacked connections as well.
// Net/http looks only now and then, at last each half second, whether all have
// ended; here that is known at once. It is for good once the listener is closed,
// which it is after a first Shutdown.
func (f *inFlight) shutdown(ctx context.Context, g *braid.Group, server *http.Server) error {
	for closed := false; ; closed = true {
		soft, enough := context.WithCancel(ctx)
		g.Go(func(context.Context) error {
			defer enough()
			_ = f.wait(soft)
			return nil
		}, braid.Name("idle"))
		err := server.Shutdown(soft)
		known := soft.Err() != nil
		enough()
		switch {
		case !known && err != nil:
			return err
		case !known, closed, ctx.Err() != nil:
			return f.wait(ctx)
		}
	}
}

// cancel tells the groups of the handlers, whose contexts are dead, since a group
// whose body does not return would otherwise not look, and not report; and closes
// what was hijacked.
func (f *inFlight) cancel(why error) {
	f.mu.Lock()
	f.hard = true
	groups := slices.Collect(maps.Keys(f.groups))
	hijacked := slices.Collect(maps.Keys(f.hijacked))
	f.mu.Unlock()
	for _, g := range groups {
		g.CancelCause(why)
	}
	for _, c := range hijacked {
		c.Close()
	}
}
