// Package stream has pipelines of iterators whose stages work in parallel, and
// which leave nothing running when the loop is left.
//
//	pages := stream.Map(stream.Values(lines), fetch, braid.Limit(8))
//	for page, err := range pages(ctx) {
//		if err != nil {
//			return err
//		}
//		…
//		break // before the next statement every stage has ended
//	}
//
// A [Stream] is a recipe: a function of a context that gives an iterator. Nothing
// runs before somebody ranges over that. The context appears once, where the
// stream is consumed; each stage hands its own to the one above.
//
// Sources are [Of], [Values], [From], [Generate] and [Chan]. Stages are [Map],
// [Filter], [FlatMap], [Batch], [Buffer], [Merge] and [Take]. A pipeline ends in
// a loop, or in [Collect], [Each], [Reduce], [Tee] or [ToChan].
//
// # What all stages have in common
//
// Order: results come in the order of the items, or with [Unordered] as they are
// finished.
//
// Limits: the functions of a stage run for as many items at a time as
// [braid.Limit] says, GOMAXPROCS without it. The source is always held back: see
// [Ahead]. With Limit(1) a stage has no goroutines at all; its function is called
// by who ranges, between two items.
//
// Leaving: when the loop is left, in whatever way (break, return, panic,
// [runtime.Goexit]), the stage is cancelled and joined before the next statement
// runs; a panic of the loop's body comes out as it is, unless a function panics
// in its turn while it is joined. What has been taken from the source and was not
// delivered is dropped, and errors that come up then are not reported.
//
// Failures: the first cancels the stage, and no further item is started. Once
// all have been joined the error is yielded, once, with the zero value, as the
// last thing. Before it come, in an ordered stage, the results of all items
// before the first that has none; in an unordered one, all results there are.
// The error of a function is a [*braid.GroupError] with the number of the item:
// "pages/fetch[17]: …". The error of a source comes out as it is, after the
// results of all items before it. So the path of a failure in a pipeline goes from
// the consumer backwards. With three stages named first, second and third, an item
// that fails in the first has
//
//	third/source/second/source/first/fn[2]: …
//
// where "source" is the task in which a stage ranges over the one before it; one
// with Limit(1) has none.
//
// A panic of a function or of a source is raised, after the join, on the
// goroutine of the loop, as a [*braid.PanicError]; with Limit(1) as it is. A
// Goexit goes on there.
//
// Cancellation: when the context dies nothing more is delivered but one error,
// which is as for [braid.Run]. A stream under a context that was dead from the
// start yields that error and nothing else.
//
// Tasks: a stage has a group, named by [braid.Name], with a task for its source
// and one for each item; items that take only microseconds share tasks. A
// function's context is its task's. Groups below are part of it as usual.
package stream
