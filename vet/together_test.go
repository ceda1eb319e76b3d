package vet_test

import (
	"strings"
	"testing"
)

// sleepers has groups, whose functions get other results, with sleeps in and around them.
const sleepers = `package m

import (
	"context"
	"sync"
	"time"
)

func region(ctx context.Context, f func()) error {
	var wg sync.WaitGroup
	wg.Go(func() { f() })
	time.Sleep(time.Second)
	f()
	wg.Wait()
	return nil
}

func task(ctx context.Context, f func()) {
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 3 {
				time.Sleep(time.Second)
			}
			f()
		}()
	}
	wg.Wait()
}

func done(ctx context.Context, f func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		time.Sleep(time.Second)
		f()
	}()
	<-ended
}

func result(ctx context.Context) int {
	ch := make(chan int, 1)
	go func() {
		time.Sleep(time.Second)
		ch <- 4
	}()
	return <-ch
}

func behind(ctx context.Context, f func()) error {
	var wg sync.WaitGroup
	wg.Go(func() { f() })
	wg.Wait()
	for range 3 {
		time.Sleep(time.Second)
	}
	return nil
}

type owner struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func (o *owner) Start(ctx context.Context, f func()) {
	ctx, o.cancel = context.WithCancel(ctx)
	o.wg.Add(1)
	go func() {
		defer o.wg.Done()
		for ctx.Err() == nil {
			f()
			time.Sleep(time.Second)
		}
	}()
}

func (o *owner) Stop() {
	o.cancel()
	o.wg.Wait()
}
`

// Where tie gives a function another result no other rule writes a return into it in the same run: what one run makes compiles, and so does what the next makes of that.
func TestWhatSeveralRulesMakeOfOneFunctionCompiles(t *testing.T) {
	files := with(withBraid, "a.go", sleepers)
	stub := "vendor/github.com/braid-go/braid/braid.go"
	files[stub] = strings.Replace(files[stub], "import \"context\"\n", "import (\n\t\"context\"\n\t\"time\"\n)\n", 1) + `
func Sleep(context.Context, time.Duration) error { return nil }

func Call[T any](context.Context, func(context.Context, *Group) (T, error)) (T, error) { panic(0) }

type Task[T any] struct{ _ T }

func (*Task[T]) Wait(context.Context) (T, error) { panic(0) }

func Fork[T any](*Group, func(context.Context) (T, error)) *Task[T] { return nil }

func Open(ctx context.Context) (*Group, context.Context) { return nil, ctx }

func (*Group) Close() error { return nil }
`
	dir := module(t, files)
	for i, want := range []string{"braid.Run(", "braid.Sleep("} {
		if status, out, errs := run(t, "-C", dir, "-fix", "-tie", "-pausable", "./..."); status != 0 {
			t.Fatalf("status %d\n%s%s", status, out, errs)
		}
		text := content(t, dir, "a.go")
		if status, out, errs := run(t, "-C", dir, "-fail=never", "-std=false", "./..."); status != 0 || !strings.Contains(text, want) {
			t.Errorf("run %d: status %d\n%s%s%s", i+1, status, out, errs, text)
		}
	}
}
