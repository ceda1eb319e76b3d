package dropped

import (
	"context"
	"errors"
	"log"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func work(context.Context) error { return errors.New("work") }

// Found.

func statement(g *errgroup.Group) {
	g.Wait() // want `the group's error is dropped`
}

func deferred() {
	var g errgroup.Group
	defer g.Wait() // want `a deferred join drops`
	g.Go(func() error { return errors.New("lost") })
}

func inLiteral() {
	var g errgroup.Group
	defer func() {
		g.Wait() // want `the group's error is dropped`
	}()
	g.Go(func() error { return errors.New("lost") })
}

func goroutine(g *errgroup.Group) {
	go g.Wait() // want `goroutine of its own drops`
}

func blank(g *errgroup.Group) {
	_ = g.Wait() // want `assigned to _`
}

func concPool() {
	p := pool.New().WithErrors()
	p.Go(func() error { return errors.New("lost") })
	p.Wait() // want `error is dropped`
}

func concContext(ctx context.Context) {
	p := pool.New().WithContext(ctx)
	p.Go(work)
	_ = p.Wait() // want `assigned to _`
}

func run(ctx context.Context) {
	braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { // want `error is dropped`
		g.Go(work)
		return nil
	})
}

func call(ctx context.Context) int {
	n, _ := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) { // want `assigned to _`
		return 1, work(ctx)
	})
	return n
}

func mapped(ctx context.Context, in []string) []int {
	out, _ := braid.Map(ctx, in, func(ctx context.Context, s string) (int, error) { // want `assigned to _`
		return len(s), work(ctx)
	})
	return out
}

func closed(ctx context.Context) {
	g, _ := braid.Open(ctx)
	defer g.Close() // want `a deferred join drops`
	g.Go(work)
}

func opened(ctx context.Context) {
	g, _ := braid.Open(ctx)
	g.Go(work)
	_ = g.Wait() // want `assigned to _`
}

// A reason is missing.
func noReason(g *errgroup.Group) {
	//braid:ignore dropped
	g.Wait() // want `the group.s error is dropped`
}

// Left alone.

func returned(g *errgroup.Group) error {
	return g.Wait()
}

func exempted(g *errgroup.Group) {
	g.Wait() //braid:ignore dropped its tasks report to the log themselves
}

func looked(ctx context.Context) (failed bool) {
	var g errgroup.Group
	g.Go(func() error { return work(ctx) })
	if g.Wait() != nil {
		failed = true
	}
	return failed
}

func neverFail(xs []int) {
	var g errgroup.Group
	g.SetLimit(4)
	for i := range xs {
		g.Go(func() error {
			xs[i]++
			return nil
		})
	}
	_ = g.Wait()
}

func neverFailStatement(xs []int) {
	g := new(errgroup.Group)
	for i := range xs {
		g.Go(func() error {
			if xs[i] == 0 {
				return nil
			}
			xs[i]++
			return nil
		})
	}
	g.Wait()
}

func onTheSide(ctx context.Context) error {
	g, ctx := braid.Open(ctx)
	defer g.Close()
	g.Go(work)
	if err := work(ctx); err != nil {
		return err
	}
	return g.Wait()
}

func early(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { return work(ctx) })
	if err := work(ctx); err != nil {
		g.Wait()
		return err
	}
	return g.Wait()
}

func named(ctx context.Context) (err error) {
	g, _ := braid.Open(ctx)
	defer func() { err = errors.Join(err, g.Close()) }()
	g.Go(work)
	return nil
}

func noError() {
	var wg conc.WaitGroup
	wg.Go(func() {})
	wg.Wait()
	p := pool.New()
	p.Go(func() {})
	p.Wait()
}

func value(ctx context.Context) error {
	_, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) { return 1, nil })
	return err
}

func handle(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		t := braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
		n, _ := t.Wait(ctx) // the group tells of its failure
		_ = n
		return nil
	})
}

type server struct{ g *braid.Group }

func (s *server) Close() error { return s.g.Close() }

func keepErrors(xs []string) []error {
	errs := make([]error, len(xs))
	var g errgroup.Group
	for i := range xs {
		g.Go(func() error {
			errs[i] = work(context.Background())
			return errs[i]
		})
	}
	_ = g.Wait()
	return errs
}

func sendErrors(xs []string) error {
	errs := make(chan error, len(xs))
	var g errgroup.Group
	for range xs {
		g.Go(func() error {
			err := work(context.Background())
			errs <- err
			return err
		})
	}
	_ = g.Wait()
	return <-errs
}

func never() error {
	println("done")
	return nil
}

func namedNeverFails() {
	var g errgroup.Group
	g.Go(never)
	g.Wait()
}

func bodyNeverFails(ctx context.Context) {
	_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			println("done")
			return nil
		})
		return nil
	})
}

func stub() {
	var g errgroup.Group
	g.Go(func() error { return nil })
	g.Wait() // want `error is dropped`
}

func overwritten(save func() error) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait() // want `nobody reads err after this`
	err = save()
	return err
}

func empty() {
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil /* want `nobody reads err after this` */ {
	}
}

func shadowed() (err error) {
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil /* want `nobody reads err after this` */ {
	}
	return err
}

func joined(save func() error) error {
	var g errgroup.Group
	g.Go(fails)
	err := g.Wait()
	err = errors.Join(err, save())
	return err
}

func bareResult() (err error) {
	var g errgroup.Group
	g.Go(fails)
	err = g.Wait()
	return
}

func elseBranch() {
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err == nil {
	} else {
		log.Print(err)
	}
}

func readInLiteral() (err error) {
	defer func() { log.Print(err) }()
	var g errgroup.Group
	g.Go(fails)
	err = g.Wait()
	return nil
}

func nextRound(n int) (err error) {
	for range n {
		if err != nil {
			return err
		}
		var g errgroup.Group
		g.Go(fails)
		err = g.Wait()
	}
	return nil
}

func fails() error { return errors.New("work") }

func emptyOnPurpose() {
	var g errgroup.Group
	g.Go(fails)
	if err := g.Wait(); err != nil {
		// each has logged its own
	}
}
