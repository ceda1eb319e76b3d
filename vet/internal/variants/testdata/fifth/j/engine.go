package j

import (
	"context"
	"fmt"
	"runtime"

	"github.com/braid-go/braid"
)

// want-rule (j): the helper that the task calls locks the thread, and nobody unlocks it before the goroutine goes to the next task
func (e *Engine) CountInfected(ctx context.Context, files []string) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		scan := braid.Fork(g, func(ctx context.Context) (int, error) {
			if err := e.attach(); err != nil {
				return 0, err
			}
			defer e.unbind()
			return e.count(ctx, files)
		})
		if err := e.update(ctx); err != nil {
			return 0, fmt.Errorf("update: %w", err)
		}
		return scan.Wait(ctx)
	})
}

// part of CountInfected: ties the goroutine to its thread and the engine's state to that
func (e *Engine) attach() error {
	runtime.LockOSThread()
	if err := e.bind(); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("bind: %w", err)
	}
	return nil
}

// fine: the helper unlocks the thread before the task returns, so that no goroutine of its own is needed
func (e *Engine) CountInfectedOK(ctx context.Context, files []string) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		scan := braid.Fork(g, func(ctx context.Context) (n int, err error) {
			err = e.attached(func() error {
				n, err = e.count(ctx, files)
				return err
			})
			return n, err
		})
		if err := e.update(ctx); err != nil {
			return 0, fmt.Errorf("update: %w", err)
		}
		return scan.Wait(ctx)
	})
}

// part of CountInfectedOK: calls fn on a thread that the engine's state is tied to for as long
func (e *Engine) attached(fn func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := e.bind(); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	defer e.unbind()
	return fn()
}
