package escape

import (
	"context"
	"time"
)

func afterCancel(ctx context.Context, f, g func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	err := f(limited)
	cancel()
	if err != nil {
		return err
	}
	return g(limited) // want `limited has ended with the call of cancel in line 11`
}

func beforeCancel(ctx context.Context, f, g func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	err := f(limited)
	cancel()
	if err != nil {
		return err
	}
	return g(ctx)
}

func cancelsInBranch(ctx context.Context, f, g func(context.Context) error) error {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	if f(limited) != nil {
		cancel()
	}
	return g(limited)
}

func cancelsEachRound(ctx context.Context, fs []func(context.Context) error) error {
	for _, f := range fs {
		limited, cancel := context.WithTimeout(ctx, time.Second)
		err := f(limited)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

func asksWhy(ctx context.Context, f func(context.Context) error) error {
	limited, cancel := context.WithCancelCause(ctx)
	err := f(limited)
	cancel(err)
	return context.Cause(limited)
}

func waitsForEnd(ctx context.Context, f func(context.Context)) {
	own, cancel := context.WithCancel(ctx)
	f(own)
	cancel()
	<-own.Done()
}

func killsAtOnce(stop func(context.Context) error) error {
	dead, cancel := context.WithCancel(context.Background())
	cancel()
	return stop(dead)
}
