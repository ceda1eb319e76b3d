package stream

import (
	"context"
	"sync/atomic"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file joins streams into one: those that a function gives for each item,
// or a few that are there.
//
// A task takes items from the source and hands one task over for each, no more
// than the limit at a time. An unordered stage has one pipe for all results; in
// an ordered one each item has its own, and the consumer empties one after the
// other. Invariant: a pipe is ended when all that put into it have ended, however
// they did, so the consumer never waits for nothing.

// perStream is how many results of one inner stream wait for the consumer.
const perStream = 16

// FlatMap is the stream of what the streams yield that fn gives for each item
// of s. Up to [braid.Limit] of them are ranged over at a time, each by a task.
// Results come stream by stream in the order of the items, or with [Unordered]
// as they come. A nil stream counts as an empty one.
//
// The source is held back: no more inner streams are begun and not delivered to
// their ends than the limit and [Ahead] together, and each goes no further than
// 16 results ahead of the consumer. With [Unordered] no more are begun than the
// limit, and all of them together go some 16 for each ahead. An error of fn or of the stream it gave is that of the item. See the
// package's documentation for what all stages have in common. With Limit(1) it
// is a loop in a loop, without goroutines.
//
// It panics if s or fn is nil or an option makes no sense.
func FlatMap[T, R any](s Stream[T], fn func(ctx context.Context, item T) (Stream[R], error), opts ...braid.StreamOption) Stream[R] {
	check("FlatMap", s, fn == nil)
	cfg, pc := configOf(opts), entry(fn)
	return stage(func(ctx context.Context, yield func(R, error) bool) {
		sc := open(ctx, pc, cfg.Name)
		fn := steered(sc.ctx, fn)
		if cfg.inline() {
			flatInline(ctx, sc, &cfg, s, pc, fn, yield)
			return
		}
		f := &flat[T, R]{scope: sc, cfg: &cfg, source: s, pc: pc, fn: fn}
		f.run(ctx, yield)
	})
}

// Merge is the stream of what all the streams yield, as it comes. All are ranged
// over at once, each by a task, all together up to some 16 items for each ahead
// of the consumer. The first error ends it and comes out as it is, once all have
// been joined, after what they have yielded. Without streams it is empty. It
// panics if a stream is nil.
func Merge[T any](streams ...Stream[T]) Stream[T] {
	for _, s := range streams {
		check("Merge", s, false)
	}
	pc := caller()
	cfg := config{}
	cfg.Limit, cfg.Unordered = max(len(streams), 1), true
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		f := &flat[Stream[T], T]{scope: open(ctx, pc, ""), cfg: &cfg, source: Of(streams...), pc: pc, plain: true}
		f.fn = func(_ context.Context, s Stream[T]) (Stream[T], error) { return s, nil }
		f.run(ctx, yield)
	})
}

// flat is one run.
type flat[T, R any] struct {
	*scope
	cfg    *config
	source Stream[T]
	pc     uintptr
	fn     func(context.Context, T) (Stream[R], error)
	plain  bool // errors of inner streams are the source's own

	results *pipe[R]        // of an unordered stage
	order   *pipe[*pipe[R]] // of an ordered one
	open    atomic.Int64    // tasks that may put into results, the feeder included
	cut     atomic.Bool     // one of them did not come to its end
	failure atomic.Pointer[error]
	slots   chan struct{}
}

func (f *flat[T, R]) run(ctx context.Context, yield func(R, error) bool) {
	defer f.close()
	f.slots = make(chan struct{}, f.cfg.Limit)
	f.open.Store(1)
	if f.cfg.Unordered {
		f.results = newPipe[R](perStream * min(int64(f.cfg.Limit), mostWindow))
	} else {
		f.order = newPipe[*pipe[R]](f.cfg.window())
	}
	f.Go(f.feed, sourceName)
	var complete, left bool
	if f.cfg.Unordered {
		var dropped bool
		left, dropped = drain(ctx, f.results.next, yield)
		complete, _ = f.results.complete()
		complete = complete && !dropped
	} else {
		complete, left = f.drainInOrder(ctx, yield)
	}
	if left {
		return
	}
	var failure error
	if e := f.failure.Load(); e != nil {
		failure = *e
	}
	if err := f.finish(ctx, complete, failure); err != nil {
		fail(yield, err)
	}
}

// drainInOrder empties the pipes of the items one after the other, up to the
// first that was cut short.
func (f *flat[T, R]) drainInOrder(ctx context.Context, yield func(R, error) bool) (complete, left bool) {
	for {
		p, ok := f.order.take(ctx)
		if !ok {
			complete, _ = f.order.complete()
			return complete, false
		}
		left, dropped := drain(ctx, p.next, yield)
		if left {
			return false, true
		}
		if complete, _ := p.complete(); !complete || dropped {
			return false, false
		}
		f.order.delivered() // only now: an item is on its way until all of its stream is there
	}
}

// feed is the task that takes items from the source.
func (f *flat[T, R]) feed(ctx context.Context) (err error) {
	all := false
	defer func() {
		if f.order != nil {
			f.order.end(all, nil)
		}
		f.release(all)
	}()
	n := 0
	all, failure, err := pump(ctx, f.source, func(item T) bool {
		f.begin(n, item)
		n++
		// Ask for the next only when it can be begun.
		if f.order != nil && !f.order.awaitRoom(ctx) {
			return false
		}
		select {
		case f.slots <- struct{}{}:
			<-f.slots // its task takes it
			return true
		case <-ctx.Done():
			return false
		}
	})
	if failure != nil {
		f.failure.CompareAndSwap(nil, &failure)
	}
	return err
}

// begin hands item n over to a task. There is a slot.
func (f *flat[T, R]) begin(n int, item T) {
	if f.cfg.track != nil {
		f.cfg.track.Added(1) // before the pipe, which nobody would end if it panics
	}
	p := f.results
	if f.order != nil {
		p = newPipe[R](perStream)
		f.order.put(p)
	}
	f.open.Add(1)
	f.slots <- struct{}{}
	seam.Go(f.Group, &seam.Work{
		Call: func(ctx context.Context) error { return f.each(ctx, item, p) },
		At:   func() (uintptr, int) { return f.pc, n },
		Ended: func(state uint32) {
			s := braid.State(state)
			if f.cfg.track != nil {
				f.cfg.track.Ended(s, 1)
			}
			if f.order != nil {
				p.end(s == braid.Succeeded, nil)
			}
			<-f.slots
			f.release(s == braid.Succeeded)
		},
	})
}

// each is the task of an item.
func (f *flat[T, R]) each(ctx context.Context, item T, p *pipe[R]) error {
	if err := f.cfg.pace(ctx); err != nil {
		return err
	}
	s, err := f.fn(ctx, item)
	if err != nil || s == nil {
		return err
	}
	_, failure, err := pump(ctx, s, func(v R) bool { return p.send(ctx, v) })
	if failure != nil && f.plain {
		f.failure.CompareAndSwap(nil, &failure)
		f.Cancel()
		return nil
	}
	if failure != nil {
		return failure
	}
	return err
}

// release ends the results when nobody is left to put anything in.
func (f *flat[T, R]) release(all bool) {
	if !all {
		f.cut.Store(true)
	}
	if f.open.Add(-1) == 0 && f.results != nil {
		f.results.end(!f.cut.Load(), nil)
	}
}
