package g

import (
	"context"
	"errors"
	"log"
	"net/http"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (g): Wait as a statement
func all(ctx context.Context, n int) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for range n {
		g.Go(func() error { return step(ctx) })
	}
	g.Wait()
}

// fine: Wait's error is returned
func allOK(ctx context.Context, n int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for range n {
		g.Go(func() error { return step(ctx) })
	}
	return g.Wait()
}

// want-rule (g): assigned to blank
func pair(ctx context.Context) {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	g.Go(func() error { return step(ctx) })
	_ = g.Wait()
}

// fine: logged
func pairOK(ctx context.Context) {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	g.Go(func() error { return step(ctx) })
	if err := g.Wait(); err != nil {
		log.Print(err)
	}
}

// want-rule (g): deferred
func withDefer(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	defer g.Wait()
	g.Go(func() error { return step(ctx) })
	return step(ctx)
}

// fine: the deferred function joins it
func withDeferOK(ctx context.Context) (err error) {
	g, ctx := errgroup.WithContext(ctx)
	defer func() { err = errors.Join(err, g.Wait()) }()
	g.Go(func() error { return step(ctx) })
	return step(ctx)
}

// want-rule (g): Wait in a goroutine
func inGo(ctx context.Context, done chan<- struct{}) {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	go func() {
		g.Wait()
		close(done)
	}()
}

// fine: the goroutine sends the error
func inGoOK(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	errc := make(chan error, 1)
	go func() {
		errc <- g.Wait()
	}()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// want-rule (g): go g.Wait()
func (s *server) release() {
	go s.eg.Wait()
}

// fine: the field's group is waited for
func (s *server) releaseOK() error {
	return s.eg.Wait()
}

// want-rule (g): the error of Run is ignored
func runDrop(ctx context.Context) {
	braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(step)
		return nil
	})
}

// fine: the error of Run is handled
func runDropOK(ctx context.Context, w http.ResponseWriter) {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(step)
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), 500)
	}
}

// want-rule (g): the results are used and the error is blank
func mapDrop(ctx context.Context, xs []int) []int {
	ys, _ := braid.Map(ctx, xs, func(ctx context.Context, x int) (int, error) {
		return x * x, step(ctx)
	}, braid.Limit(2))
	return ys
}

// fine: results and error
func mapDropOK(ctx context.Context, xs []int) ([]int, error) {
	return braid.Map(ctx, xs, func(ctx context.Context, x int) (int, error) {
		return x * x, step(ctx)
	}, braid.Limit(2))
}

// want-rule (g): a deferred Close of an owner's group
func owner(ctx context.Context) error {
	g, ctx := braid.Open(ctx)
	defer g.Close()
	g.Go(step)
	return step(ctx)
}

// fine: its error is joined
func ownerOK(ctx context.Context) (err error) {
	g, ctx := braid.Open(ctx)
	defer func() { err = errors.Join(err, g.Close()) }()
	g.Go(step)
	return step(ctx)
}

// want-rule (g): the field's group is closed and nil returned
func (s *server) Shutdown(ctx context.Context) error {
	s.group.Close()
	return nil
}

// fine: the field's group is closed, with its error
func (s *server) ShutdownOK(ctx context.Context) error {
	return s.group.Close()
}

// want-rule (g): the error is overwritten before anybody looks
func overwrite(ctx context.Context, save func() error) error {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	err := g.Wait()
	err = save()
	return err
}

// fine: both are joined
func overwriteOK(ctx context.Context, save func() error) error {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	err := g.Wait()
	err = errors.Join(err, save())
	return err
}

// want-rule (g): the error ends in a shadow
func shadow(ctx context.Context) (err error) {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	if err := g.Wait(); err != nil {
	}
	return err
}

// fine: the same variable
func shadowOK(ctx context.Context) (err error) {
	var g errgroup.Group
	g.Go(func() error { return step(ctx) })
	if err = g.Wait(); err != nil {
		return err
	}
	return err
}
