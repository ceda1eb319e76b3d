package handle

import (
	"context"

	"github.com/braid-go/braid"
)

// Value does not wait.

func sum(ctx context.Context) (int, error) {
	return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
		a := braid.Fork(g, load)
		b := braid.Fork(g, load)
		if err := work(ctx); err != nil {
			return 0, err
		}
		return a.Value() + b.Value(), nil // want `Value does not wait` `Value does not wait`
	})
}

func atOnce(g *braid.Group) int {
	return braid.Fork(g, load).Value() // want `Value does not wait`
}

func each(ctx context.Context, n int) (sum int, err error) {
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		var tasks []*braid.Task[int]
		for range n {
			tasks = append(tasks, braid.Fork(g, load))
		}
		for _, t := range tasks {
			sum += t.Value() // want `Value does not wait`
		}
		return nil
	})
	return sum, err
}

func onOneWay(ctx context.Context, g *braid.Group, quick bool) int {
	t := braid.Fork(g, load)
	if !quick {
		_, _ = t.Wait(ctx)
	}
	return t.Value() // want `Value does not wait`
}

// After the group's end, or a wait, there is one.

func sumAfter(ctx context.Context) (int, error) {
	var a, b *braid.Task[int]
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		a = braid.Fork(g, load)
		b = braid.Fork(g, load)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return a.Value() + b.Value(), nil
}

func closed(ctx context.Context) (int, error) {
	g, _ := braid.Open(ctx)
	t := braid.Fork(g, load)
	if err := g.Close(); err != nil {
		return 0, err
	}
	return t.Value(), nil
}

func waited(ctx context.Context, g *braid.Group) (int, error) {
	t := braid.Fork(g, load)
	if _, err := t.Wait(ctx); err != nil {
		return 0, err
	}
	return t.Value(), nil
}

func heard(g *braid.Group) int {
	t := braid.Fork(g, load)
	<-t.Done()
	return t.Value()
}

func told(g *braid.Group, done chan int) int {
	t := braid.Fork(g, func(context.Context) (int, error) { close(done); return 1, nil })
	for range done {
	}
	return t.Value()
}

func asksFirst(g *braid.Group) int {
	t := braid.Fork(g, load)
	if _, err := t.Result(); err != nil {
		return 0
	}
	return t.Value()
}

func handed(ctx context.Context, g *braid.Group, wait func(...*braid.Task[int]) error) int {
	t := braid.Fork(g, load)
	if wait(t) != nil {
		return 0
	}
	return t.Value()
}

func later(g *braid.Group) func() int {
	t := braid.Fork(g, load)
	return func() int { return t.Value() }
}

func eachWaited(ctx context.Context, g *braid.Group, n int) (sum int) {
	tasks := make([]*braid.Task[int], n)
	for i := range tasks {
		tasks[i] = braid.Fork(g, load)
	}
	for _, t := range tasks {
		_, _ = t.Wait(ctx)
	}
	for _, t := range tasks {
		sum += t.Value()
	}
	return sum
}

func valueBehindAnother(ctx context.Context, g *braid.Group) (int, error) {
	first := braid.Fork(g, load)
	second := braid.Fork(g, load)
	n, err := second.Wait(ctx)
	if err != nil {
		return 0, err
	}
	return n + first.Value(), nil // want `Value does not wait`
}

func valueOfWhatTheOtherWaitsFor(ctx context.Context, g *braid.Group) (int, error) {
	first := braid.Fork(g, load)
	second := braid.Fork(g, func(ctx context.Context) (int, error) {
		n, err := first.Wait(ctx)
		return n + 1, err
	})
	n, err := second.Wait(ctx)
	if err != nil {
		return 0, err
	}
	return n + first.Value(), nil
}
