package temporal

import (
	"fmt"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file races functions against each other. Whoever decides a race cancels
// its group, and the join does the rest: no loser is left running.

// Race calls all functions at once and returns what the first to end returns,
// be it a value or an error. The others are cancelled and joined before Race
// returns. If the first to end failed, the error is as for [Run], with that
// failure as its Primary and what others may have failed with beside it.
//
// Under a [Limit], functions that have not started when the race is decided are
// not called. A panic of any of them is as for Run. If ctx dies before the race
// is decided, the error is as for Run. Without functions it is
// [braid.ErrNoTasks]. Race panics if ctx or a function is nil.
func Race[T any](ctx workflow.Context, fns []func(ctx workflow.Context) (T, error), opts ...GroupOption) (T, error) {
	return one(contend(ctx, "Race", callerPC(), 1, 1, fns, opts))
}

// First calls all functions at once, or as many at a time as [Limit] says, and
// returns the value of the first that succeeds. The others are cancelled and
// joined before First returns. If all fail the error has every failure, in the
// order in which they came; of a race that was won, [OnFailure] sees the losers'
// errors. With Limit(1) the functions are tried one after the other.
//
// A panic of any of them ends the race and is as for [Run]. If ctx dies before
// one has succeeded, the error is as for Run. Without functions it is
// [braid.ErrNoTasks]. First panics if ctx or a function is nil.
func First[T any](ctx workflow.Context, fns []func(ctx workflow.Context) (T, error), opts ...GroupOption) (T, error) {
	return one(contend(ctx, "First", callerPC(), 1, len(fns), fns, opts))
}

// Quorum is [First] for the first n that succeed: it returns their values, in
// the order of the functions, and cancels and joins the others. It fails as
// soon as n can no longer be reached, with the failures that made it so. If
// there are fewer than n functions none is called, and the error matches
// [braid.ErrNoTasks]. Quorum panics if n is less than one.
func Quorum[T any](ctx workflow.Context, n int, fns []func(ctx workflow.Context) (T, error), opts ...GroupOption) ([]T, error) {
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
	g       *Group
	need    int  // how many more have to succeed
	spare   int  // how many more have to fail for the race to be lost
	spoiled bool // by a panic
	winners []bool
	values  []T
}

// contend runs fns until n have succeeded, or as many have failed as spare
// says, or one has panicked.
func contend[T any](ctx workflow.Context, caller string, pc uintptr, n, spare int, fns []func(workflow.Context) (T, error), opts []GroupOption) ([]T, error) {
	checkFunctions(caller, hasNil(fns))
	switch {
	case ctx == nil:
		panic("braid: " + caller + " called with a nil context")
	case len(fns) == 0:
		return nil, braid.ErrNoTasks
	case len(fns) < n:
		return nil, fmt.Errorf("%w: a quorum of %d cannot come from %d", braid.ErrNoTasks, n, len(fns))
	}
	c := &contest[T]{need: n, spare: spare, winners: make([]bool, len(fns)), values: make([]T, len(fns))}
	err := run(ctx, caller, pc, func(ctx workflow.Context, g *Group) error {
		c.g = g
		for i, fn := range fns {
			g.addItem(i, seam.FuncPC(fn), func(ctx workflow.Context) error {
				v, err := fn(ctx)
				if err == nil && c.won(i, v) {
					g.die(cancelled(g.ctx, g.path(), nil, pc))
				}
				return err
			})
		}
		return nil
	}, with(opts, preset{keep: len(fns), failed: c.failed}))
	if c.need > 0 || c.spoiled {
		return nil, err
	}
	values := make([]T, 0, n)
	for i, won := range c.winners {
		if won {
			values = append(values, c.values[i])
		}
	}
	return values, nil
}

// won notes a success and reports whether that decides the race.
func (c *contest[T]) won(i int, v T) bool {
	if c.need == 0 || c.spare <= 0 { // a close second
		return false
	}
	c.values[i], c.winners[i] = v, true
	c.need--
	return c.need == 0
}

// failed is told of each failure that the group records, and ends the race with
// the one that decides it.
func (c *contest[T]) failed(te *braid.TaskError, ends bool) {
	if c.spare--; ends {
		c.spare, c.spoiled = min(c.spare, 0), true
	}
	if c.need > 0 && c.spare <= 0 || ends {
		c.g.die(failed(c.g.ctx, te))
	}
}
