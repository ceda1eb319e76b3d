// Groups that stay as they are, because the new code would do something else: cross each other, lose a
// variable, leave out or bring forward what is between their tasks, or hang where that panics.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func main() {
	ctx := context.Background()
	dead, cancel := context.WithCancel(ctx)
	cancel()
	fmt.Println(crossing(), crossingChannels(), within())
	fmt.Println(redeclared(), named() != nil, inside())
	fmt.Println((&pool2{}).alias(), (&pool2{}).field(), global())
	fmt.Println(unlocks(dead) != nil, unlocks(ctx))
	fmt.Println(counts(dead) != nil, n)
	fmt.Println(hands(ctx, []string{"1", "2"}))
	fmt.Println(tagged(ctx), tags(ctx, 2), outer(ctx))
	fmt.Println(held(3), heldConc(2), heldFree([]string{"a", "b"}))
	fmt.Println(skips(ctx))
	fmt.Println(places())
	fmt.Println(kept())
	fmt.Println(called(3))
	fmt.Println(dies(nil), cancels(nil), lives([]int{1, 2, 3, 4}))
}

func crossing() int {
	var a, b int
	var wg sync.WaitGroup  // want `it and another group cross`
	var wg2 sync.WaitGroup // want `it and another group cross`
	wg.Go(func() { a++ })
	wg2.Go(func() { b++ })
	wg.Wait()
	a++
	wg2.Wait()
	return a + b
}

func crossingChannels() (sum int) {
	var a, b int
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() { // want `it and another group cross`
		defer close(done)
		a++
	}()
	go func() { // want `it and another group cross`
		defer close(ended)
		b++
	}()
	<-done
	a++
	<-ended
	return a + b
}

// The one ends within the other.
func within() int {
	var a, b int
	var wg sync.WaitGroup  // want `this WaitGroup and its tasks are braid.Run`
	var wg2 sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() { a++ })
	wg2.Go(func() { b++ })
	wg2.Wait()
	b++
	wg.Wait()
	return a + b
}

func redeclared() error {
	one, err := strconv.Atoi("1")
	var wg sync.WaitGroup // want `err is set between its tasks and its join by :=`
	wg.Go(func() { time.Sleep(time.Millisecond) })
	two, err := strconv.Atoi("two")
	if two > one {
		one = two
	}
	wg.Wait()
	return errors.Unwrap(err)
}

func named() (err error) {
	done := make(chan int)
	go func() { done <- 1 }() // want `a promise`
	two, err := strconv.Atoi("two")
	one := two + <-done
	_ = one
	return err
}

// A block's own.
func inside() (sum int) {
	_, err := strconv.Atoi("1")
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() { time.Sleep(time.Millisecond) })
	if one, err := strconv.Atoi("1"); err == nil {
		sum += one
	}
	wg.Wait()
	if err != nil {
		return 0
	}
	return sum
}

type pool2 struct {
	wg sync.WaitGroup
	g  *errgroup.Group
}

func (p *pool2) alias() bool {
	done := false
	p.wg.Go(func() { done = true })
	wg := &p.wg
	wg.Go(func() {})
	wg.Wait()
	return done
}

func (p *pool2) field() bool {
	p.g = new(errgroup.Group)
	p.g.Go(func() error { return io.EOF })
	g := p.g
	g.Go(func() error { return nil })
	return g.Wait() == io.EOF
}

var shared sync.WaitGroup

func global() bool {
	done := false
	shared.Go(func() { done = true })
	var wg *sync.WaitGroup = &shared
	wg.Go(func() {})
	wg.Wait()
	return done
}

var (
	mu sync.Mutex
	n  int
)

func unlocks(ctx context.Context) error {
	mu.Lock()
	g, ctx := errgroup.WithContext(ctx) // want `in a dead context braid does not run that`
	g.Go(func() error { return ctx.Err() })
	mu.Unlock()
	return g.Wait()
}

func counts(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `in a dead context braid does not run that`
	g.Go(func() error { return ctx.Err() })
	n = 42
	return g.Wait()
}

// What is done before the tasks stays before them, and what is declared for them is nobody else's.
func hands(ctx context.Context, list []string) error {
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.SetLimit(2)
	fmt.Println("hands over", len(list))
	for i, s := range list {
		name := fmt.Sprintf("%d %s", i, s)
		g.Go(func() error {
			if name == "" {
				return io.EOF
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

type tag struct{}

func tagged(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its context's variable is set again`
	ctx = context.WithValue(ctx, tag{}, "tagged")
	g.Go(func() error {
		if ctx.Value(tag{}) == nil {
			return io.EOF
		}
		return ctx.Err()
	})
	return g.Wait()
}

func tags(ctx context.Context, n int) error {
	g, gctx := errgroup.WithContext(ctx) // want `its context's variable is set again`
	set(&gctx)
	for range n {
		g.Go(func() error {
			if gctx.Value(tag{}) == nil {
				return io.EOF
			}
			return gctx.Err()
		})
	}
	return g.Wait()
}

func set(ctx *context.Context) { *ctx = context.WithValue(*ctx, tag{}, "set") }

func outer(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx) // want `its outer context's variable is set again`
	ctx = context.WithValue(ctx, tag{}, "outer")
	g.Go(func() error {
		if gctx.Value(tag{}) != nil {
			return io.EOF
		}
		return gctx.Err()
	})
	err := g.Wait()
	return errors.Join(err, ctx.Err())
}

type resource struct{ open *int }

func opened(open *int) resource {
	mu.Lock()
	defer mu.Unlock()
	*open++
	return resource{open}
}

func (r resource) close(most *int) {
	mu.Lock()
	defer mu.Unlock()
	*most = max(*most, *r.open)
	*r.open--
}

// The loop had no more than two of them open, and one that waits.
func held(n int) bool {
	open, most := 0, 0
	var g errgroup.Group // want `its limit held back what is between its tasks`
	g.SetLimit(1)
	for range n {
		r := opened(&open)
		g.Go(func() error {
			time.Sleep(time.Millisecond)
			r.close(&most)
			return nil
		})
	}
	err := g.Wait()
	return err == nil && most <= 2
}

func heldConc(n int) int {
	found := 0
	p := pool.New().WithMaxGoroutines(1) // want `its limit held back what is between its tasks`
	for range n {
		if found > 0 {
			break
		}
		p.Go(func() { found++ })
	}
	p.Wait()
	return min(found, 1)
}

func heldFree(list []string) int {
	lens := make([]int, len(list))
	p := pool.New().WithMaxGoroutines(2) // want `this conc group and its tasks are braid.Run`
	for i, s := range list {
		i, s := i, s+s
		p.Go(func() { lens[i] += len(s) })
	}
	p.Wait()
	return lens[0] + lens[1]
}

// Not every error ends the function: the values are looked at then.
func skips(ctx context.Context) (int, error) {
	var a int
	var b int
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		a = len(fmt.Sprint(ctx.Err()))
		return nil
	})
	g.Go(func() error {
		time.Sleep(10 * time.Millisecond)
		if ctx != nil {
			return io.EOF
		}
		b = 2
		return nil
	})
	if err := g.Wait(); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return a - a + b, nil
}

func places() (at int) {
	errs := make([]error, 4)
	next := 0
	var g errgroup.Group // want `it is not waited for where it is made`
	g.Go(func() error { return io.EOF })
	next = 3
	errs[place(&next)] = g.Wait()
	for i, err := range errs {
		if err != nil {
			at = i
		}
	}
	return at
}

func place(next *int) int { return *next }

// Who has the function may start tasks when the group has long been joined.
func kept() (n int) {
	var wg sync.WaitGroup // want `a function literal that has it is handed on`
	more := make([]func(), 1)
	more[0] = func() { wg.Go(func() { n++ }) }
	more[0]()
	wg.Wait()
	return n
}

// A function that is called, and before the join alone.
func called(n int) int {
	var sum sync.Map
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	start := func(i int) {
		wg.Go(func() { sum.Store(i, i) })
	}
	for i := range n {
		start(i)
	}
	wg.Wait()
	last, _ := sum.Load(n - 1)
	return last.(int)
}

func caught(f func()) (died bool) {
	defer func() { died = recover() != nil }()
	f()
	return false
}

func fourth(xs []int) int { return xs[3] }

func dies(xs []int) bool { return caught(func() { waiting(xs) }) }

// The deferred call ends the task.
func waiting(xs []int) {
	block := make(chan struct{})
	defer close(block)
	var wg sync.WaitGroup // want `a deferred call ends a task's wait for block`
	wg.Go(func() { <-block })
	fourth(xs)
	wg.Wait()
}

func cancels(xs []int) bool { return caught(func() { cancelling(xs) }) }

func cancelling(xs []int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup // want `a deferred call ends what a task does with ctx`
	wg.Go(func() { <-ctx.Done() })
	fourth(xs)
	cancel()
	wg.Wait()
}

// Nothing here may panic.
func lives(xs []int) (n int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() { <-ctx.Done() })
	for i := range xs {
		n += xs[i]
	}
	cancel()
	wg.Wait()
	return n
}
