// Package i has as many goroutines as somebody else likes, each beside the same
// made right.
package i

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type order struct{ ID int }

func place(ctx context.Context, o order) error { return ctx.Err() }

func serveConn(ctx context.Context, c net.Conn) error {
	defer c.Close()
	return ctx.Err()
}

// want-rule (i): a goroutine for each item of the request's body
func handleOrders(w http.ResponseWriter, r *http.Request) {
	var orders []order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g, ctx := errgroup.WithContext(r.Context())
	for _, o := range orders {
		g.Go(func() error { return place(ctx, o) })
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// fine: eight at a time
func handleOrdersOK(w http.ResponseWriter, r *http.Request) {
	var orders []order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(8)
	for _, o := range orders {
		g.Go(func() error { return place(ctx, o) })
	}
	if err := g.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// want-rule (i): a task for each line of the input
func lines(ctx context.Context, in io.Reader, fn func(context.Context, string) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		sc := bufio.NewScanner(in)
		for sc.Scan() {
			line := sc.Text()
			g.Go(func(ctx context.Context) error { return fn(ctx, line) })
		}
		return sc.Err()
	})
}

// fine: the producer is held back
func linesOK(ctx context.Context, in io.Reader, fn func(context.Context, string) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		sc := bufio.NewScanner(in)
		for sc.Scan() {
			line := sc.Text()
			if err := g.GoWait(ctx, func(ctx context.Context) error { return fn(ctx, line) }); err != nil {
				return err
			}
		}
		return sc.Err()
	}, braid.Limit(16))
}

// want-rule (i): a goroutine for each connection, as many as come
func accept(ctx context.Context, l net.Listener) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		wg.Go(func() { _ = serveConn(ctx, conn) })
	}
}

// fine: a semaphore before Accept
func acceptOK(ctx context.Context, l net.Listener) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	sem := make(chan struct{}, 100)
	for {
		select {
		case sem <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		wg.Go(func() {
			defer func() { <-sem }()
			_ = serveConn(ctx, conn)
		})
	}
}

// want-rule (i): a goroutine for each line of a file
func check(ctx context.Context, f *os.File) error {
	var wg sync.WaitGroup
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		wg.Add(1)
		go func(s string) {
			defer wg.Done()
			if _, err := net.DefaultResolver.LookupHost(ctx, s); err != nil {
				log.Print(err)
			}
		}(sc.Text())
	}
	wg.Wait()
	return sc.Err()
}

// fine: a fixed number of workers
func checkOK(ctx context.Context, f *os.File) error {
	var wg sync.WaitGroup
	hosts := make(chan string)
	for range 4 {
		wg.Go(func() {
			for s := range hosts {
				if _, err := net.DefaultResolver.LookupHost(ctx, s); err != nil {
					log.Print(err)
				}
			}
		})
	}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		hosts <- sc.Text()
	}
	close(hosts)
	wg.Wait()
	return sc.Err()
}

// want-rule (i): a goroutine for each message of a stream
func decode(ctx context.Context, r io.Reader) error {
	g, ctx := errgroup.WithContext(ctx)
	dec := json.NewDecoder(r)
	for dec.More() {
		var o order
		if err := dec.Decode(&o); err != nil {
			break
		}
		g.Go(func() error { return place(ctx, o) })
	}
	return g.Wait()
}

// fine: limited
func decodeOK(ctx context.Context, r io.Reader) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	dec := json.NewDecoder(r)
	for dec.More() {
		var o order
		if err := dec.Decode(&o); err != nil {
			break
		}
		g.Go(func() error { return place(ctx, o) })
	}
	return g.Wait()
}

// want-rule (i): Each over the ids of a query string, without Limit
func handleIDs(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	err := braid.Each(r.Context(), ids, func(ctx context.Context, id string) error {
		return place(ctx, order{len(id)})
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// fine: with Limit
func handleIDsOK(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	err := braid.Each(r.Context(), ids, func(ctx context.Context, id string) error {
		return place(ctx, order{len(id)})
	}, braid.Limit(8))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// want-rule (i): a task for each connection, in a group without a limit
func acceptBraid(ctx context.Context, l net.Listener) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		stop := braid.AfterFunc(ctx, func() { l.Close() })
		defer stop()
		for {
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			braid.GoWith(g, conn, serveConn)
		}
	}, braid.Supervised)
}

// fine: Limit bounds the connections that are served
func acceptBraidOK(ctx context.Context, l net.Listener) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		stop := braid.AfterFunc(ctx, func() { l.Close() })
		defer stop()
		for {
			conn, err := l.Accept()
			if err != nil {
				return err
			}
			braid.GoWith(g, conn, serveConn)
		}
	}, braid.Supervised, braid.Limit(100))
}

// want-rule (i): a goroutine for each event of a channel that others fill
func dispatch(ctx context.Context, in <-chan order) error {
	var g errgroup.Group
	for {
		select {
		case o, ok := <-in:
			if !ok {
				return g.Wait()
			}
			g.Go(func() error { return place(ctx, o) })
		case <-ctx.Done():
			return g.Wait()
		}
	}
}

// fine: with a limit
func dispatchOK(ctx context.Context, in <-chan order) error {
	var g errgroup.Group
	g.SetLimit(32)
	for {
		select {
		case o, ok := <-in:
			if !ok {
				return g.Wait()
			}
			g.Go(func() error { return place(ctx, o) })
		case <-ctx.Done():
			return g.Wait()
		}
	}
}
