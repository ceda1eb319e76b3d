// Goroutines whose result comes over a channel: braid.Call and braid.Run, and what is none.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

func main() {
	ctx := context.Background()
	fmt.Println(beside(ctx, 3))
	fmt.Println(returned(4))
	fmt.Println(set("a"))
	fmt.Println(errors.Is(failure(ctx), io.EOF))
	fmt.Println(errors.Is(straight(), io.EOF))
	fmt.Println(ended())
	fmt.Println(early(0), early(1))
	fmt.Println(pair())
	fmt.Println(same())
	fmt.Println(given(5))
	fmt.Println(twice())
	fmt.Println(mayReturn(true))
	fmt.Println(goesOn())
}

func slow(ctx context.Context, n int) int { return n * n }
func fails() error                        { return io.EOF }

// The other half of the work is done meanwhile.
func beside(ctx context.Context, n int) int {
	other := 0
	// The answer.
	ch := make(chan int, 1)
	// Ask.
	go func() { // want `a goroutine whose result comes over a channel is braid.Call`
		// It takes a while.
		n := slow(ctx, n) // a square
		ch <- n           // the answer
	}()
	// Meanwhile.
	other = n + 1
	// Wait.
	sum := <-ch // for it
	return sum + other
}

func returned(n int) string {
	ch := make(chan string)
	go func() { // want `a goroutine whose result comes over a channel is braid.Call`
		defer close(ch)
		ch <- fmt.Sprint(n)
	}()
	slow(context.Background(), n)
	return <-ch
}

func set(s string) (both []string) {
	ch := make(chan []string, 1)
	go func() { // want `a goroutine whose result comes over a channel is braid.Call`
		ch <- []string{s, s}
		close(ch)
	}()
	time.Sleep(time.Microsecond)
	both = <-ch
	return both
}

// An error is the group's.
func failure(ctx context.Context) error {
	errc := make(chan error, 1)
	go func() { errc <- fails() }() // want `a goroutine that is waited for over a channel is a task of braid.Run`
	slow(ctx, 1)
	if err := <-errc; err != nil {
		return fmt.Errorf("failed: %w", err)
	}
	return nil
}

func straight() error {
	errc := make(chan error)
	go func() { // want `a goroutine that is waited for over a channel is a task of braid.Run`
		errc <- fails()
	}()
	time.Sleep(time.Microsecond)
	return <-errc
}

// A channel that says only that all is done.
func ended() (n int) {
	done := make(chan struct{})
	go func() { // want `a goroutine that is waited for over a channel is a task of braid.Run`
		n = 7
		close(done)
	}()
	time.Sleep(time.Microsecond)
	<-done
	return n
}

func early(k int) (n int) {
	done := make(chan struct{})
	go func() { // want `a goroutine that is waited for over a channel is a task of braid.Run`
		defer close(done)
		if k == 0 {
			return
		}
		n = k
	}()
	time.Sleep(time.Microsecond)
	<-done
	return n
}

// Two at once: the second is within what the first one would become.
func pair() int {
	a := make(chan int, 1)
	go func() { a <- 1 }() // want `a promise: braid.Fork`
	b := make(chan int, 1)
	go func() { b <- 2 }() // want `a promise: braid.Fork`
	x := <-a
	y := <-b
	return x + y
}

// What is compared keeps its identity.
func same() bool {
	errc := make(chan error, 1)
	go func() { errc <- fails() }() // want `a promise: braid.Fork`
	err := <-errc
	return err == io.EOF
}

// Arguments are evaluated at the go statement.
func given(n int) int {
	ch := make(chan int, 1)
	go func(k int) { ch <- k }(n) // want `a promise: braid.Fork`
	n = 0
	return <-ch
}

func twice() int {
	ch := make(chan int, 2)
	go func() { // want `a promise: braid.Fork`
		ch <- 1
		ch <- 2
	}()
	return <-ch + <-ch
}

// Whoever returns without an answer leaves nobody waiting, where the channel is closed.
func mayReturn(yes bool) int {
	ch := make(chan int, 1)
	go func() { // want `a promise: braid.Fork`
		defer close(ch)
		if !yes {
			return
		}
		ch <- 8
	}()
	return <-ch
}

// What follows the answer is not waited for.
func goesOn() int {
	ch := make(chan int)
	next := make(chan bool)
	go func() { // want `a promise: braid.Fork`
		ch <- 9
		<-next
	}()
	n := <-ch
	close(next)
	return n
}
