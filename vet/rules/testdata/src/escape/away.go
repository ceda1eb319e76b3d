package escape

import (
	"context"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// Contexts that are sent in an object or a function.

type order struct {
	ctx context.Context
	id  int
}

type question struct {
	ctx    context.Context
	answer chan<- int
}

type office struct {
	orders    chan order
	inbox     chan *order
	questions chan question
	todo      chan func() error
	own       chan order
}

func (o *office) places(ctx context.Context, id int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	next := order{gctx, id} // want `the context of a group \(gctx\) is sent over a channel`
	select {
	case o.orders <- next:
	case <-gctx.Done():
	}
	return g.Wait()
}

func (o *office) placesInBlock(ctx context.Context, id int, out chan<- order) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(work)
		next := &order{ctx: ctx, id: id} // want `the context of a group \(ctx\) is sent over a channel`
		o.inbox <- next
		out <- order{ctx, id} // want `the context of a group \(ctx\) is sent over a channel`
		return nil
	})
}

func (o *office) placesFunction(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	o.todo <- func() error { return work(gctx) } // want `the context of a group \(gctx\) is in a function that is sent over a channel`
	return g.Wait()
}

func (o *office) placesByField(ctx context.Context, id int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	next := &order{id: id}
	next.ctx = gctx // want `the context of a group \(gctx\) is sent over a channel`
	o.inbox <- next
	return g.Wait()
}

func (o *office) enqueue(next order) { o.orders <- next }

func (o *office) placesByCall(ctx context.Context, id int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	o.enqueue(order{gctx, id}) // want `the context of a group \(gctx\) is sent over a channel`
	next := order{gctx, id}    // want `the context of a group \(gctx\) is sent over a channel`
	o.enqueue(next)
	return g.Wait()
}

// Left alone.

func (o *office) keepOwn(next order) { o.own <- next }

func (o *office) keepAway(next order, to chan order) { to <- next }

func (o *office) placesInside(ctx context.Context, id int) error {
	g, gctx := errgroup.WithContext(ctx)
	mine := make(chan order, 1)
	g.Go(o.serve)
	g.Go(func() error { return work((<-mine).ctx) })
	o.keepOwn(order{gctx, id})
	next := order{id: id}
	next.ctx = gctx
	o.keepOwn(next)
	o.keepAway(next, mine)
	return g.Wait()
}

// Who asks waits for the answer.
func (o *office) asks(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for range 3 {
		g.Go(func() error {
			answer := make(chan int, 1)
			q := question{gctx, answer}
			o.questions <- q
			o.questions <- question{gctx, answer}
			<-answer
			return nil
		})
	}
	return g.Wait()
}

// Tasks of the group receive.
func (o *office) workers(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	jobs := make(chan order)
	g.Go(func() error {
		for j := range jobs {
			if err := work(j.ctx); err != nil {
				return err
			}
		}
		return nil
	})
	g.Go(o.serve)
	for i := range 10 {
		j := order{gctx, i}
		jobs <- j
		jobs <- order{gctx, i}
		o.own <- j
		o.own <- order{gctx, i}
	}
	close(jobs)
	return g.Wait()
}

func (o *office) serve() error {
	for j := range o.own {
		if err := work(j.ctx); err != nil {
			return err
		}
	}
	return nil
}

// What is sent says when it is done, or brings something.
func (o *office) functions(ctx context.Context) (n int, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	done := make(chan struct{})
	o.todo <- func() error {
		defer close(done)
		return work(gctx)
	}
	o.todo <- func() error {
		n++
		err = work(gctx)
		return err
	}
	o.todo <- func() error { return work(ctx) }
	<-done
	return n, g.Wait()
}

func (o *office) placesOuter(ctx context.Context, id int) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return work(gctx) })
	next := order{ctx, id}
	o.orders <- next
	return g.Wait()
}
