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
