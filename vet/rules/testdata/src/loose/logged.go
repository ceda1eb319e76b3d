package loose

import (
	"context"
	"net/http"
)

func HandleError(ctx context.Context, err error, text string, values ...any) {}

func times(w http.ResponseWriter, r *http.Request, result chan error) {
	go func() {
		err := <-result
		HandleError(r.Context(), err, "late", "path", r.URL.Path)
	}()
}

func proxies(w http.ResponseWriter, r *http.Request, payloads chan []byte, forward func([]byte)) {
	ctx := r.Context()
	go func() {
		for {
			select {
			case p := <-payloads:
				forward(p)
			case <-ctx.Done():
				return
			}
		}
	}()
}

// What is given the context only to log it is not cut short by its end.

type cache struct{}

func (cache) put(ctx context.Context, key string) {
	HandleError(ctx, nil, "caching", key)
	own, cancel := context.WithCancel(context.Background())
	defer cancel()
	_ = own.Err()
}

func (cache) fetch(ctx context.Context, key string) error { return ctx.Err() }

func caches(w http.ResponseWriter, r *http.Request, c cache) {
	go c.put(r.Context(), "a")
	go c.fetch(r.Context(), "a") // want `may outlive the handler`
}

// A context that ends with a channel of its own.

func endsWith(ctx context.Context, end <-chan struct{}) context.Context { return ctx }

func upgraded(w http.ResponseWriter, r *http.Request, serve func(context.Context)) {
	go func() {
		end := make(chan struct{})
		defer close(end)
		serve(endsWith(r.Context(), end))
	}()
}
