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
// a Close.
//
// Built on groups are [Join2], [All], [Map], [Each] and [Settle], which collect;
// [First], [Race], [Quorum] and [Hedge], which race; and [Retry]. Beside this
// package there are package stream for pipelines, package progress, which tells
// how far things are, and package service for programs that serve.
//
// What comes back is a [*GroupError] of [*TaskError]; [Split] and [Catch] take
// any error tree apart by kind. That a task was cancelled is no failure, and
// context.Cause tells it who cancelled and why. A panic of a task comes out of
// Run, as does t.FailNow.
//
// [Timeout], [MoveOn] and [Shield] bound time, or hold a cancellation off.
// Options are the same words everywhere: [Name] for anything, [Limit], [Rate] and
// [Track] for groups and streams, [Supervised] and [Grace] for groups,
// [Background] and [Always] for tasks.
//
// A task has to look at its context to be cancelled. One that does not is
// waited for all the same, and reported after the [Grace], with where it is
// blocked.
//
// docs/semantics.md has the rules in full, with the tests that show each, and
// docs/patterns.md shows what is built on groups.
package braid
