// conc's groups and pools that become braid.Run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
)

func main() {
	fmt.Println(group(), pointer(), limited())
	err := failing()
	fmt.Println(errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF))
	err = cancelling(context.Background())
	fmt.Println(errors.Is(err, io.EOF))
	fmt.Println(cancelling(context.Background()) == nil)
	err = gathering(context.Background())
	fmt.Println(errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF))
	fmt.Println(errors.Is(first(context.Background()), io.EOF))
	fmt.Println(results(), limitedBy(2))
}

func group() (n int64) {
	var wg conc.WaitGroup // want `this conc group and its tasks are braid.Run`
	for range 3 {
		wg.Go(func() { atomic.AddInt64(&n, 1) })
	}
	wg.Wait()
	return n
}

func pointer() (n int64) {
	wg := conc.NewWaitGroup() // want `this conc group and its tasks are braid.Run`
	wg.Go(func() { atomic.AddInt64(&n, 1) })
	wg.Wait()
	return n
}

func limited() (most int64) {
	var now atomic.Int64
	p := pool.New().WithMaxGoroutines(1) // want `this conc group and its tasks are braid.Run`
	for range 10 {
		p.Go(func() {
			most = max(most, now.Add(1))
			now.Add(-1)
		})
	}
	p.Wait()
	return most
}

// All run, and all errors are joined.
func failing() error {
	p := pool.New().WithErrors() // want `this conc pool and its tasks are braid.Run`
	p.Go(func() error { return io.EOF })
	p.Go(func() error { return io.ErrUnexpectedEOF })
	return p.Wait()
}

func cancelling(ctx context.Context) error {
	p := pool.New().WithContext(ctx).WithCancelOnError() // want `this conc pool and its tasks are braid.Run`
	p.Go(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	p.Go(func(ctx context.Context) error {
		if ctx.Err() != nil {
			return nil
		}
		return io.EOF
	})
	return p.Wait()
}

// All go on, and all errors are joined.
func gathering(ctx context.Context) error {
	p := pool.New().WithMaxGoroutines(1).WithContext(ctx) // want `this conc pool and its tasks are braid.Run`
	p.Go(func(ctx context.Context) error { return errors.Join(io.EOF, ctx.Err()) })
	p.Go(func(ctx context.Context) error { return errors.Join(io.ErrUnexpectedEOF, ctx.Err()) })
	return p.Wait()
}

func first(ctx context.Context) error {
	p := pool.New().WithContext(ctx).WithCancelOnError().WithFirstError() // want `this conc pool and its tasks are braid.Run`
	p.Go(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	p.Go(func(ctx context.Context) error { return errors.Join(io.EOF, ctx.Err()) })
	return p.Wait()
}

func results() int {
	p := pool.NewWithResults[int]() // want `this conc pool could be braid.Run, but its tasks have results: braid.All`
	p.Go(func() int { return 1 })
	p.Go(func() int { return 2 })
	return len(p.Wait())
}

func limitedBy(most int) (n int64) {
	p := pool.New().WithMaxGoroutines(most) // want `its limit is no positive constant`
	p.Go(func() { atomic.AddInt64(&n, 1) })
	p.Wait()
	return n
}
