package loose_alone

import (
	"context"
	"net/http"
	"sync"
	"time"
)

func send(string) error { return nil }

func alarm(ctx context.Context, ring func(), work func(context.Context) error) error {
	time.AfterFunc(time.Minute, ring) // want `nobody keeps what stops it`
	return work(ctx)
}

func withoutIt(ctx context.Context, keys []string) error {
	for _, k := range keys {
		go func(k string) { // want `nobody waits for the goroutine`
			_ = send(k)
		}(k)
	}
	return ctx.Err()
}

func ownChannel(ctx context.Context, key string) {
	ch := make(chan error, 1)
	go func() { // want `nobody waits for the goroutine`
		ch <- send(key)
	}()
}

func handlerNoContext(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Path
	go func() { // want `this function works for a request`
		_ = send(key)
	}()
}

func beats(ctx context.Context, beat func(), f func(context.Context) error) error {
	go func() { // want `nobody waits for the goroutine`
		for range time.Tick(time.Second) {
			beat()
		}
	}()
	return f(ctx)
}

// What works with the context is found by default, and what says that it goes on alone is not found at all.

func works(ctx context.Context, f func(context.Context)) error {
	go func() { // want `this function works for ctx, and nobody waits`
		f(ctx)
	}()
	// In the background.
	go func() {
		_ = send("x")
	}()
	return ctx.Err()
}

// A server ends with its listener.

func serves(ctx context.Context, srv *http.Server) error {
	go func() {
		_ = srv.ListenAndServe()
	}()
	return ctx.Err()
}

func inTask(key string) {
	var wg sync.WaitGroup
	wg.Go(func() {
		go func() { // want `has nothing to do with a context`
			_ = send(key)
		}()
	})
	wg.Wait()
}
