package braid

import (
	"context"
	"iter"
	"runtime"
	"sync/atomic"
)

// This file runs one function over the items of a sequence, whose length is not
// known. The sequence runs in the body, on the caller's goroutine, and is held
// back while no slot is free: no more than one item is taken ahead.

// MapSeq is [Map] over a sequence. The sequence is pulled on the caller's
// goroutine and held back while as many functions run as [Limit] says, or as
// there are processors (GOMAXPROCS) if it says nothing; so only the results take
// memory, and a sequence may be as long as it likes. After a failure it is
// pulled no more; while it blocks by itself, nothing can interrupt it.
//
// If ctx is dead when the sequence ends, MapSeq takes it that the sequence was
// cut short, and returns the error. It panics if ctx, seq or fn is nil. Package
// stream is for results that are to be used while others are computed.
func MapSeq[T, R any](ctx context.Context, seq iter.Seq[T], fn func(ctx context.Context, item T) (R, error), opts ...GroupOption) ([]R, error) {
	checkSeq("MapSeq", seq == nil, fn == nil)
	var results blocks[R]
	f := new(feed)
	err := run(ctx, "MapSeq", funcPC(fn), func(ctx context.Context, g *Group) error {
		f.start(ctx, g, funcPC(fn))
		for item := range seq {
			r := results.next()
			if err := f.add(nil, func(ctx context.Context) (err error) {
				*r, err = fn(ctx, item)
				return err
			}); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	}, with(opts, f))
	if err != nil && !partial(opts) {
		return nil, err
	}
	return results.join(), err
}

// EachSeq is [MapSeq] without results: what has been done takes no memory.
func EachSeq[T any](ctx context.Context, seq iter.Seq[T], fn func(ctx context.Context, item T) error, opts ...GroupOption) error {
	checkSeq("EachSeq", seq == nil, fn == nil)
	f := new(feed)
	return run(ctx, "EachSeq", funcPC(fn), func(ctx context.Context, g *Group) error {
		f.start(ctx, g, funcPC(fn))
		for item := range seq {
			if err := f.add(nil, func(ctx context.Context) error { return fn(ctx, item) }); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	}, with(opts, f))
}

// MapSeq2 is [MapSeq] over pairs, with the results under their keys; of a key
// that comes twice the later one counts. Errors name the key instead of a
// number. With [maps.All] it runs over a map.
func MapSeq2[K comparable, V, R any](ctx context.Context, seq iter.Seq2[K, V], fn func(ctx context.Context, key K, value V) (R, error), opts ...GroupOption) (map[K]R, error) {
	checkSeq("MapSeq2", seq == nil, fn == nil)
	var results blocks[R]
	f := new(feed)
	var keys []K
	err := run(ctx, "MapSeq2", funcPC(fn), func(ctx context.Context, g *Group) error {
		f.start(ctx, g, funcPC(fn))
		for key, value := range seq {
			r := results.next()
			keys = append(keys, key)
			if err := f.add(&taskConfig{keyed: true, key: key}, func(ctx context.Context) (err error) {
				*r, err = fn(ctx, key, value)
				return err
			}); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	}, with(opts, f))
	if err != nil && !partial(opts) {
		return nil, err
	}
	byKey := make(map[K]R, len(keys))
	for i, r := range results.join() {
		byKey[keys[i]] = r
	}
	return byKey, err
}

// EachSeq2 is [MapSeq2] without results.
func EachSeq2[K, V any](ctx context.Context, seq iter.Seq2[K, V], fn func(ctx context.Context, key K, value V) error, opts ...GroupOption) error {
	checkSeq("EachSeq2", seq == nil, fn == nil)
	f := new(feed)
	return run(ctx, "EachSeq2", funcPC(fn), func(ctx context.Context, g *Group) error {
		f.start(ctx, g, funcPC(fn))
		for key, value := range seq {
			if err := f.add(&taskConfig{keyed: true, key: key}, func(ctx context.Context) error { return fn(ctx, key, value) }); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	}, with(opts, f))
}

// A feed hands the items of a sequence to a group of its own, the next one when
// a slot is free. It does what GoWait does, and can do it without anything made
// for each item, since nobody else takes or lends slots of the group.
type feed struct {
	ctx   context.Context // the body's
	g     *Group
	pc    uintptr
	items int

	busy    atomic.Int64 // items that have been handed over and have not ended
	waiting atomic.Bool  // the body waits for busy to fall
	woken   chan struct{}
}

// start is called by the body.
func (f *feed) start(ctx context.Context, g *Group, pc uintptr) {
	f.ctx, f.g, f.pc, f.woken = ctx, g, pc, make(chan struct{}, 1)
}

// add waits for a slot and hands over the next item. It gives the cause if the
// group is cancelled first.
func (f *feed) add(opts *taskConfig, fn goFunc) error {
	f.items++
	item := f.items
	if opts != nil {
		item = 0 // it goes by its key
	}
	// Under the race detector the counter would order one item after the other;
	// see race_on.go. And with a Rate an item has to wait for more than a slot.
	if !reuse || f.g.cfg.rate != nil {
		err := f.g.goWait(f.ctx, &task{g: f.g, run: fn, pc: f.pc, num: uint64(item), opts: opts}, "GoWait")
		if f.g.cfg.supervised && f.ctx.Err() == nil {
			return nil // the Rate refused the item, which does not end the sequence
		}
		return err
	}
	for f.busy.Load() >= int64(f.g.limit) && f.ctx.Err() == nil {
		f.waiting.Store(true)
		if f.busy.Load() < int64(f.g.limit) {
			break
		}
		select {
		case <-f.woken:
		case <-f.ctx.Done():
		}
	}
	if f.ctx.Err() != nil {
		return context.Cause(f.ctx)
	}
	f.busy.Add(1)
	return f.g.addFunc(fn, f.pc, item, opts)
}

// ended is called when an item's task has ended, whether it was called or not.
func (f *feed) ended() {
	f.busy.Add(-1)
	if f.waiting.Load() && f.waiting.CompareAndSwap(true, false) {
		select {
		case f.woken <- struct{}{}:
		default: // a token that has not been used yet
		}
	}
}

func checkSeq(caller string, nilSeq, nilFunc bool) {
	if nilSeq {
		panic("braid: " + caller + " called with a nil sequence")
	}
	checkFunctions(caller, nilFunc)
}

// A group that would otherwise take its source in at once has a limit.
func (f *feed) applyToGroup(c *groupConfig) {
	if c.feed = f; c.limit == 0 {
		c.limit = runtime.GOMAXPROCS(0)
	}
}

// blocks is a growing list whose elements stay where they are.
type blocks[R any] struct {
	full [][]R
	last []R
}

// next gives the address of a new element.
func (b *blocks[R]) next() *R {
	if len(b.last) == cap(b.last) {
		if b.last != nil {
			b.full = append(b.full, b.last)
		}
		b.last = make([]R, 0, min(max(16, 2*cap(b.last)), 1024))
	}
	b.last = b.last[:len(b.last)+1]
	return &b.last[len(b.last)-1]
}

// join gives all elements in one slice.
func (b *blocks[R]) join() []R {
	all := make([]R, 0, len(b.full)*cap(b.last)+len(b.last))
	for _, block := range b.full {
		all = append(all, block...)
	}
	return append(all, b.last...)
}
