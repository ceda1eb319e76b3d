package blocking_unseen

import (
	"context"
)

func Send(ctx context.Context, out chan<- int) {
	out <- 1 // want `this send on out ignores ctx`
}

func Receive(ctx context.Context, in <-chan int) int {
	return <-in // want `this receive on in ignores ctx`
}

func Pipe(ctx context.Context, in <-chan int, out chan<- int) {
	for v := range in {
		out <- v // want `this send on out`
	}
}

func Goroutine(ctx context.Context, out chan<- int) {
	go func() {
		out <- 1 // want `this send on out ignores ctx`
	}()
}

func once(ctx context.Context, in <-chan int) {
	v, ok := <-in // want `this receive on in ignores ctx`
	if ok {
		use(v)
	}
}

func listens(ctx context.Context, ready chan<- struct{}, results chan<- int, f func(context.Context)) {
	ready <- struct{}{}
	f(ctx)
	results <- 1 // want `this send on results`
}

func takesSlot(ctx context.Context, slots chan struct{}, f func(context.Context) error) error {
	slots <- struct{}{} // want `this send on slots ignores ctx`
	defer func() { <-slots }()
	return f(ctx)
}
