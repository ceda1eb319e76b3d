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

func silent(ctx context.Context) (done bool) {
	func() {
		time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
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
		time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
	}
	fmt.Println("never")
}

func rest(ctx context.Context) {
	fmt.Println("rested")
	time.Sleep(time.Microsecond) // want `this sleep goes on when the context is dead`
}
