package osthread

import (
	"context"
	"runtime"

	"github.com/braid-go/braid"
)

func setns() error { return nil }

// Found.

func literal(g *braid.Group) {
	g.Go(func(ctx context.Context) error { // want `locks its OS thread for good`
		runtime.LockOSThread()
		return setns()
	})
}

func locked(ctx context.Context) error {
	runtime.LockOSThread()
	return setns()
}

func named(g *braid.Group) {
	g.Go(locked) // want `needs the option OwnGoroutine`
}

func fork(g *braid.Group) *braid.Task[int] {
	return braid.Fork(g, func(ctx context.Context) (int, error) { // want `locks its OS thread for good`
		runtime.LockOSThread()
		return 1, setns()
	}, braid.Always)
}

func mapped(ctx context.Context, in []int) ([]int, error) {
	return braid.Map(ctx, in, func(ctx context.Context, n int) (int, error) { // want `use Run and Go with OwnGoroutine`
		runtime.LockOSThread()
		return n, setns()
	})
}

func enter() error {
	runtime.LockOSThread()
	if err := setns(); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	return nil
}

func leave() { runtime.UnlockOSThread() }

func helped(g *braid.Group) {
	g.Go(func(ctx context.Context) error { // want `locks its OS thread for good`
		if err := enter(); err != nil {
			return err
		}
		return setns()
	})
}

// Left alone.

func helpedBoth(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		if err := enter(); err != nil {
			return err
		}
		defer leave()
		return setns()
	})
}

func within(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return f()
}

func helpedWithin(g *braid.Group) {
	g.Go(func(ctx context.Context) error { return within(setns) })
}

func own(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		runtime.LockOSThread()
		return setns()
	}, braid.OwnGoroutine)
}

func unlocks(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		return setns()
	})
}

func body(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		runtime.LockOSThread()
		return setns()
	})
}

func outside() {
	go func() {
		runtime.LockOSThread()
		_ = setns()
	}()
}

func starts(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		done := make(chan error)
		go func() {
			runtime.LockOSThread()
			done <- setns()
		}()
		return <-done
	})
}

func oneWay(g *braid.Group) {
	g.Go(func(ctx context.Context) error { // want `needs the option OwnGoroutine`
		runtime.LockOSThread()
		if err := setns(); err != nil {
			return err
		}
		runtime.UnlockOSThread()
		return nil
	})
}

func bothWays(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		runtime.LockOSThread()
		if err := setns(); err != nil {
			runtime.UnlockOSThread()
			return err
		}
		runtime.UnlockOSThread()
		return nil
	})
}

func deferredLater(g *braid.Group) {
	g.Go(func(ctx context.Context) error {
		runtime.LockOSThread()
		defer func() {
			runtime.UnlockOSThread()
		}()
		return setns()
	})
}

// In a variable.

func inVariable(g *braid.Group) {
	pin := func(ctx context.Context) error {
		runtime.LockOSThread()
		if err := setns(); err != nil {
			return err
		}
		defer runtime.UnlockOSThread()
		return setns()
	}
	g.Go(pin) // want `needs the option OwnGoroutine`
	g.Go(pin, braid.OwnGoroutine)
}

func inVariableBoth(g *braid.Group) {
	pin := func(ctx context.Context) error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		return setns()
	}
	g.Go(pin)
}
