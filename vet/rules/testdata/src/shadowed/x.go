package shadowed

import (
	"context"
	"log"
	"time"
)

func do(context.Context) error { return nil }

func inIf(ctx context.Context, d time.Duration) error {
	if d > 0 {
		ctx, cancel := context.WithTimeout(ctx, d) // want `nobody uses this context: what follows is given ctx, without it`
		defer cancel()
		_ = ctx
	}
	return do(ctx)
}

func logged(ctx context.Context, d time.Duration) error {
	if d > 0 {
		ctx, cancel := context.WithTimeout(ctx, d) // want `nobody uses this context`
		defer cancel()
		log.Println(ctx)
	}
	return do(ctx)
}

func otherName(parent context.Context) error {
	ctx, cancel := context.WithTimeout(parent, time.Second) // want `nobody uses this context: what follows is given parent`
	defer cancel()
	_ = ctx
	return do(parent)
}

func grows(ctx context.Context, n int) {
	for range n {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Second) // want `ctx grows by one link each round`
		do(ctx)
		cancel()
	}
}

func growsValue(ctx context.Context, keys []string) context.Context {
	for {
		ctx = context.WithValue(ctx, "k", 1) // want `ctx grows by one link each round`
		if do(ctx) != nil {
			return ctx
		}
	}
}

// What follows is fine.

func assigned(ctx context.Context, d time.Duration) error {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	return do(ctx)
}

func used(ctx context.Context, d time.Duration) error {
	if d > 0 {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		return do(ctx)
	}
	return do(ctx)
}

func ofTheRound(ctx context.Context, n int) {
	for range n {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		do(ctx)
		cancel()
	}
}

func once(ctx context.Context, n int) error {
	for range n {
		ctx = context.WithValue(ctx, "k", 1)
		return do(ctx)
	}
	return nil
}

func anew(ctx context.Context, n int) {
	c := ctx
	for range n {
		c = context.WithValue(c, "k", 1)
		do(c)
		c = ctx
	}
}

func unusedParent(ctx context.Context) context.CancelFunc {
	ctx, cancel := context.WithCancel(ctx)
	_ = ctx
	return cancel
}

func handedOn(ctx context.Context, f func(any)) error {
	sub, cancel := context.WithCancel(ctx)
	defer cancel()
	f(sub)
	return do(ctx)
}
