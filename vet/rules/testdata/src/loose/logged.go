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
