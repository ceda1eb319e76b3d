// Parameters: those of go statements' functions, and those that the new functions get.
package main

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	constants(3)
	fmt.Println(generic[float64](), generic[int8]())
	parts()
	fmt.Println(traced(context.Background()))
	fmt.Println(mixed(context.Background()))
	fmt.Println(declared(context.Background()))
	fmt.Println(kept(context.Background()))
	fmt.Println(reassigned(context.Background()))
	fmt.Println(mapped(context.Background(), []int{1, 2}))
	fmt.Println(next([]int{1, 2}))
	unread([]int{1})
	fmt.Println(named(context.Background(), []int{5}))
	fmt.Println(hidden(context.Background(), []string{"a"}))
	fmt.Println(hiding([]int{4}))
	fmt.Println(both(context.Background()))
	fmt.Println(late(), again())
	dying()
	fmt.Println(recovered())
}

type flag bool

// A constant, a shift and a comparison have the type of the parameter.
func constants(n uint) {
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func(half float64, d time.Duration, b byte, big uint64, is flag, i int, err error) {
		defer wg.Done()
		fmt.Printf("%v %v %T %v %v %v %v\n", half/2, d, b, big, any(is) == any(flag(true)), i, err)
	}(5, 5, 'a', 1<<(n+60), n == 3, 7, nil)
	wg.Wait()
}

func generic[T int8 | float64]() (q T) {
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func(a, b T) {
		defer wg.Done()
		q = a / b
	}(5, 2)
	wg.Wait()
	return q
}

type point struct{ x int }

func (p *point) set(x int) { p.x = x }

// A copy of a struct, or of an array, is another variable.
func parts() {
	p, q := point{1}, point{1}
	var a [2]int
	var mu sync.Mutex
	mu.Lock()
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func(p, q point, a [2]int) {
		defer wg.Done()
		mu.Lock()
		defer mu.Unlock()
		a[1]++
		fmt.Println(p.x, q.x, a)
	}(p, q, a)
	p.x = 2
	q.set(2)
	a[0] = 2
	mu.Unlock()
	wg.Wait()
	fmt.Println(p.x, q.x, a)
}

type key struct{}

// The task declares its context anew: now it sets its parameter.
func traced(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		ctx := context.WithValue(ctx, key{}, "v")
		fmt.Println(ctx.Value(key{}))
		return ctx.Err()
	})
	return g.Wait()
}

// Here it does so as it is.
func mixed(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		return ctx.Err()
	})
	return g.Wait()
}

func declared(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `a task declares ctx anew`
	g.Go(func() error {
		var ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		return ctx.Err()
	})
	return g.Wait()
}

// The deferred function has the group's context, and not the new one.
func kept(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `a task declares ctx anew`
	g.Go(func() error {
		defer func() { fmt.Println(ctx.Value(key{})) }()
		ctx := context.WithValue(ctx, key{}, "v")
		return ctx.Err()
	})
	return g.Wait()
}

func reassigned(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its context's variable is set again`
	ctx = context.WithValue(ctx, key{}, "w")
	g.Go(func() error {
		fmt.Println(ctx.Value(key{}))
		return ctx.Err()
	})
	return g.Wait()
}

func twice(ctx context.Context, n int) (int, error) { return 2 * n, ctx.Err() }

func mapped(ctx context.Context, items []int) ([]int, error) {
	out := make([]int, len(items))
	g, ctx := errgroup.WithContext(ctx) // want `a loop that stores a result for each item is braid.Map`
	for i, item := range items {
		g.Go(func() error {
			ctx := context.WithValue(ctx, key{}, "v")
			n, err := twice(ctx, item)
			if err != nil {
				return err
			}
			out[i] = n
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

func next(items []int) []int {
	out := make([]int, len(items))
	var wg sync.WaitGroup // want `a loop that stores a result for each item is braid.Map`
	for i, item := range items {
		wg.Go(func() {
			item := item + 1
			out[i] = item * 2
		})
	}
	wg.Wait()
	return out
}

// Nobody reads the results, which would be a variable without a use.
func unread(items []int) {
	out := make([]int, len(items))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i, item := range items {
		wg.Go(func() { out[i] = item })
	}
	wg.Wait()
}

// The results have other names in a Map.
func named(ctx context.Context, items []int) ([]int, error) {
	out := make([]int, len(items))
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	for i, item := range items {
		g.Go(func() (err error) {
			var n int
			n, err = twice(ctx, item)
			if err != nil {
				return err
			}
			out[i] = n
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

func parsed(ctx context.Context, s string) (*url.URL, error) { return url.Parse(s) }

// The zero value cannot be written where its type's name means something else.
func hidden(ctx context.Context, items []string) (int, error) {
	out := make([]url.URL, len(items))
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	for i, item := range items {
		g.Go(func() error {
			url, err := parsed(ctx, item)
			if err != nil {
				return err
			}
			out[i] = *url
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return len(out), nil
}

func at(x int) point { return point{x} }

func hiding(items []int) int {
	out := make([]point, len(items))
	point := 3
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i, item := range items {
		wg.Go(func() { out[i] = at(item) })
	}
	wg.Wait()
	return out[0].x + point
}

func both(ctx context.Context) (int, error) {
	g, ctx := errgroup.WithContext(ctx) // want `tasks that set one variable each are braid.Join2`
	var a, b int
	var c int
	var d int
	g.Go(func() error {
		ctx := context.WithValue(ctx, key{}, "v")
		n, err := twice(ctx, 1)
		if err != nil {
			return err
		}
		c = n
		return nil
	})
	g.Go(func() error {
		n, err := twice(ctx, 2)
		if err != nil {
			return err
		}
		d = n
		return nil
	})
	if err := g.Wait(); err != nil {
		return a, err
	}
	return b + c + d, nil
}

// The limit's name is not known where the group begins.
func late() (n int) {
	var g errgroup.Group // want `its limit held back what is between its tasks`
	g.Go(func() error { return nil })
	time.Sleep(time.Millisecond)
	const most = 1
	g.SetLimit(most)
	g.Go(func() error { n++; return nil })
	_ = g.Wait()
	return n
}

func again() int {
	n := 0
	var wg sync.WaitGroup // want `a goto leads to where its tasks are started`
begin:
	wg.Go(func() { n++ })
	wg.Wait()
	if n < 3 {
		goto begin
	}
	return n
}

// A task that ends its goroutine.
func dying() {
	var wg sync.WaitGroup // want `a task ends itself with runtime.Goexit`
	wg.Go(func() { die() })
	wg.Wait()
}

func die() { runtime.Goexit() }

// What is deferred recovers, so that the program would live on.
func recovered() string {
	defer recovers()
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() { fmt.Println("task") })
	wg.Wait()
	return "done"
}

func recovers() {
	if r := recover(); r != nil {
		fmt.Println("recovered", r)
	}
}
