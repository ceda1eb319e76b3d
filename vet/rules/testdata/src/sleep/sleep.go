package sleep

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

func plain(ctx context.Context) {
	time.Sleep(time.Second) // want `time.Sleep ignores ctx`
}

func variable(ctx context.Context, d time.Duration) {
	time.Sleep(d) // want `time.Sleep ignores ctx`
}

func retry(ctx context.Context, f func(context.Context) error) (err error) {
	for i := 0; i < 5; i++ {
		if err = f(ctx); err == nil {
			return nil
		}
		time.Sleep(time.Duration(i) * time.Second) // want `time.Sleep ignores ctx`
	}
	return err
}

func shortInBlindLoop(ctx context.Context, ready func() bool) {
	for !ready() {
		time.Sleep(10 * time.Millisecond) // want `time.Sleep ignores ctx`
	}
}

func bareAfter(ctx context.Context) {
	<-time.After(time.Second) // want `a bare receive from time.After ignores ctx`
}

func bareTimer(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	<-t.C // want `a bare receive from time.NewTimer ignores ctx`
}

func bareTicker(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		<-t.C // want `a bare receive from time.NewTicker ignores ctx`
		f()
	}
}

func rangeTicker(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C { // want `the loop over the ticker never looks at ctx`
		f()
	}
}

func selectTicker(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C: // want `a bare receive from time.NewTicker ignores ctx`
			f()
		}
	}
}

func selectTickerOrEnd(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			f()
		case <-ctx.Done():
			return
		}
	}
}

func selectTickerIfAny(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for ctx.Err() == nil {
		select {
		case <-t.C:
			f()
		default:
			return
		}
	}
}

func rangeTick(ctx context.Context, f func()) {
	for range time.Tick(time.Second) { // want `never looks at ctx`
		f()
	}
}

func inGoroutine(ctx context.Context, f func()) {
	go func() {
		time.Sleep(time.Minute) // f is not for ctx
		f()
	}()
	go func() {
		for {
			time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
			f()
		}
	}()
	go func() {
		time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
		if ctx.Err() == nil {
			f()
		}
	}()
}

func inErrgroup(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
		return nil
	})
	return g.Wait()
}

func behindErrgroup(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
	g.Go(func() error { return ctx.Err() })
	err := g.Wait()
	time.Sleep(time.Minute)
	return err
}

func inTask(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
		return nil
	})
}

func inTaskThatNamesNone(g *braid.Group) {
	g.Go(func(context.Context) error {
		time.Sleep(time.Minute) // want `time.Sleep ignores the context`
		return nil
	})
	g.Go(func(_ context.Context) error {
		time.Sleep(time.Minute) // want `time.Sleep ignores the context`
		return nil
	})
}

func ownContext() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			time.Sleep(time.Second) // want `time.Sleep ignores ctx`
		}
	})
	wg.Wait()
}

func inCallback(ctx context.Context, retry func(func() error) error) error {
	return retry(func() error {
		time.Sleep(time.Second) // want `time.Sleep ignores ctx`
		return nil
	})
}

// What follows is fine.

func noContext(d time.Duration) { time.Sleep(d) }

func noContextInTask(wg *sync.WaitGroup) {
	wg.Go(func() { time.Sleep(time.Second) })
}

func ignored(_ context.Context) { time.Sleep(time.Second) }

func short(ctx context.Context) { time.Sleep(10 * time.Millisecond) }

func zero(ctx context.Context) { time.Sleep(0) }

func shortInLoopThatLooks(ctx context.Context, ready func() bool) error {
	for !ready() {
		if err := ctx.Err(); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

func cleanup(ctx context.Context, f func()) {
	defer func() {
		time.Sleep(time.Second)
		f()
	}()
	defer time.Sleep(time.Second)
}

func stopped(ctx context.Context) func() {
	return func() { time.Sleep(time.Second) }
}

func whenEnded(ctx context.Context, f func()) func() bool {
	return context.AfterFunc(ctx, func() {
		time.Sleep(time.Second)
		f()
	})
}

func selected(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func tickerThatLooks(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C {
		if ctx.Err() != nil {
			return
		}
		f()
	}
}

func drained(ctx context.Context, t *time.Timer) {
	if !t.Stop() {
		<-t.C
	}
}

func drainedOwn(ctx context.Context) {
	t := time.NewTimer(time.Second)
	if !t.Stop() {
		<-t.C
	}
}

func detachedValues(parent context.Context) {
	ctx := context.WithoutCancel(context.Background())
	_ = ctx
	_ = parent
}

func freed() {
	ctx := context.Background()
	_ = ctx
	time.Sleep(time.Second)
}

func told(ctx context.Context) {
	time.Sleep(time.Second) //braid:ignore sleep the device needs a whole second
}

func handler(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second) }

func client(r *http.Request) { time.Sleep(time.Second) }

func slept(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }
