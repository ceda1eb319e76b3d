// Command main has goroutines that end with it.
package main

import "os"

func next() (int, error) { return 0, nil }

func main() {
	ch := make(chan int)
	stop := make(chan os.Signal, 1)
	go func() {
		n, _ := next()
		ch <- n
	}()
	select {
	case <-stop:
		return
	case <-ch:
	}
	run(stop)
}

func run(stop chan os.Signal) {
	ch := make(chan int)
	go func() {
		n, _ := next()
		ch <- n // want `the receiver may leave`
	}()
	select {
	case <-stop:
		return
	case <-ch:
	}
}
