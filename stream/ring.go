package stream

import (
	"reflect"
	"sync/atomic"
)

// This file holds the ring between the source of a stage, its workers and its
// consumer.
//
// Items and results have positions, counted from 0. Item i stands in the slot
// of i, and so does its result if the stage is ordered; in an unordered one
// results have positions of their own, in the order in which they are finished.
// A position is named by a mark, which is never zero and differs for all
// positions that can meet in a slot.
//
// A ring that is full is followed by a larger one, for the positions from then
// on. Those before stay where they are: nobody waits for anybody because of it.
//
// Invariant: of the positions of a ring at most as many as it has slots have been
// taken from the source and not been delivered, so no result meets another in its
// slot. An item of an unordered stage can meet one that has not been started yet;
// the feeder looks.

// The parts of a slot lie in arrays of their own: what one side writes and the
// other reads moves from processor to processor in whole cache lines, so these
// had better be full of it.
type ring[T, R any] struct {
	in    []T
	out   []R
	ready []atomic.Uint32 // mark of the result that stands in the slot
	taken []atomic.Uint32 // mark of the last item that was taken from it; unordered only
	mask  uint32
	first int64       // its positions begin here
	prev  *ring[T, R] // of those before
}

// newRing makes a ring for at least n items, after prev.
func newRing[T, R any](n, first int64, prev *ring[T, R], unordered bool) *ring[T, R] {
	size := int64(1)
	for size < n {
		size *= 2
	}
	r := &ring[T, R]{in: make([]T, size), out: make([]R, size), ready: make([]atomic.Uint32, size), mask: uint32(size - 1), first: first, prev: prev}
	if unordered {
		r.taken = make([]atomic.Uint32, size)
	}
	return r
}

func (r *ring[T, R]) size() int64 { return int64(len(r.in)) }

// of gives the ring of a position, which is r or one before it.
func (r *ring[T, R]) of(position int64) *ring[T, R] {
	for position < r.first {
		r = r.prev
	}
	return r
}

// room gives the first position that would be too much for r, when head have
// been delivered.
func (r *ring[T, R]) room(head int64) int64 { return max(head, r.first) + r.size() }

// full gives the position whose low half is p and which is before next, if by
// less than 1<<32.
func full(next int64, p uint32) int64 { return next - int64(uint32(next)-p) }

func mark(position uint32) uint32 { return position<<1 | 1 }

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
