package background_all

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"example.com/keeps"
	"golang.org/x/sync/errgroup"
)

func do(context.Context) error       { return nil }
func Shutdown(context.Context) error { return nil }

func call(ctx context.Context) error {
	return do(context.Background()) // want `context.Background\(\) does not end with ctx`
}

func todo(ctx context.Context) error {
	return do(context.TODO()) // want `context.TODO\(\) does not end with ctx`
}

func values(ctx context.Context) error {
	return do(context.WithValue(context.Background(), "k", 1)) // want `does not end with ctx`
}

func inTask(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return do(context.Background()) }) // want `does not end with ctx`
	return g.Wait()
}

func inWaitGroup(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { do(context.Background()) }) // want `does not end with ctx`
	wg.Add(1)
	go func() {
		defer wg.Done()
		do(context.Background()) // want `does not end with ctx`
	}()
	wg.Wait()
}

func handler(w http.ResponseWriter, r *http.Request) {
	do(context.Background()) // want `does not end with r.Context`
}

func group(ctx context.Context) error {
	g, gctx := errgroup.WithContext(context.Background()) // want `does not end with ctx`
	g.Go(func() error { return do(gctx) })
	return g.Wait()
}

// What follows is fine.

func none() error { return do(context.Background()) }

func ignored(_ context.Context) error { return do(context.Background()) }

func given(ctx context.Context) error { return do(ctx) }

func freed(ctx context.Context) error { return do(context.WithoutCancel(ctx)) }

func nilled(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	return do(ctx)
}

func cleanup(ctx context.Context) error {
	defer do(context.Background())
	defer func() { do(context.Background()) }()
	return do(ctx)
}

func stops(ctx context.Context) error {
	<-ctx.Done()
	return do(context.Background())
}

func inClause(ctx context.Context, c chan int) {
	select {
	case <-c:
	case <-ctx.Done():
		do(context.Background())
	}
}

func whenEnded(ctx context.Context) {
	if ctx.Err() != nil {
		do(context.Background())
	}
}

func closeAll(ctx context.Context) error { return do(context.Background()) }

func detached(ctx context.Context) {
	go func() { do(context.Background()) }()
}

func logs(ctx context.Context) { slog.InfoContext(context.Background(), "hello") }

func own() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := do(ctx); err != nil {
		return err
	}
	other, stop := context.WithCancel(context.Background())
	defer stop()
	return do(other)
}

func later(ctx context.Context) func() error {
	return func() error { return do(context.Background()) }
}

func after(ctx context.Context) {
	context.AfterFunc(ctx, func() { do(context.Background()) })
}

func assigned(ctx context.Context) context.Context {
	root := context.Background()
	return root
}

func told(ctx context.Context) error {
	//braid:ignore background the audit must be written
	return do(context.Background())
}

type s struct {
	ctx  context.Context
	stop context.CancelFunc
}

func (s *s) start(ctx context.Context) {
	s.ctx, s.stop = context.WithCancel(context.Background())
}

// What a goroutine keeps that goes on does not end with the call.

func monitors(ctx context.Context, tick func()) {
	keeps.Monitor(context.Background(), tick)
	keeps.Through(tick, context.Background())
	watch(context.Background(), tick)
	keeps.Both(context.Background(), nil) // want `context.Background\(\) does not end with ctx`
	tick()
	pause(context.Background(), tick) // want `context.Background\(\) does not end with ctx`
}

func watch(ctx context.Context, tick func()) {
	go func() {
		<-ctx.Done()
		tick()
	}()
}

func pause(ctx context.Context, tick func()) {
	done := make(chan bool)
	go func() {
		tick()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// A context whose end belongs to what is returned, also where it is made in several steps.

type key struct{}

func opened(ctx context.Context) (func(), error) {
	logs, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, 1))
	if err := do(logs); err != nil {
		cancel()
		return nil, err
	}
	return func() { cancel() }, nil
}

func inSteps(ctx context.Context) error {
	logs, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, 1)) // want `context.Background\(\) does not end with ctx`
	defer cancel()
	return do(logs)
}

// What a context outside of the function, or what lives on, says less of.

func outside(ctx context.Context, each func(func(int) int), ask func(context.Context) int) {
	each(func(i int) int {
		return ask(context.Background()) // want `context.Background\(\) does not end with ctx`
	})
}

type session struct{}

func dialSession(ctx context.Context) (*session, error) { return nil, ctx.Err() }

func opensSession(ctx context.Context) error {
	s, err := dialSession(context.Background()) // want `context.Background\(\) does not end with ctx`
	_ = s
	return err
}
