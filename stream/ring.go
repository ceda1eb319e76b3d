package stream

import "sync/atomic"

// This file holds the ring between the source of a stage, its workers and its
// consumer.
//
// Items and results have positions, counted from 0. Item i stands in the slot
// of i, and so does its result if the stage is ordered; in an unordered one
// results have positions of their own, in the order in which they are finished.
// A position is named by a mark, which is never zero and differs for all
// positions that can meet in a slot.
//
// Invariant: at most as many items as there are slots have been taken from the
// source and not been delivered, so no result meets another in its slot. An
// item of an unordered stage can meet one that has not been started yet; the
// feeder looks.

type slot[T, R any] struct {
	in    T
	out   R
	ready atomic.Uint32 // mark of the result that stands here
	taken atomic.Uint32 // mark of the last item that was taken from here; unordered only
}

type ring[T, R any] struct {
	slots []slot[T, R]
	first int64 // position of the first item that was put into it
}

// newRing makes a ring for at least n items.
func newRing[T, R any](n int, first int64) *ring[T, R] {
	size := 1
	for size < n {
		size *= 2
	}
	return &ring[T, R]{slots: make([]slot[T, R], size), first: first}
}

func (r *ring[T, R]) at(position uint32) *slot[T, R] {
	return &r.slots[position&uint32(len(r.slots)-1)]
}

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
