package braid

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// This file races functions against each other. Whoever decides a race cancels
// its group, and the join does the rest: no loser is left running.

// Race calls all functions at once and returns what the first to end returns,
// be it a value or an error. The others are cancelled and joined before Race
// returns. If the first to end failed, the error is as for [Run], with that
// failure as its Primary and what others may have failed with beside it; if it
// succeeded, [OnFailure] is who sees the losers' errors.
//
// Under a [Limit], functions that have not started when the race is decided are
// not called. A panic or a Goexit of any of them is raised after the join. If
// ctx dies before the race is decided, the error is as for Run. Without
// functions it is [ErrNoTasks]. Race panics if ctx or a function is nil.
//
// Mostly it is [First] that is wanted: an error is often quicker than an answer.
func Race[T any](ctx context.Context, fns []func(ctx context.Context) (T, error), opts ...GroupOption) (T, error) {
	return one(contend(ctx, "Race", callerPC(), 1, 1, fns, opts))
}

// First calls all functions at once, or as many at a time as [Limit] says, and
// returns the value of the first that succeeds. The others are cancelled and
// joined before First returns. If all fail the error has every failure, in the
// order in which they came; of a race that was won, [OnFailure] sees the losers'
// errors. With Limit(1) the functions are tried one after the other.
//
// A panic or a Goexit of any of them ends the race and is raised after the join.
// If ctx dies before one has succeeded, the error is as for [Run]. Without
// functions it is [ErrNoTasks]. First panics if ctx or a function is nil. It is
// JavaScript's Promise.any, and Java's anySuccessfulResultOrThrow, which is called
// anySuccessfulOrThrow since JDK 26 (JEP 525).
func First[T any](ctx context.Context, fns []func(ctx context.Context) (T, error), opts ...GroupOption) (T, error) {
	return one(contend(ctx, "First", callerPC(), 1, len(fns), fns, opts))
}

// Quorum is [First] for the first n that succeed: it returns their values, in
// the order of the functions, and cancels and joins the others. It fails as
// soon as n can no longer be reached, with the failures that made it so. If
// there are fewer than n functions none is called, and the error matches
// [ErrNoTasks]. Quorum panics if n is less than one.
func Quorum[T any](ctx context.Context, n int, fns []func(ctx context.Context) (T, error), opts ...GroupOption) ([]T, error) {
	if n < 1 {
		panic("braid: Quorum must be of at least 1")
	}
	return contend(ctx, "Quorum", callerPC(), n, len(fns)-n+1, fns, opts)
}

func one[T any](values []T, err error) (v T, _ error) {
	if err != nil {
		return v, err
	}
	return values[0], nil
}

// A contest is a race under way. A success decides it when it comes, a failure
// when it has been recorded, so that the one that cancels is the Primary.
type contest[T any] struct {
	g *Group

	mu    sync.Mutex
	need  int // how many more have to succeed
	spare int // how many more have to fail for the race to be lost
	won   []winner[T]
}

// A winner is the value of a function that counts, and its number.
type winner[T any] struct {
	i     int
	value T
}

// contend runs fns until n have succeeded, or as many have failed as spare
// says, or one has panicked or called Goexit.
func contend[T any](ctx context.Context, caller string, pc uintptr, n, spare int, fns []func(context.Context) (T, error), opts []GroupOption) ([]T, error) {
	checkFunctions(caller, hasNil(fns))
	switch {
	case ctx == nil:
		panic("braid: " + caller + " called with a nil context")
	case len(fns) == 0:
		return nil, ErrNoTasks
	case len(fns) < n:
		return nil, fmt.Errorf("%w: a quorum of %d cannot come from %d", ErrNoTasks, n, len(fns))
	}
	c := &contest[T]{need: n, spare: spare}
	err := run(ctx, caller, pc, func(ctx context.Context, g *Group) error {
		c.g = g
		// Who races waits for the end of the race as a rule. The small stack of
		// a task would have to grow for what Done makes when it is asked first.
		ctx.Done()
		g.addItems(len(fns), func(i int) uintptr { return funcPC(fns[i]) }, func(ctx context.Context, i int) error {
			v, err := fns[i](ctx)
			if err == nil && c.wins(i, v) {
				g.cancel(c.over(pc))
			}
			return err
		})
		return nil
	}, with(opts, preset{failed: c.failed}))
	if c.need > 0 {
		return nil, err
	}
	slices.SortFunc(c.won, func(a, b winner[T]) int { return a.i - b.i })
	values := make([]T, n)
	for i, w := range c.won {
		values[i] = w.value
	}
	return values, nil
}

// wins notes a success and reports whether that decides the race.
func (c *contest[T]) wins(i int, v T) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.need == 0 || c.spare <= 0 { // a close second
		return false
	}
	c.won = append(c.won, winner[T]{i, v})
	c.need--
	return c.need == 0
}

// over gives what the losers are cancelled with. It stands alone to be off the
// stack while that is done: a winner that is a small task has a small one.
//
//go:noinline
func (c *contest[T]) over(pc uintptr) *Cancellation {
	return &Cancellation{by: c.g.path(), at: time.Now(), pc: pc}
}

// failed is told of each failure that the group records, and ends the race with
// the one that decides it. One that is none of the functions', a handler's for
// example, loses no race.
func (c *contest[T]) failed(te *TaskError, ends bool) {
	c.mu.Lock()
	switch {
	case ends:
		c.spare = 0
	case te.item > 0:
		c.spare--
	}
	lost := c.need > 0 && c.spare <= 0
	c.mu.Unlock()
	if lost || ends {
		c.g.cancel(&Cancellation{kind: byFailure, reason: te, at: time.Now()})
	}
}
