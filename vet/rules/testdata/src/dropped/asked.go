// Errors that are asked for, given over to a deferred function or to a channel, and lost.

package dropped

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

type peer struct{ up, tried bool }

// An if that asks only whether there is one.

func (p *peer) start(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if g.Wait() == nil { // want `nil is returned where there is`
		p.up = true
	}
	log.Print("started")
	return nil
}

func (p *peer) startIn(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err == nil { // want `nil is returned where there is`
		p.up = true
	}
	return nil
}

func (p *peer) startEnds() error {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() != nil { // want `nil is returned where there is`
		return nil
	}
	p.up = true
	return nil
}

func (p *peer) startElse() error {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() == nil {
		p.up = true
	} else {
		p.up = false
	}
	return nil
}

func (p *peer) startWarns() error {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() == nil {
		p.up = true
	}
	if !p.up {
		return errors.New("down")
	}
	return nil
}

func (p *peer) startFalse() (bool, error) {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() != nil {
		return false, nil
	}
	return true, nil
}

func (p *peer) startAgain(n int) error {
	for range n {
		var g errgroup.Group
		g.Go(fails)
		if g.Wait() == nil {
			p.up = true
		}
	}
	return nil
}

func (p *peer) startSlow(slow func()) error {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() == nil {
		return nil
	}
	slow()
	return nil
}

func (p *peer) startMaybe() error {
	var g errgroup.Group
	g.Go(fails)
	// Best effort: who is down is asked again later.
	if g.Wait() == nil {
		p.up = true
	}
	return nil
}

// startDoc starts what it can: best effort.
func (p *peer) startDoc() error {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() == nil {
		p.up = true
	}
	return nil
}

func (p *peer) startVoid() {
	var g errgroup.Group
	g.Go(fails)
	if g.Wait() == nil {
		p.up = true
	}
}

func (p *peer) startNever() error {
	var g errgroup.Group
	g.Go(func() error {
		p.tried = true
		return nil
	})
	if g.Wait() == nil {
		p.up = true
	}
	return nil
}

// The error of the group's context in place of its own.

func both(ctx context.Context) (int, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) })
	if g.Wait() != nil { // want `the error of the group's own context is given`
		return 0, fmt.Errorf("both: %w", ctx.Err())
	}
	return 1, nil
}

func bothIn(ctx context.Context) error {
	g, gctx := braid.Open(ctx)
	g.Go(work)
	if err := g.Wait(); err != nil { // want `the error of the group's own context is given`
		return gctx.Err()
	}
	return nil
}

func bothTurned(ctx context.Context) (int, error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	err := g.Wait() // want `the error of the group's own context is given`
	if err == nil {
		return 1, nil
	}
	return 0, gctx.Err()
}

func bothSet(ctx context.Context) (err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if g.Wait() != nil { // want `the error of the group's own context is given`
		err = gctx.Err()
	}
	return err
}

func bothCause(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if g.Wait() != nil {
		return context.Cause(gctx)
	}
	return nil
}

func bothOuter(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if g.Wait() != nil {
		return ctx.Err()
	}
	return nil
}

func bothLogged(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	if err := g.Wait(); err != nil {
		log.Print(err)
		return gctx.Err()
	}
	return nil
}

// A deferred function that sets the result.

func writes(f io.Closer) (err error) {
	defer func() { err = f.Close() }()
	var g errgroup.Group
	g.Go(fails)
	return g.Wait() // want `a deferred function gives the result what Close returns, whatever this error is`
}

func writesNamed(f io.Closer) (n int, err error) {
	defer func() {
		log.Print("done")
		err = f.Close()
	}()
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil { // want `a deferred function gives the result`
		return 0, fmt.Errorf("writes: %w", err)
	}
	return 1, nil
}

func writesEach(files []io.Closer) (err error) {
	defer func() {
		for _, f := range files {
			err = f.Close()
		}
	}()
	var g errgroup.Group
	g.Go(fails)
	return g.Wait() // want `a deferred function gives the result what Close returns`
}

func writesMaybe(f io.Closer, close bool) (err error) {
	defer func() {
		if close {
			err = f.Close()
		}
	}()
	var g errgroup.Group
	g.Go(fails)
	return g.Wait()
}

func writesGood(f io.Closer) (err error) {
	defer func() {
		if err == nil {
			err = f.Close()
		}
	}()
	var g errgroup.Group
	g.Go(fails)
	return g.Wait()
}

func writesBoth(f io.Closer) (err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	var g errgroup.Group
	g.Go(fails)
	return g.Wait()
}

func writesOne(f io.Closer) (err error) {
	defer func() {
		if cerr := f.Close(); cerr != nil {
			err = cerr
		}
	}()
	var g errgroup.Group
	g.Go(fails)
	return g.Wait()
}

func writesDone(f io.Closer) (err error) {
	done := false
	defer func() {
		if done {
			err = f.Close()
		}
	}()
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil {
		return err
	}
	done = true
	return nil
}

func writesSecond(f io.Closer) (err error) {
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil {
		return err
	}
	defer func() { err = f.Close() }()
	return nil
}

// A channel from which nobody keeps it.

func sent(ctx context.Context) error {
	var g errgroup.Group
	g.Go(fails)
	done := make(chan error, 1)
	go func() { done <- g.Wait() }() // want `nobody keeps what is received`
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func sentKept(ctx context.Context) error {
	var g errgroup.Group
	g.Go(fails)
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		<-done
		return ctx.Err()
	}
}

func sentStopped(ctx context.Context, run func(context.Context) error, until <-chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return run(gctx) })
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	<-until
	cancel()
	<-done
}

func sentOn(done chan error) {
	var g errgroup.Group
	g.Go(fails)
	go func() { done <- g.Wait() }()
}
