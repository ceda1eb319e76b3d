package wrongctx

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// Tasks that wait for the end of the context around.

func ticks(ctx context.Context, serve, check func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serve(gctx) })
	g.Go(func() error {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done(): // want `this task's group cancels another context, gctx: ctx does not end with it`
				return ctx.Err()
			case <-t.C:
				if err := check(gctx); err != nil {
					return err
				}
			}
		}
	})
	return g.Wait()
}

func waitsAlone(ctx context.Context, serve func(context.Context) error, end func() error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serve(gctx) })
	g.Go(func() error {
		<-ctx.Done() // want `ctx does not end with it`
		return end()
	})
	return g.Wait()
}

func sends(ctx context.Context, list []int, out chan<- int, check func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return check(gctx) })
	g.Go(func() error {
		for _, n := range list {
			select {
			case out <- n:
			case <-ctx.Done(): // want `ctx does not end with it`
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

func givenInput(ctx context.Context, in <-chan int, read func(context.Context) error, put func(context.Context, int) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return read(gctx) })
	g.Go(func() error {
		for {
			select {
			case n, ok := <-in:
				if !ok {
					return nil
				}
				if err := put(gctx, n); err != nil {
					return err
				}
			case <-ctx.Done(): // want `ctx does not end with it`
				return context.Cause(ctx)
			}
		}
	})
	return g.Wait()
}

// Left alone.

func inputOfSibling(ctx context.Context, in chan int, read func(context.Context, chan<- int) error, put func(context.Context, int) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(in)
		return read(gctx, in)
	})
	g.Go(func() error {
		for {
			select {
			case n, ok := <-in:
				if !ok {
					return nil
				}
				if err := put(gctx, n); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	return g.Wait()
}

type feeder struct{ in chan int }

func (f *feeder) inputOfObject(ctx context.Context, read func(context.Context) error, put func(context.Context, int) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return read(gctx) })
	g.Go(func() error {
		for {
			select {
			case n, ok := <-f.in:
				if !ok {
					return nil
				}
				if err := put(gctx, n); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	return g.Wait()
}

func waitsForBoth(ctx context.Context, serve func(context.Context) error, end func(fast bool) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serve(gctx) })
	g.Go(func() error {
		select {
		case <-ctx.Done():
			return end(false)
		case <-gctx.Done():
			return end(true)
		}
	})
	return g.Wait()
}

func endedBySibling(ctx context.Context, serve func(context.Context) error, end func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer cancel()
		return serve(gctx)
	})
	g.Go(func() error {
		<-ctx.Done()
		return end()
	})
	return g.Wait()
}

func endsWithItsInput(ctx context.Context, in <-chan int, read func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return read(gctx) })
	g.Go(func() error {
		for {
			select {
			case _, ok := <-in:
				if !ok {
					return nil
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	return g.Wait()
}

func nobodyElseFails(ctx context.Context, show func(context.Context), serve func() error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		show(gctx)
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		return serve()
	})
	return g.Wait()
}

func asksBoth(ctx context.Context, check func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return check(gctx) })
	g.Go(func() error {
		for gctx.Err() == nil {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}
