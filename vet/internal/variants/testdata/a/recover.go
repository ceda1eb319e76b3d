package a

import (
	"context"
	"fmt"
	"log"
	"runtime/debug"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (a): a panic of the task is logged, and the task has succeeded
func safeGroup(ctx context.Context, items []item) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() error {
			defer func() {
				if r := recover(); r != nil {
					log.Printf("recovered: %v\n%s", r, debug.Stack())
				}
			}()
			return process(ctx, it)
		})
	}
	return g.Wait()
}

// fine: the panic becomes the task's error
func safeGroupOK(ctx context.Context, items []item) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
				}
			}()
			return process(ctx, it)
		})
	}
	return g.Wait()
}

// want-rule (a): recover without a look at what it was
func (s *store) tryUpdate(ctx context.Context, it item) error {
	defer func() { _ = recover() }()
	return s.save(ctx, it)
}

// fine: what was recovered goes on
func (s *store) tryUpdateOK(ctx context.Context, it item) error {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("update %d", it.id)
			panic(r)
		}
	}()
	return s.save(ctx, it)
}

func logPanic() {
	if r := recover(); r != nil {
		log.Print("recovered: ", r)
	}
}

func panicToError(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}

// want-rule (a): a named helper recovers, and the task returns nil
func guarded(ctx context.Context, it item) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			defer logPanic()
			return process(ctx, it)
		})
		return nil
	})
}

// fine: a named helper that sets the error
func guardedOK(ctx context.Context, it item) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) (err error) {
			defer panicToError(&err)
			return process(ctx, it)
		})
		return nil
	})
}

// want-rule (a): a wrapper turns each panic into success
func withRecover(fn func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		defer func() {
			recover()
		}()
		err = fn(ctx)
		return err
	}
}

// fine: a wrapper that turns a panic into an error
func withRecoverOK(fn func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		err = fn(ctx)
		return err
	}
}
