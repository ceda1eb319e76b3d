// Package braid is structured concurrency: nothing that a block of code starts
// outlives the block, and no failure is lost.
//
// [Run] opens a [Group], calls a function with it, and returns when that
// function and every task it handed to the group have ended. The first failure
// cancels the others; the error has every failure, each with its path:
//
//	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
//		user := braid.Fork(g, fetchUser) // a task with a typed result
//		g.Go(warmCache)                  // a task without
//		u, err := user.Wait(ctx)
//		if err != nil {
//			return err
//		}
//		return render(u)
//	})
//
// [Call] is Run with a result, and [Open] makes a group for an object that has
// a Close. [Map], [Each], [Join2], [First], [Settle] and [Retry] are built on
// groups.
//
// What comes back is a [*GroupError] of [*TaskError]; [Split] and [Catch] take
// any error tree apart by kind. That a task was cancelled is no failure, and
// context.Cause tells it who cancelled and why. A panic of a task comes out of
// Run, as does t.FailNow.
//
// [Timeout], [MoveOn] and [Shield] bound time, or hold a cancellation off.
// Options are the same words everywhere: [Name] for anything, [Limit],
// [Supervised] and [Grace] for groups, [Background] and [Always] for tasks.
//
// A task has to look at its context to be cancelled. One that does not is
// waited for all the same, and reported after the [Grace], with where it is
// blocked.
//
// docs/semantics.md has the rules in full, with the tests that show each.
package braid
