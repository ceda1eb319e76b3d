package braid

import (
	"context"
	"fmt"
	"iter"
	"runtime"
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
	results := blocks[R]{}
	err := run(ctx, "MapSeq", funcPC(fn), func(ctx context.Context, g *Group) error {
		i := 0
		for item := range seq {
			r := results.next()
			t := &task{g: g, pc: funcPC(fn), item: i + 1, run: goFunc(func(ctx context.Context) (err error) {
				*r, err = fn(ctx, item)
				return err
			})}
			if err := g.pulled(ctx, t); err != nil {
				return err
			}
			i++
		}
		return context.Cause(ctx)
	}, with(opts, heldBack{}))
	if err != nil && !partial(opts) {
		return nil, err
	}
	return results.join(), err
}

// EachSeq is [MapSeq] without results: what has been done takes no memory.
func EachSeq[T any](ctx context.Context, seq iter.Seq[T], fn func(ctx context.Context, item T) error, opts ...GroupOption) error {
	checkSeq("EachSeq", seq == nil, fn == nil)
	return run(ctx, "EachSeq", funcPC(fn), func(ctx context.Context, g *Group) error {
		i := 0
		for item := range seq {
			t := &task{g: g, pc: funcPC(fn), item: i + 1, run: goFunc(func(ctx context.Context) error { return fn(ctx, item) })}
			if err := g.pulled(ctx, t); err != nil {
				return err
			}
			i++
		}
		return context.Cause(ctx)
	}, with(opts, heldBack{}))
}

// MapSeq2 is [MapSeq] over pairs, with the results under their keys; of a key
// that comes twice the later one counts. Errors name the key instead of a
// number. With [maps.All] it runs over a map.
func MapSeq2[K comparable, V, R any](ctx context.Context, seq iter.Seq2[K, V], fn func(ctx context.Context, key K, value V) (R, error), opts ...GroupOption) (map[K]R, error) {
	checkSeq("MapSeq2", seq == nil, fn == nil)
	results := blocks[R]{}
	var keys []K
	err := run(ctx, "MapSeq2", funcPC(fn), func(ctx context.Context, g *Group) error {
		for key, value := range seq {
			r := results.next()
			keys = append(keys, key)
			t := &task{g: g, pc: funcPC(fn), opts: keyed(funcPC(fn), key), run: goFunc(func(ctx context.Context) (err error) {
				*r, err = fn(ctx, key, value)
				return err
			})}
			if err := g.pulled(ctx, t); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	}, with(opts, heldBack{}))
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
	return run(ctx, "EachSeq2", funcPC(fn), func(ctx context.Context, g *Group) error {
		for key, value := range seq {
			t := &task{g: g, pc: funcPC(fn), opts: keyed(funcPC(fn), key), run: goFunc(func(ctx context.Context) error { return fn(ctx, key, value) })}
			if err := g.pulled(ctx, t); err != nil {
				return err
			}
		}
		return context.Cause(ctx)
	}, with(opts, heldBack{}))
}

// pulled hands the group the task of the next item once it has a slot. An error
// ends the sequence; that a Rate refuses an item of a supervised group does not.
func (g *Group) pulled(ctx context.Context, t *task) error {
	err := g.goWait(ctx, t)
	if err != nil && g.cfg.supervised && ctx.Err() == nil {
		return nil
	}
	return err
}

func keyed(pc uintptr, key any) *taskConfig {
	return &taskConfig{name: fmt.Sprintf("%s[%v]", funcName(pc), key)}
}

func checkSeq(caller string, nilSeq, nilFunc bool) {
	if nilSeq {
		panic("braid: " + caller + " called with a nil sequence")
	}
	checkFunctions(caller, nilFunc)
}

// heldBack limits a group that would otherwise take its source in at once.
type heldBack struct{}

func (heldBack) applyToGroup(c *groupConfig) {
	if c.limit == 0 {
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
