// Contexts for what outlives the function.

package background_all

import (
	"context"
	"os/exec"
	"time"

	"golang.org/x/sync/errgroup"
)

type service struct{ ctx context.Context }

func NewService(ctx context.Context, name string) (*service, error) { return &service{ctx}, nil }

func (s *service) get(ctx context.Context) error { return nil }

type backend struct{ svc *service }

func (b *backend) open(ctx context.Context) (err error) {
	b.svc, err = NewService(context.Background(), "a")
	return err
}

func openedToKeep(ctx context.Context) (*backend, error) {
	svc, err := NewService(context.Background(), "a")
	if err != nil {
		return nil, err
	}
	return &backend{svc}, nil
}

func used(ctx context.Context) error {
	svc, err := NewService(context.Background(), "a") // want `does not end with ctx`
	if err != nil {
		return err
	}
	return svc.get(ctx)
}

func (b *backend) loop(ctx context.Context) {}

func started(ctx context.Context) *backend {
	b := &backend{}
	go b.loop(context.Background())
	return b
}

func says(ctx context.Context, f func(context.Context) error) error {
	// The work is not tied to the caller's context: half of it is of no use.
	var (
		name         = "work"
		root, cancel = context.WithCancel(context.Background())
	)
	defer cancel()
	_ = name
	return f(root)
}

func saysOther(ctx context.Context, f func(context.Context) error) error {
	// Half of the work is of no use.
	var (
		root, cancel = context.WithCancel(context.Background()) // want `does not end with ctx`
	)
	defer cancel()
	return f(root)
}

// Making a context is the function's work.

// What is deferred, what goes along with the context, and what is kept by whom it is given to.

func lease(context.Context) (func(context.Context), error) { return nil, nil }

func leased(ctx context.Context) error {
	done, err := lease(ctx)
	if err != nil {
		return err
	}
	defer done(context.TODO())
	return ctx.Err()
}

func runs(ctx context.Context, how func(context.Context, *exec.Cmd) error) error {
	cmd := exec.CommandContext(context.Background(), "true")
	return how(ctx, cmd)
}

func newLazy(make func() error) *backend { return nil }

func lazily(ctx context.Context, f func(context.Context) error) *backend {
	return newLazy(func() error { return f(context.TODO()) })
}

func inPlace(ctx context.Context, f func(context.Context) error, twice func(func() error) error) error {
	return twice(func() error { return f(context.TODO()) }) // want `does not end with ctx`
}

// What runs later, and what is handed on.

type pool struct{}

func (*pool) Submit(func()) {}

func submits(ctx context.Context, p *pool, f func(context.Context)) {
	p.Submit(func() { f(context.Background()) })
}

func register(*service) {}

func registered(ctx context.Context) error {
	s, err := NewService(context.Background(), "b")
	if err != nil {
		return err
	}
	register(s)
	return ctx.Err()
}

// A go statement by another name.

func goes(f func(), name string) {
	go func() {
		defer println(name)
		f()
	}()
}

func goesToo(f func(), name string) { goes(f, name) }

func calls(f func(), name string) { f() }

func wrapped(ctx context.Context, f func(context.Context)) {
	goesToo(func() { f(context.Background()) }, "a")
	calls(func() { f(context.Background()) }, "b") // want `does not end with ctx`
}

func explained(ctx context.Context, f func(context.Context)) {
	//nolint:govet // we don't want to cancel that context: the timeout takes care of it
	fresh, _ := context.WithTimeout(context.Background(), time.Second)
	f(fresh)
}

type tracker struct{}

func (*tracker) Go(func()) {}

func renews(ctx context.Context, t *tracker, f func(context.Context)) {
	t.Go(func() { f(context.Background()) })
}

// A task that is ended by a Stop, and not by the context.

type writer struct{}

func (*writer) Start(context.Context) error { return nil }
func (*writer) Stop()                       {}

func writes(ctx context.Context, w *writer, f func(context.Context) error) error {
	var g errgroup.Group
	g.Go(func() error { return w.Start(context.Background()) })
	g.Go(func() error {
		defer w.Stop()
		return f(ctx)
	})
	return g.Wait()
}

func writesOn(ctx context.Context, w *writer, f func(context.Context) error) error {
	var g errgroup.Group
	g.Go(func() error { return w.Start(context.Background()) }) // want `does not end with ctx`
	g.Go(func() error { return f(ctx) })
	return g.Wait()
}

// What ends with a channel that a goroutine closes when the context has ended.

func displays(ctx context.Context, show func(context.Context, <-chan int) error, in <-chan int) error {
	out := make(chan int)
	go func() {
		defer close(out)
		for {
			select {
			case v := <-in:
				out <- v
			case <-ctx.Done():
				return
			}
		}
	}()
	return show(context.Background(), out)
}

func displaysNot(ctx context.Context, show func(context.Context, <-chan int) error, in <-chan int) error {
	out := make(chan int)
	go func() {
		defer close(out)
		for v := range in {
			out <- v
		}
	}()
	return show(context.Background(), out) // want `does not end with ctx`
}
