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

// A channel that another object gives.

type subscription interface {
	C() <-chan int
	Done() <-chan struct{}
}

func consume(ctx context.Context, sub subscription) error {
	for v := range sub.C() { // want `this loop over the channel of sub ignores ctx while nothing comes`
		if err := ctx.Err(); err != nil {
			return err
		}
		use(v)
	}
	return nil
}

type topics interface {
	Subscribe(context.Context) subscription
}

func consumeOwn(ctx context.Context, t topics) error {
	sub := t.Subscribe(ctx)
	for v := range sub.C() {
		use(v)
	}
	return nil
}

func consumeDone(ctx context.Context, sub subscription) {
	for range sub.Done() {
		use(1)
	}
}

func consumeBoth(ctx context.Context, sub subscription) {
	for {
		select {
		case v := <-sub.C():
			use(v)
		case <-ctx.Done():
			return
		}
	}
}
