package blocking_closed

import "context"

func use(int) {}

func Range(ctx context.Context, in <-chan int) error {
	for v := range in { // want `this loop over a channel on in ignores ctx`
		use(v)
	}
	return nil
}

func Pipe(ctx context.Context, in <-chan int, out chan<- int) {
	for v := range in {
		select {
		case out <- v:
		case <-ctx.Done():
		}
		use(v)
	}
}

func until(ctx context.Context, in <-chan int) {
	for {
		v, ok := <-in // want `this receive on in ignores ctx`
		if !ok {
			return
		}
		use(v)
	}
}

func looks(ctx context.Context, in <-chan int) {
	for v := range in {
		if ctx.Err() != nil {
			return
		}
		use(v)
	}
}

func selects(ctx context.Context, in <-chan int) {
	for {
		select {
		case v, ok := <-in:
			if !ok {
				return
			}
			use(v)
		case <-ctx.Done():
			return
		}
	}
}

func without(in <-chan int) {
	for v := range in {
		use(v)
	}
}
