// Groups of rounds, and panics that conc has recovered.

package dropped

import (
	"context"
	"errors"
	"log"

	"github.com/sourcegraph/conc"
	"golang.org/x/sync/errgroup"
)

func eachRound(ctx context.Context, lots [][]string, put func(context.Context, string) error) (n int, err error) {
	for _, lot := range lots {
		g, gctx := errgroup.WithContext(ctx)
		for _, s := range lot {
			g.Go(func() error { return put(gctx, s) })
		}
		err = g.Wait() // want `the next round gives err the error of its own group before anybody has looked`
		n += len(lot)
	}
	return n, err
}

func eachRoundLeaves(ctx context.Context, lots [][]string, put func(context.Context, string) error) (err error) {
	for _, lot := range lots {
		g, gctx := errgroup.WithContext(ctx)
		for _, s := range lot {
			g.Go(func() error { return put(gctx, s) })
		}
		err = g.Wait()
		if err != nil {
			return err
		}
	}
	return err
}

func eachRoundJoins(ctx context.Context, lots [][]string, put func(context.Context, string) error) (err error) {
	var all error
	for _, lot := range lots {
		var g errgroup.Group
		for _, s := range lot {
			g.Go(func() error { return put(ctx, s) })
		}
		err = g.Wait()
		all = errors.Join(all, err)
	}
	return all
}

func untilDone(ctx context.Context, put func(context.Context) error) (err error) {
	for range 3 {
		var g errgroup.Group
		done := false
		g.Go(func() error {
			err := put(ctx)
			done = err == nil
			return err
		})
		err = g.Wait()
		if done {
			break
		}
	}
	return err
}

func whileFails(ctx context.Context, put func(context.Context) error) error {
	err := errors.New("not yet")
	for i := 0; err != nil && i < 3; i++ {
		var g errgroup.Group
		g.Go(func() error { return put(ctx) })
		err = g.Wait()
	}
	return err
}

func oneGroup(ctx context.Context, lots [][]string, put func(context.Context, string) error) (err error) {
	var g errgroup.Group
	for _, lot := range lots {
		for _, s := range lot {
			g.Go(func() error { return put(ctx, s) })
		}
		err = g.Wait() // an errgroup keeps its first
	}
	return err
}

func eachRoundSeen(ctx context.Context, lots [][]string, put func(context.Context, string) error) (err error) {
	defer func() { log.Print(err) }()
	for _, lot := range lots {
		var g errgroup.Group
		for _, s := range lot {
			g.Go(func() error { return put(ctx, s) })
		}
		err = g.Wait()
	}
	return err
}

func rebuild(parts []func()) error {
	var wg conc.WaitGroup
	for _, p := range parts {
		wg.Go(p)
	}
	wg.WaitAndRecover() // want `nobody learns that a task`
	return nil
}

func rebuildDeferred(parts []func()) {
	var wg conc.WaitGroup
	defer wg.WaitAndRecover() // want `nobody learns that a task`
	for _, p := range parts {
		wg.Go(p)
	}
}

func rebuildAsked(parts []func()) error {
	wg := conc.NewWaitGroup()
	for _, p := range parts {
		wg.Go(p)
	}
	if r := wg.WaitAndRecover(); r != nil {
		return r.AsError()
	}
	return nil
}

func rebuildMeant(parts []func()) {
	var wg conc.WaitGroup
	for _, p := range parts {
		wg.Go(p)
	}
	// A part that panics has said so itself.
	wg.WaitAndRecover()
}

func rebuildBlank(parts []func()) {
	var wg conc.WaitGroup
	for _, p := range parts {
		wg.Go(p)
	}
	_ = wg.WaitAndRecover()
}

func rebuildRaises(parts []func()) {
	var wg conc.WaitGroup
	for _, p := range parts {
		wg.Go(p)
	}
	wg.Wait()
}

func rounds(ctx context.Context, put func(context.Context) error) (err error) {
	for {
		if ctx.Err() != nil {
			return err
		}
		var g errgroup.Group
		g.Go(func() error { return put(ctx) })
		err = g.Wait()
	}
}

func untilTold(ctx context.Context, put func(context.Context) (bool, error)) (err error) {
	for done := false; !done; {
		var g errgroup.Group
		g.Go(func() (err error) {
			done, err = put(ctx)
			return err
		})
		err = g.Wait()
	}
	return err
}
