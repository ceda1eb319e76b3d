package unjoined

import (
	"context"
	"errors"
	"sync"

	"example.com/keeps"
	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func do() error { return nil }

func work(context.Context) error { return nil }

// Found.

func waitGroupNever(xs []string) {
	var wg sync.WaitGroup
	for range xs {
		wg.Add(1) // want `wg is never waited for`
		go func() {
			defer wg.Done()
			_ = do()
		}()
	}
}

func waitGroupGoNever() {
	var wg sync.WaitGroup
	wg.Go(func() { _ = do() }) // want `wg is never waited for`
}

func handler(wg *sync.WaitGroup) {
	defer wg.Done()
	_ = do()
}

func handedOverNever() {
	var wg sync.WaitGroup
	wg.Add(1) // want `wg is never waited for`
	go handler(&wg)
}

func errgroupNever() {
	var g errgroup.Group
	g.Go(do) // want `g is never waited for`
}

func errgroupContextNever(ctx context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(ctx) }) // want `g is never waited for`
}

func pointerNever() error {
	g := &errgroup.Group{}
	g.SetLimit(2)
	g.Go(do) // want `g is never waited for`
	return nil
}

func concNever() {
	wg := conc.NewWaitGroup()
	wg.Go(func() { _ = do() }) // want `wg is never waited for`
}

// Panics come back as a value.
func concRecovered() error {
	wg := conc.NewWaitGroup()
	wg.Go(func() { _ = do() })
	return wg.WaitAndRecover().AsError()
}

func poolNever() {
	p := pool.New().WithMaxGoroutines(3)
	p.Go(func() { _ = do() }) // want `p is never waited for`
}

func openNever(ctx context.Context) {
	g, _ := braid.Open(ctx)
	g.Go(work) // want `g is never waited for`
}

func openForkNever(ctx context.Context) (int, error) {
	g, ctx := braid.Open(ctx)
	g.Cancel()
	t := braid.Fork(g, func(context.Context) (int, error) { return 1, nil }) // want `g is never waited for`
	return t.Wait(ctx)
}

func waitGroupEarly(xs []string) error {
	var wg sync.WaitGroup
	for range xs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do()
		}()
		if err := do(); err != nil {
			return err // want `this return leaves wg before its Wait: what was started in line \d+ goes on`
		}
	}
	wg.Wait()
	return nil
}

func errgroupEarly() error {
	var g errgroup.Group
	g.Go(do)
	if err := do(); err != nil {
		return err // want `leaves g before its Wait`
	}
	return g.Wait()
}

func errgroupEarlyInSelect(ctx context.Context, more chan string) error {
	g, gctx := errgroup.WithContext(ctx)
	for {
		select {
		case _, ok := <-more:
			if !ok {
				return g.Wait()
			}
			g.Go(func() error { return work(gctx) })
		case <-ctx.Done():
			return ctx.Err() // want `leaves g before its Wait`
		}
		if false {
			return g.Wait()
		}
	}
}

func openEarly(ctx context.Context) error {
	g, _ := braid.Open(ctx)
	g.Go(work)
	if err := do(); err != nil {
		return err // want `leaves g before its Wait`
	}
	return g.Close()
}

type fields struct {
	wg sync.WaitGroup
}

func (f *fields) start() {
	f.wg.Add(1) // want `wg is never waited for in this package`
	go func() {
		defer f.wg.Done()
		_ = do()
	}()
}

// Left alone.

func waited(xs []string) {
	var wg sync.WaitGroup
	for range xs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do()
		}()
	}
	wg.Wait()
}

func deferred() error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go handler(&wg)
	return do()
}

func deferredLiteral() (err error) {
	var g errgroup.Group
	defer func() { err = errors.Join(err, g.Wait()) }()
	g.Go(do)
	return do()
}

func beforeItStarts() error {
	var g errgroup.Group
	if err := do(); err != nil {
		return err
	}
	g.Go(do)
	return g.Wait()
}

func joinsFirst() error {
	var g errgroup.Group
	g.Go(do)
	if err := do(); err != nil {
		_ = g.Wait()
		return err
	}
	return g.Wait()
}

func takesItBack(start func(func()) error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	if err := start(wg.Done); err != nil {
		wg.Done()
		return err
	}
	wg.Wait()
	return nil
}

func inGoroutine() <-chan string {
	out := make(chan string)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		out <- "x"
	}()
	go func() {
		wg.Wait()
		close(out)
	}()
	return out
}

func wait(wg *sync.WaitGroup) { wg.Wait() }

func handedToWait() {
	var wg sync.WaitGroup
	wg.Add(1)
	go handler(&wg)
	wait(&wg)
}

func returned() *errgroup.Group {
	g := new(errgroup.Group)
	g.Go(do)
	return g
}

func handedOut() func() error {
	g := new(errgroup.Group)
	g.Go(do)
	return func() error { return g.Wait() }
}

func methodValue() func() error {
	g := new(errgroup.Group)
	g.Go(do)
	return g.Wait
}

func param(g *errgroup.Group, wg *sync.WaitGroup) {
	g.Go(do)
	wg.Add(1)
}

func onlyIf(parallel bool) error {
	var wg sync.WaitGroup
	if parallel {
		wg.Add(1)
		go handler(&wg)
	}
	if parallel {
		wg.Wait()
	}
	return nil
}

func body(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(work)
		if err := do(); err != nil {
			return err
		}
		return nil
	})
}

type server struct {
	wg sync.WaitGroup
	g  *errgroup.Group
}

func (s *server) Start() {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		_ = do()
	}()
	s.g = new(errgroup.Group)
	s.g.Go(do)
}

func (s *server) Close() error {
	s.wg.Wait()
	return s.g.Wait()
}

type Public struct {
	WG sync.WaitGroup
}

func (p *Public) start() {
	p.WG.Add(1)
	go func() { defer p.WG.Done() }()
}

func detached() {
	var g errgroup.Group
	//braid:detached it reports to the log itself
	g.Go(do)
}

// Counted by functions of another package, which do no more than that.

func countedElsewhere() {
	var wg sync.WaitGroup
	wg.Add(1) // want `wg is never waited for`
	go func() {
		keeps.Count("a", &wg, func() {})
		wg.Done()
	}()
}

func joinedElsewhere() {
	var wg sync.WaitGroup
	wg.Go(func() { _ = do() })
	keeps.Join(&wg)
}

// A WaitGroup that tells when goroutines have started, not when they have ended.

func started(check func() error) error {
	var up sync.WaitGroup
	up.Add(1)
	go func() {
		up.Done()
		_ = do()
	}()
	if err := check(); err != nil {
		return err
	}
	up.Wait()
	return nil
}

// Before the first go statement there is nothing to wait for.

func countedFirst(check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	if err := check(); err != nil {
		return err
	}
	go func() {
		defer wg.Done()
		_ = do()
	}()
	if err := check(); err != nil {
		return err // want `this return leaves wg before its Wait`
	}
	wg.Wait()
	return nil
}
