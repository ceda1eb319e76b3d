package blocking_select

import (
	"context"
	"time"
)

func use(int)                                {}
func work(context.Context, chan<- int) error { return nil }

func Select(ctx context.Context, a, b <-chan int) {
	select { // want `this select ignores ctx`
	case v := <-a:
		use(v)
	case v := <-b:
		use(v)
	}
}

func SelectTimeout(ctx context.Context, a <-chan int) {
	select { // want `this select ignores ctx`
	case v := <-a:
		use(v)
	case <-time.After(time.Second):
	}
}

func selected(ctx context.Context, in <-chan int) (int, error) {
	select {
	case v := <-in:
		return v, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func stopped(ctx context.Context, in <-chan int, stop chan struct{}) {
	select {
	case v := <-in:
		use(v)
	case <-stop:
	}
}

func tried(ctx context.Context, out chan<- int) {
	select {
	case out <- 1:
	default:
	}
}

func ownSelect(ctx context.Context) {
	a, b := make(chan int, 1), make(chan int, 1)
	go work(ctx, a)
	go work(ctx, b)
	select {
	case v := <-a:
		use(v)
	case v := <-b:
		use(v)
	}
}

func merges(ctx context.Context, a, b <-chan int) {
	for a != nil || b != nil {
		select { // want `this select ignores ctx`
		case v, ok := <-a:
			if !ok {
				a = nil
			}
			use(v)
		case v, ok := <-b:
			if !ok {
				b = nil
			}
			use(v)
		}
	}
}

func innerLoop(ctx context.Context, a, b <-chan int) {
	for {
		select { // want `this select ignores ctx`
		case v := <-a:
			for v > 0 {
				if v == 3 {
					break
				}
				v--
			}
		case v := <-b:
			use(v)
		}
	}
}
