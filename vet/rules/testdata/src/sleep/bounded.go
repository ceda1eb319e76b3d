package sleep

import (
	"context"
	"sync"
	"time"
)

// Short pauses of a loop with a constant number of rounds.

func bounded(ctx context.Context, up func() bool) bool {
	const every, most = 10 * time.Millisecond, 200 * time.Millisecond
	for range int64(most / every) {
		if up() {
			return true
		}
		time.Sleep(every)
	}
	for i := 0; i < 10 && !up(); i++ {
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

func boundedLong(ctx context.Context, up func() bool, n int) bool {
	for range 50 {
		if up() {
			return true
		}
		time.Sleep(100 * time.Millisecond) // want `time.Sleep ignores ctx`
	}
	for range n {
		time.Sleep(10 * time.Millisecond) // want `time.Sleep ignores ctx`
	}
	return false
}

// A context that cannot end.

func without(ctx context.Context, d time.Duration) error {
	if done := ctx.Done(); done != nil {
		select {
		case <-done:
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
	time.Sleep(d)
	return nil
}

func polls(stop <-chan struct{}, poll func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for {
		select {
		case <-stop:
			return
		default:
		}
		if err := poll(ctx); err != nil {
			time.Sleep(time.Second)
		}
	}
}

func pollsUntil(stop <-chan struct{}, poll func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	for ctx.Err() == nil {
		if err := poll(ctx); err != nil {
			time.Sleep(time.Second) // want `time.Sleep ignores ctx`
		}
	}
}

func pollsInTask(poll func(context.Context) error) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wg.Go(func() {
		for poll(ctx) != nil {
			time.Sleep(time.Second) // want `time.Sleep ignores ctx`
		}
	})
}

func ifNil(ctx context.Context, d time.Duration) {
	if ctx == nil {
		time.Sleep(d)
		return
	}
	if ctx != nil {
		time.Sleep(d) // want `time.Sleep ignores ctx`
	} else {
		time.Sleep(d)
	}
}

// What is about the end of things, and what is deferred.

func Shutdown(ctx context.Context, stop func(context.Context) error) error {
	time.Sleep(time.Second)
	return stop(ctx)
}

func undoes(ctx context.Context, undo func(context.Context) error) (err error) {
	defer func() {
		if err == nil {
			return
		}
		for range 3 {
			own, cancel := context.WithTimeout(ctx, time.Minute)
			undo(own)
			cancel()
			time.Sleep(time.Second)
		}
	}()
	return ctx.Err()
}

// A limit of time for a call, and a pause between two.

func dials(dial func(context.Context) error, limit time.Duration) {
	for {
		ctx := context.Background()
		var cancel context.CancelFunc
		if limit > 0 {
			ctx, cancel = context.WithTimeout(ctx, limit)
		}
		err := dial(ctx)
		if cancel != nil {
			cancel()
		}
		if err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}
