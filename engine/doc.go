// Package engine runs tasks that have names, in this process or on other
// machines, with the same words, results and errors.
//
// A task is a function that was given a name with [Define], whose argument and
// result can be written as JSON. An [Engine] is where it runs: [Local] is this
// process, and package temporal (a module of its own) has one whose tasks run on
// workers, survive their crashes, and are joined like any other:
//
//	var resize = engine.Define("resize", func(ctx context.Context, file string) (Thumbnail, error) { … })
//
//	thumbnails, err := engine.Map(ctx, eng, resize, files, braid.Limit(500))
//
// [Call] runs a task once, [Map] for each of many inputs, the first failure
// cancelling the rest, and [Settle] tells how each ended. What they return is
// what [braid.Map] and [braid.Settle] return: values in the order of the inputs,
// and an error whose tree [braid.Split] and [braid.Catch] take apart.
//
// What a program has to keep to so that it can move is checked where it starts
// and not where it fails: Define refuses closures, types that JSON would not
// give back, and names that are taken. Local passes values through JSON too,
// so what works here works there.
//
// Where a worker may die, a task may be run again. [Key] is the same whenever
// it is run for the same input, [Checkpoint] keeps how far it came, and [Resumed] gives
// that back.
package engine
