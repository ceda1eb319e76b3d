package work

import (
	"context"
	"errors"
)

// This file has what the functions of the workloads do: a number of steps of a
// xorshift generator, which hang on each other and touch no memory. The numbers
// are fixed, so that the work is the same everywhere; how long it takes is what
// the sequential loop shows.

const (
	cost10ns  = 6
	cost100ns = 62
	cost1us   = 640
	cost100us = 64_000
)

// spin never gives zero.
//
//go:noinline
func spin(steps, seed int) uint64 {
	x := uint64(seed) | 1
	for range steps {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// An itemFunc is what is done with an item.
type itemFunc = func(ctx context.Context, item int) (int, error)

// A callFunc is one of several functions to be called.
type callFunc = func(ctx context.Context) (int, error)

// costing is the function of all workloads with items: it takes that many steps,
// and its result is resultOf.
func costing(steps int) itemFunc {
	return func(_ context.Context, item int) (int, error) {
		if spin(steps, item) == 0 {
			return 0, errWork
		}
		return resultOf(item), nil
	}
}

func resultOf(item int) int { return 2*item + 1 }

// upTo gives the numbers below n.
func upTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// errWork is what functions fail with here.
var errWork = errors.New("the work failed")

// wrong counts what has gone wrong in a job of many calls, and keeps the first.
type wrong struct {
	times int
	first error
}

func (w *wrong) add(err error) {
	if w.times == 0 {
		w.first = err
	}
	w.times++
}

func (w *wrong) check() error { return w.first }
