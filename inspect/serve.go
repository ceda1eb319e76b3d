package inspect

import (
	"context"
	"net"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// This file listens.

// Listen listens for [Serve] on a TCP address. Without a host, as in ":6060" or
// ":0", it listens on the loopback interface alone; who wants others to see the
// program says so, as in "0.0.0.0:6060".
func Listen(addr string) (net.Listener, error) {
	if strings.HasPrefix(addr, ":") {
		addr = "127.0.0.1" + addr
	}
	return net.Listen("tcp", addr)
}

// Serve serves [Handler] on l until ctx dies. Then it closes l and all
// connections, waits for the requests that are being served, and returns nil; if
// l fails before, it returns that error. It is the function of a task, or of
// service.Func:
//
//	g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background)
//
// On a loopback address it answers to requests for localhost and for addresses
// only, so that no web page can reach it under a name of its own. What another site's page
// asks for it refuses, but for links to it without stacks. Serve panics if ctx or l is nil.
func Serve(ctx context.Context, l net.Listener) error {
	switch {
	case ctx == nil:
		panic("inspect: Serve called with a nil context")
	case l == nil:
		panic("inspect: Serve called with a nil listener")
	}
	var requests sync.RWMutex // read-locked by each
	serving, end := context.WithCancel(ctx)
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !requests.TryRLock() { // it is over
				return
			}
			defer requests.RUnlock()
			if local(l) && !literal(r.Host) {
				http.Error(w, "this host name is not served", http.StatusForbidden)
				return
			}
			if foreign(r) {
				http.Error(w, "other sites are not served", http.StatusForbidden)
				return
			}
			here.ServeHTTP(w, r)
		}),
		BaseContext:       func(net.Listener) context.Context { return serving },
		ReadHeaderTimeout: 10 * time.Second,
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-serving.Done()
		srv.Close()
	}()
	err := srv.Serve(l)
	end()
	<-stopped
	requests.Lock() // and never unlocked
	if ctx.Err() != nil {
		return nil //braid:ignore swallowed to serve until ctx dies is all that was asked for
	}
	return err
}

func local(l net.Listener) bool {
	a, ok := l.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// literal reports whether a request's host is localhost or an address.
func literal(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") || net.ParseIP(strings.Trim(host, "[]")) != nil
}

// foreign reports whether a browser says that a page of another site asks. A link is
// followed, unless it stops the program.
func foreign(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") != "cross-site" {
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.URL.Query().Has("stacks") || path.Base(r.URL.Path) == "node.json"
}
