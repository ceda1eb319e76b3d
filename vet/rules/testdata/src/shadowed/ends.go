package shadowed

import (
	"context"
	"errors"
	"time"
)

func limitDropped(ctx context.Context, f func(context.Context) error) error {
	_, cancel := context.WithTimeout(ctx, time.Second) // want `the context of context.WithTimeout is dropped: nothing ends with it`
	defer cancel()
	return f(ctx)
}

func onlyAskedAfter(ctx context.Context, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, time.Second) // want `nobody uses this context`
	defer cancel()
	err := f(ctx)
	if errors.Is(limited.Err(), context.DeadlineExceeded) {
		return errors.New("too late")
	}
	return err
}

func cancelsNobody(ctx context.Context, fs []func(context.Context) error) error {
	stop, cancel := context.WithCancel(ctx) // want `nobody uses this context`
	defer cancel()
	done := make(chan struct{}, len(fs))
	for _, f := range fs {
		go func() {
			if f(ctx) != nil {
				cancel()
			}
			done <- struct{}{}
		}()
	}
	for range fs {
		<-done
	}
	return stop.Err()
}

func limitsRounds(ctx context.Context, f func()) {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for limited.Err() == nil {
		f()
	}
}

func isWaitedFor(ctx context.Context, ch <-chan int) (int, error) {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	select {
	case n := <-ch:
		return n, nil
	case <-limited.Done():
		return 0, limited.Err()
	}
}

func isGiven(ctx context.Context, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := f(limited); err != nil {
		return err
	}
	return limited.Err()
}

func isShown(ctx context.Context, show func(error)) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	context.AfterFunc(limited, func() { show(context.Cause(limited)) })
}

type keeper struct{ ctx context.Context }

func isKept(ctx context.Context) (*keeper, context.CancelFunc) {
	kept, cancel := context.WithCancel(ctx)
	return &keeper{ctx: kept}, cancel
}
