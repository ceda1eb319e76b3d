package stream

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/option"
	"github.com/braid-go/braid/internal/seam"
)

// This file gives one stream to several consumers.
//
// The caller's goroutine ranges over the stream and puts each item into a pipe
// for each consumer; they are tasks. Invariant: the stream is asked for the next
// item only when every consumer that is still there has room for it.

// Tee gives one stream to several consumers: it ranges over s once and calls all
// functions at once, each with a stream of all items of s. It returns when all
// have returned and s has been joined.
//
// The slowest consumer holds the others back: a consumer is at most as many
// items ahead of it as [Ahead] says, one without it or with Ahead(0), which bounds
// what is held.
// A consumer that leaves its loop, or returns, holds nobody back any more; when
// all have, s is left. So two loops that wait for each other in turns can block
// each other, as with any bounded queue.
//
// The error is as for [braid.Run]: the first failure of a consumer cancels the
// others and s. An error of s is yielded to every consumer that is still there,
// and Tee returns it as it is if one of them does and nothing else failed; if
// none does it was dealt with. A panic or Goexit of a consumer or of s is one of
// Tee, after the join. Under a dead ctx nobody is called.
//
// The stream that a consumer is given can be ranged over once; a second time is
// refused with a panic. Consumers are tasks named by their functions and
// numbered in errors. Of options it takes Ahead and [braid.Name]. It panics if
// ctx, s or a function is nil or an option makes no sense.
func Tee[T any](ctx context.Context, s Stream[T], consumers []func(ctx context.Context, s Stream[T]) error, opts ...braid.StreamOption) error {
	checkContext("Tee", ctx)
	check("Tee", s, false)
	for _, fn := range consumers {
		check("Tee", s, fn == nil)
	}
	cfg := configOf(opts)
	if cfg.Seen&^(option.SeenName|option.SeenBuffer) != 0 {
		panic("stream: Tee takes no options but Ahead and Name")
	}
	var group []braid.GroupOption
	if cfg.Name != "" {
		group = append(group, braid.Name(cfg.Name))
	}
	t := &tee[T]{pipes: make([]*pipe[T], len(consumers))}
	for i := range t.pipes {
		t.pipes[i] = newPipe[T](max(int64(cfg.Buffer), 1))
	}
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for i, fn := range consumers {
			seam.Go(g, &seam.Work{
				Call:  func(ctx context.Context) error { return t.consume(ctx, fn, t.pipes[i]) },
				At:    func() (uintptr, int) { return entry(fn), i },
				Ended: func(uint32) {},
			})
		}
		return t.feed(ctx, s)
	}, group...)
	if t.returned.Load() {
		if err != nil {
			return errors.Join(err, t.failure)
		}
		return t.failure
	}
	return err
}

type tee[T any] struct {
	pipes    []*pipe[T]
	failure  error       // of the stream; set before the pipes end
	returned atomic.Bool // a consumer has returned it
}

// feed ranges over the stream.
func (t *tee[T]) feed(ctx context.Context, s Stream[T]) error {
	all := false
	defer func() {
		for _, p := range t.pipes {
			p.end(all, t.failure)
		}
	}()
	if len(t.pipes) == 0 {
		return nil
	}
	all, failure, err := pump(ctx, s, func(item T) bool {
		taken := false
		for _, p := range t.pipes {
			p.put(item)
		}
		for _, p := range t.pipes {
			taken = p.awaitRoom(ctx) || taken
		}
		return taken
	})
	t.failure = failure
	return err
}

// consume is the task of a consumer.
func (t *tee[T]) consume(ctx context.Context, fn func(context.Context, Stream[T]) error, p *pipe[T]) error {
	defer p.leave()
	var begun atomic.Bool
	inside := ctx
	err := fn(ctx, func(ctx context.Context) iter.Seq2[T, error] {
		if ctx == nil {
			panic("stream: a stream was called with a nil context")
		}
		return func(yield func(T, error) bool) {
			if begun.Swap(true) {
				panic("stream: a stream given by Tee was ranged over twice")
			}
			defer func() {
				p.leave()
				p.batch, p.at = nil, 0
			}()
			left, dropped := drain(ctx, p.next, yield)
			if left {
				return
			}
			switch complete, failure := p.complete(); {
			case dropped:
				fail(yield, seam.Outside(ctx))
			case failure != nil:
				fail(yield, failure)
			case complete:
			case ctx.Err() != nil:
				fail(yield, seam.Outside(ctx))
			default: // the stream has been cut short, which is about to cancel
				select {
				case <-inside.Done():
					fail(yield, seam.Outside(inside))
				case <-ctx.Done(): // before it, if who ranges was left behind by fn
					fail(yield, seam.Outside(ctx))
				}
			}
		}
	})
	if err != nil && same(err, p.reason()) {
		t.returned.Store(true)
		return nil
	}
	return err
}

// same is == for errors that may not be comparable.
func same(a, b error) (same bool) {
	defer func() { _ = recover() }()
	return a == b
}
