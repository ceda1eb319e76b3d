package loose

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func audit(context.Context, string) {}

func send(string) error { return nil }

// Found.

func literal(ctx context.Context, key string) error {
	go func() { // want `this function works for ctx, and nobody waits`
		audit(ctx, key)
	}()
	return nil
}

func nested(ctx context.Context, key string) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		go func() { // want `nobody waits for the goroutine`
			audit(ctx, key)
		}()
	}()
	wg.Wait()
	return nil
}

func inErrgroup(ctx context.Context, key string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		go audit(ctx, key) // want `escapes the task's group`
		return nil
	})
	return g.Wait()
}

func inWaitGroup(ctx context.Context, key string) {
	var wg sync.WaitGroup
	wg.Go(func() {
		go func() { // want `escapes the task's group`
			audit(ctx, key)
		}()
		go func() { // a cache is filled, and nobody waits for that
			_ = send(key)
		}()
	})
	wg.Wait()
}

func inBraid(ctx context.Context, key string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			go send(key) // want `escapes the task's group`
			return nil
		})
		go audit(ctx, key) // want `escapes the task's group`
		return nil
	})
}

func handler(w http.ResponseWriter, r *http.Request) {
	go audit(r.Context(), r.URL.Path) // want `may outlive the handler, and the context of r is dead`
}

func handlerLiteral(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go func() { // want `may outlive the handler`
		audit(ctx, "x")
	}()
}

func handlerDerived(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	_ = cancel
	go audit(ctx, "x") // want `may outlive the handler`
}

var handlerValue = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {})

func register(mux *http.ServeMux) {
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		go audit(r.Context(), "x") // want `may outlive the handler`
	})
}

func afterFunc(ctx context.Context, key string) {
	context.AfterFunc(ctx, func() {
		go send(key) // want `a go statement in AfterFunc`
	})
}

func timer(ctx context.Context, key string) error {
	time.AfterFunc(time.Second, func() {
		audit(ctx, key)
	})
	return nil
}

func timerInTask() error {
	var g errgroup.Group
	g.Go(func() error {
		_ = time.AfterFunc(time.Second, func() { _ = send("x") }) // want `belongs to no group`
		return nil
	})
	return g.Wait()
}

// Left alone.

func waited(ctx context.Context, key string) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		audit(ctx, key)
	}()
	wg.Wait()
	return nil
}

func channel(ctx context.Context, key string) error {
	ch := make(chan error, 1)
	go func() { ch <- send(key) }()
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func closesChannel(ctx context.Context, key string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		audit(ctx, key)
	}()
	<-done
}

func pipeline(ctx context.Context, in []string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for _, s := range in {
			select {
			case out <- s:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func given(ctx context.Context, done func()) {
	go func() {
		defer done()
		audit(ctx, "x")
	}()
}

func named(ctx context.Context, key string) {
	go audit(ctx, key)
}

func detached(ctx context.Context, key string) {
	go func() {
		audit(context.WithoutCancel(ctx), key)
	}()
}

func directive(ctx context.Context, key string) {
	//braid:detached the audit log may be late
	go func() {
		audit(ctx, key)
	}()
}

func noContext(key string) {
	go func() { _ = send(key) }()
}

func watchdog(ctx context.Context, c interface{ Close() error }) {
	go func() {
		<-ctx.Done()
		_ = c.Close()
	}()
}

func startLoop(ctx context.Context) {
	go func() {
		audit(ctx, "x")
	}()
}

type server struct{ quit chan struct{} }

func (s *server) Close() error { close(s.quit); return nil }

func (s *server) refresh(ctx context.Context) {
	go func() {
		audit(ctx, "x")
	}()
}

func handlerWaits(w http.ResponseWriter, r *http.Request) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		audit(r.Context(), "x")
	}()
	<-done
}

func handlerDetached(w http.ResponseWriter, r *http.Request) {
	go audit(context.WithoutCancel(r.Context()), "x")
}

func handlerNamed(w http.ResponseWriter, r *http.Request) {
	go send(r.URL.Path)
}

func stops(ctx context.Context, key string) {
	stop := context.AfterFunc(ctx, func() { _ = send(key) })
	defer stop()
}

func group(ctx context.Context, key string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { audit(ctx, key); return nil })
		done := make(chan struct{})
		go func() { defer close(done); audit(ctx, key) }()
		<-done
		return nil
	})
}

func main() {
	ctx := context.Background()
	func(ctx context.Context) {
		go func() { audit(ctx, "x") }()
	}(ctx)
}
