package loose_told

import "context"

func discard(ctx context.Context, work func(context.Context, chan<- int) error) error {
	out := make(chan int, 100)
	defer close(out)
	go func() { // want `nobody waits for this goroutine, which ends with what it waits for`
		for range out {
		}
	}()
	return work(ctx, out)
}

func waitedFor(ctx context.Context, work func(context.Context, chan<- int) error) error {
	out, done := make(chan int, 100), make(chan struct{})
	go func() {
		defer close(done)
		for range out {
		}
	}()
	err := work(ctx, out)
	close(out)
	<-done
	return err
}
