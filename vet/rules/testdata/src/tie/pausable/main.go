// Sleeps that end with the context.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

func main() {
	ctx := context.Background()
	fmt.Println(poll(ctx, 3))
	fmt.Println(silent(ctx))
	fmt.Println(hides(ctx))
	fmt.Println(locked(ctx))
	fmt.Println(number(ctx))
	drain := func() { fmt.Println("drained") }
	fmt.Println(shutdown(ctx, drain), rests(drain), restsBefore(drain))
	fmt.Println(asked(ctx))
	fails(ctx, 2)
	rest(ctx)
	if late(ctx) == nil {
		fmt.Println("in time")
	}
	dead, cancel := context.WithCancel(ctx)
	cancel()
	out := make(chan int)
	go send(dead, out)
	fmt.Println(<-out)
	fmt.Println(soFar(dead))
	fmt.Println(joins(dead), calls(dead))
	s := &state{m: map[string]int{}}
	fmt.Println(s.changes(dead), s.n, s.forgets(dead), len(s.m))
	s.later(dead, "a")
	fmt.Println(retries(ctx, out), grouped(ctx))
	rounds(dead, func() { fmt.Println("round") })
}

func poll(ctx context.Context, n int) (int, error) {
	for i := range n {
		time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
		if i == 2 {
			return i, nil
		}
	}
	return 0, errors.New("nothing")
}

type point struct{ x int }

// The result's type has no name where it would be returned.
func hides(ctx context.Context) (point, error) {
	point := point{x: 1}
	time.Sleep(time.Microsecond)
	return point, ctx.Err()
}

// What the literal is called for is done all the same.
func silent(ctx context.Context) (done bool) {
	func() {
		time.Sleep(time.Microsecond) // want `but the function around was not given the context`
		done = true
	}()
	return done
}

// A return would leave the mutex locked.
func locked(ctx context.Context) error {
	var mu sync.Mutex
	mu.Lock()
	time.Sleep(time.Microsecond)
	mu.Unlock()
	return ctx.Err()
}

// There is no error to return.
func number(ctx context.Context) int {
	time.Sleep(time.Microsecond)
	return 1
}

func late(ctx context.Context) error {
	defer func() { time.Sleep(time.Microsecond) }()
	select {
	case <-ctx.Done():
	default:
		time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
	}
	return ctx.Err()
}

// What shuts down goes on to its end: a return would leave out the rest.
func shutdown(ctx context.Context, drain func()) error {
	time.Sleep(time.Microsecond)
	drain()
	return ctx.Err()
}

// A context that nothing can end ends no pause.
func rests(drain func()) error {
	ctx := context.Background()
	time.Sleep(time.Microsecond)
	drain()
	return ctx.Err()
}

// One that can later.
func restsBefore(drain func()) error {
	ctx := context.Background()
	time.Sleep(time.Microsecond)
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	drain()
	return ctx.Err()
}

// What becomes of the end is said behind the loop.
func asked(ctx context.Context) (int, error) {
	own, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	n := 0
	for own.Err() == nil && n < 2 {
		n++
		time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
	}
	if own.Err() != nil {
		return -1, errors.New("late")
	}
	return n, nil
}

// Nothing is left to be done but to return, however long the pause was.
func fails(ctx context.Context, n int) {
	for i := range n {
		if i == 1 {
			fmt.Println("failed")
			time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
			return
		}
		time.Sleep(time.Microsecond) // want `a return would leave out the rest, and nobody would know`
	}
	fmt.Println("never")
}

func rest(ctx context.Context) {
	fmt.Println("rested")
	time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
}

// Somebody waits for what is sent.
func send(ctx context.Context, out chan<- int) error {
	time.Sleep(time.Microsecond) // want `a return would leave out a send`
	out <- 1
	return ctx.Err()
}

// The goroutine would be left behind.
func joins(ctx context.Context) error {
	n := 0
	ended := make(chan bool)
	go func() {
		n++
		ended <- true
	}()
	time.Sleep(time.Microsecond) // want `a return would leave out a wait`
	<-ended
	fmt.Println("ended", n)
	return nil
}

// The deferred function looks at the result.
func soFar(ctx context.Context) (n int, err error) {
	defer func() { fmt.Println("so far", n) }()
	n = 5
	time.Sleep(time.Microsecond) // want `a return would lose the results so far`
	return n, nil
}

// The caller of the literal calls it for each, and looks at nothing.
func calls(ctx context.Context) int {
	n := 0
	each := func(f func()) {
		f()
		f()
	}
	each(func() {
		time.Sleep(time.Microsecond) // want `but the function around was not given the context`
		n++
	})
	var once sync.Once
	once.Do(func() {
		time.Sleep(time.Microsecond) // want `but the function around was not given the context`
		n++
	})
	return n
}

type state struct {
	mu sync.Mutex
	n  int
	m  map[string]int
}

func (s *state) changes(ctx context.Context) error {
	for range 2 {
		time.Sleep(time.Microsecond) // want `a return would leave out an assignment to what outlives the function`
		s.n++
	}
	return nil
}

func (s *state) forgets(ctx context.Context) error {
	s.m["a"] = 1
	time.Sleep(time.Microsecond) // want `a return would leave out what it does to what outlives the function`
	delete(s.m, "a")
	return nil
}

// Nobody waits for it, and it has nothing to do with the context.
func (s *state) later(ctx context.Context, key string) {
	go func() {
		time.Sleep(time.Microsecond)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.m, key)
	}()
}

// What it changes is its own, and whoever receives is told of the end too.
func retries(ctx context.Context, out chan<- int) (err error) {
	tried := map[int]bool{}
	for pause := time.Microsecond; ; pause *= 2 {
		tried[len(tried)] = true
		if len(tried) > 2 {
			return nil
		}
		time.Sleep(pause) // want `this sleep goes on when the context is dead: braid.Sleep ends with it$`
		select {
		case <-ctx.Done():
			return ctx.Err()
		case out <- len(tried):
		default:
		}
	}
}

// What tie makes of it is another function: the sleep has its turn when that is done.
func grouped(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Println("a task") })
	wg.Wait()
	for range 2 {
		time.Sleep(time.Microsecond) // want `which the fix does once the group here is braid's`
	}
	return nil
}

// Without a context it would go on.
func rounds(ctx context.Context, round func()) {
	for {
		round()
		if ctx.Err() != nil {
			return
		}
		time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead: braid.Sleep ends with it$`
	}
}
