package loose

import (
	"context"
	"sync"
	"time"
)

// A goroutine that ends a context which the function waits for tells of its end so.

func shutdown(ctx context.Context, stop func(context.Context)) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	go func() {
		defer cancel()
		stop(ctx)
	}()
	<-ctx.Done()
	return context.Cause(ctx)
}

func shutdownAnyhow(ctx context.Context, stop func(context.Context)) error {
	own, cancel := context.WithTimeout(ctx, time.Second)
	go func() { // want `nobody waits for the goroutine`
		defer cancel()
		stop(own)
	}()
	return context.Cause(ctx)
}

// A comment that says so.

func unlock(ctx context.Context, release func(context.Context)) error {
	// Do async unlocking: nobody should wait for the network.
	go func() {
		release(ctx)
	}()
	return ctx.Err()
}

func unlockOther(ctx context.Context, release func(context.Context)) error {
	// Release the lock.
	go func() { // want `nobody waits for the goroutine`
		release(ctx)
	}()
	return ctx.Err()
}

// What runs for the end of something else.

type conn interface{ Context() context.Context }

func connect(ctx context.Context, c conn, forget func()) error {
	context.AfterFunc(c.Context(), forget)
	context.AfterFunc(c.Context(), func() { forget() })
	context.AfterFunc(ctx, func() { forget() }) // when it has ended, which may be what is meant
	return ctx.Err()
}

// What has nothing to do with the context is off by default.

func counts2(ctx context.Context, count func()) error {
	go func() { count() }()
	time.AfterFunc(time.Minute, count)
	return ctx.Err()
}

func remindsLater(ctx context.Context, remind func(context.Context)) error {
	time.AfterFunc(time.Minute, func() { remind(ctx) })
	// Later, so as not to block.
	time.AfterFunc(time.Minute, func() { remind(ctx) })
	return ctx.Err()
}

// What goes on until something in its loop ends it is off by default.

func follows(ctx context.Context, next func(context.Context) (int, error), use func(int)) error {
	go func() {
		for {
			n, err := next(ctx)
			if err != nil {
				return
			}
			use(n)
		}
	}()
	return ctx.Err()
}

// A future, and what hands on what it has found, tells somebody.

type answer struct{ n chan int }

func (a *answer) Set(n int)                                   { a.n <- n }
func (a *answer) GetContext(ctx context.Context) (int, error) { return <-a.n, ctx.Err() }

type asker struct {
	later *answer
	told  func(int)
}

func (a *asker) prepare(ctx context.Context, look func(context.Context) (int, error)) error {
	a.later = &answer{make(chan int, 1)}
	go func() {
		defer func() {
			if err := recover(); err != nil {
				println("panic")
			}
		}()
		n, _ := look(ctx)
		a.later.Set(n)
	}()
	go func() {
		n, err := look(ctx)
		if err == nil {
			a.told(n)
		}
	}()
	go func() { // want `nobody waits for the goroutine`
		if _, err := look(ctx); err != nil {
			println(err.Error())
		}
	}()
	return nil
}

// What the function keeps or gives back may tell of the end, and a function without an error may do no more than start it.

type lookup struct{ found int }

func (l *lookup) fill(ctx context.Context, look func(context.Context) (int, error)) {
	l.found, _ = look(ctx)
}

func lookupLater(ctx context.Context, look func(context.Context) (int, error)) (*lookup, error) {
	l := &lookup{}
	go func() { l.fill(ctx, look) }()
	return l, nil
}

func forgotten(ctx context.Context, look func(context.Context) (int, error)) error {
	l := &lookup{}
	go func() { l.fill(ctx, look) }() // want `nobody waits for the goroutine`
	return nil
}

func fires(ctx context.Context, look func(context.Context) (int, error)) {
	go func() {
		if _, err := look(ctx); err != nil {
			println(err.Error())
		}
	}()
}

func setsWhatIsGivenBack(ctx context.Context, look func(context.Context) (int, error)) (n int) {
	go func() { // want `nobody waits for the goroutine`
		n, _ = look(ctx)
	}()
	return n
}

// A semaphore that the function fills when all is started: it waits for all slots.

func enqueueAll(ctx context.Context, keys []string, put func(context.Context, string) error) error {
	sem := make(chan struct{}, 10)
	for _, key := range keys {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			_ = put(ctx, key)
		}()
	}
	for range 10 {
		sem <- struct{}{}
	}
	return nil
}

func enqueueOnly(ctx context.Context, keys []string, put func(context.Context, string) error) error {
	for _, key := range keys {
		go func() { // want `nobody waits for the goroutine`
			_ = put(ctx, key)
		}()
	}
	return nil
}

// What is counted under a lock of the function's is counted for it.

func countsFailures(ctx context.Context, key string, put func(context.Context, string) error) error {
	var mu sync.Mutex
	failed := 0
	go func() {
		if put(ctx, key) != nil {
			mu.Lock()
			failed++
			mu.Unlock()
		}
	}()
	return nil
}

// A context that is given to no more than a log.

type label struct{}

func Error(ctx context.Context, text string, err error, labels ...label) {}

func stores(ctx context.Context, set func(string) error) error {
	go func() {
		if err := set("key"); err != nil {
			Error(ctx, "storing", err)
		}
	}()
	return nil
}
