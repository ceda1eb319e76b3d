package stream

import (
	"reflect"
	"sync/atomic"
)

// This file holds what goes from the source of a stage to its workers and on to
// its consumer.
//
// The feeder puts items into a queue. A worker claims a run of them: they move
// into a block, where their results will stand beside them, and the queue has
// room again. The consumer takes the results out of the blocks: in the order of
// the items, for which the blocks are linked, or in an unordered stage from
// whichever has some.
//
// One word says how far a block is. Whoever owns it adds one to the items taken,
// and in the same step tells the consumer that the item before is finished; a
// thief lowers the number there are. So an item costs one atomic write on its
// way through a worker, and none that others write too.
//
// Invariant: items below taken belong to the owner, those from taken on to
// whoever holds the flow's mutex and moves them to another block. An owner
// touches its block no more once it has taken more than there are; from then on
// it is the consumer's, who gives it back when all results are delivered.

type block[T, R any] struct {
	word      atomic.Uint64 // items taken, and in the lower half how many there are
	first     atomic.Int64  // position of the first
	in        []T
	out       []R
	given     int          // results that were delivered; the consumer's
	listed    bool         // the consumer knows of it
	following *block[T, R] // the items after these, in an ordered stage; guarded by the flow's mutex

	// Of a block for one item, as they are where items take long.
	one struct {
		in  [1]T
		out [1]R
	}
}

const oneTaken = 1 << 32

// reset makes it one for n items from position first on.
func (b *block[T, R]) reset(first int64, n int) {
	if n > cap(b.in) {
		size := 1
		for size < n {
			size *= 2
		}
		if size == 1 {
			b.in, b.out = b.one.in[:], b.one.out[:]
		} else {
			b.in, b.out = make([]T, size), make([]R, size)
		}
	}
	b.in, b.out = b.in[:n], b.out[:n]
	b.given, b.listed, b.following = 0, false, nil
	b.first.Store(first)
	b.word.Store(uint64(n))
}

// finished gives how many of its items are, and whether there will be no more.
func (b *block[T, R]) finished() (n int, all bool) {
	word := b.word.Load()
	taken, end := uint32(word>>32), uint32(word)
	if taken > end {
		return int(end), true
	}
	return max(int(taken)-1, 0), false
}

// cut takes those from item from on away from it, if their owner has not come
// to them: the first from items are left. It reports whether that went well.
func (b *block[T, R]) cut(word uint64, from uint32) bool {
	return b.word.CompareAndSwap(word, word&^(1<<32-1)|uint64(from))
}

// queue is where items wait that have not been claimed. The feeder writes them,
// and moves on its tail; who holds the mutex reads.
type queue[T any] struct {
	items []T
	mask  int64
}

func newQueue[T any](n int64) queue[T] {
	size := int64(1)
	for size < n {
		size *= 2
	}
	return queue[T]{make([]T, size), size - 1}
}

// move moves n items, from position first on, to dst.
func (q *queue[T]) move(dst []T, first, n int64, pointers bool) {
	for i := int64(0); i < n; {
		run := q.items[(first+i)&q.mask:]
		run = run[:min(int64(len(run)), n-i)]
		i += int64(copy(dst[i:], run))
		if pointers {
			clear(run)
		}
	}
}

// sleeper is one goroutine that sleeps until something is so: the thing is
// named by what it stores in wants, and whoever brings it about wakes it. It
// stores first and looks then; the others do what it waits for first and look
// at wants then. So one of the two sees the other.
type sleeper struct {
	wants atomic.Int64
	woken chan struct{}
}

func newSleeper() sleeper { return sleeper{woken: make(chan struct{}, 1)} }

// wake wakes the sleeper if it still wants this.
func (s *sleeper) wake(wanted int64) {
	if s.wants.CompareAndSwap(wanted, 0) {
		select {
		case s.woken <- struct{}{}:
		default: // a token that it has not used yet
		}
	}
}

// stir wakes the sleeper, whatever it wants.
func (s *sleeper) stir() {
	if w := s.wants.Load(); w != 0 {
		s.wake(w)
	}
}

// pointers reports whether values of type t may have pointers.
func pointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && pointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if pointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice, reflect.String, reflect.UnsafePointer:
		return true
	}
	return false
}
