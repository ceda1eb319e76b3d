package braid

import (
	"context"
	"time"
)

// This file races functions.

// First calls all functions at once and returns the value of the first that
// succeeds. The others are cancelled and joined before First returns. If all
// fail the error has every failure; with no functions it is [ErrNoTasks]. A
// panic of any of them is raised after the join. If ctx dies before one has
// succeeded, the error is as for [Run]. It panics if ctx or a function is nil.
func First[T any](ctx context.Context, fns ...func(ctx context.Context) (T, error)) (T, error) {
	var zero T
	for _, fn := range fns {
		checkFunctions("First", fn == nil)
	}
	if len(fns) == 0 {
		return zero, ErrNoTasks
	}
	won := make(chan T, 1)
	pc := callerPC()
	err := run(ctx, "First", pc, func(ctx context.Context, g *Group) error {
		for _, fn := range fns {
			_ = g.addFunc(func(ctx context.Context) error {
				returned := false
				defer func() {
					if !returned { // a panic or a Goexit ends the race
						g.cancel(&Cancellation{by: g.path(), at: time.Now(), pc: pc})
					}
				}()
				v, err := fn(ctx)
				if returned = true; err != nil {
					return err
				}
				select {
				case won <- v:
					g.cancel(&Cancellation{by: g.path(), at: time.Now(), pc: pc})
				default: // a close second
				}
				return nil
			}, funcPC(fn), 0, nil)
		}
		return nil
	}, []GroupOption{Supervised, Keep(len(fns))})
	select {
	case v := <-won:
		return v, nil
	default:
		return zero, err
	}
}
