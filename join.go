package braid

import "context"

// This file runs a known number of functions, all of which have to succeed.

// Join2 calls both functions at once, as tasks, and returns both values. If one
// fails the other is cancelled and waited for, and the values are zero; the
// error is as for [Run]. It panics if ctx or a function is nil. For functions of
// one type there is [All].
func Join2[A, B any](ctx context.Context, fa func(context.Context) (A, error), fb func(context.Context) (B, error), opts ...GroupOption) (a A, b B, err error) {
	checkFunctions("Join2", fa == nil || fb == nil)
	var ta *Task[A]
	var tb *Task[B]
	err = run(ctx, "Join2", callerPC(), func(ctx context.Context, g *Group) error {
		ta, tb = Fork(g, fa), Fork(g, fb)
		return nil
	}, opts)
	if err == nil {
		a, b = ta.value, tb.value
	}
	return a, b, err
}

// Join3 is [Join2] for three functions.
func Join3[A, B, C any](ctx context.Context, fa func(context.Context) (A, error), fb func(context.Context) (B, error), fc func(context.Context) (C, error), opts ...GroupOption) (a A, b B, c C, err error) {
	checkFunctions("Join3", fa == nil || fb == nil || fc == nil)
	var ta *Task[A]
	var tb *Task[B]
	var tc *Task[C]
	err = run(ctx, "Join3", callerPC(), func(ctx context.Context, g *Group) error {
		ta, tb, tc = Fork(g, fa), Fork(g, fb), Fork(g, fc)
		return nil
	}, opts)
	if err == nil {
		a, b, c = ta.value, tb.value, tc.value
	}
	return a, b, c, err
}

// Join4 is [Join2] for four functions.
func Join4[A, B, C, D any](ctx context.Context, fa func(context.Context) (A, error), fb func(context.Context) (B, error), fc func(context.Context) (C, error), fd func(context.Context) (D, error), opts ...GroupOption) (a A, b B, c C, d D, err error) {
	checkFunctions("Join4", fa == nil || fb == nil || fc == nil || fd == nil)
	var ta *Task[A]
	var tb *Task[B]
	var tc *Task[C]
	var td *Task[D]
	err = run(ctx, "Join4", callerPC(), func(ctx context.Context, g *Group) error {
		ta, tb, tc, td = Fork(g, fa), Fork(g, fb), Fork(g, fc), Fork(g, fd)
		return nil
	}, opts)
	if err == nil {
		a, b, c, d = ta.value, tb.value, tc.value, td.value
	}
	return a, b, c, d, err
}

// Join5 is [Join2] for five functions. Who has more than five of different
// types reads better with [Run] and [Fork].
func Join5[A, B, C, D, E any](ctx context.Context, fa func(context.Context) (A, error), fb func(context.Context) (B, error), fc func(context.Context) (C, error), fd func(context.Context) (D, error), fe func(context.Context) (E, error), opts ...GroupOption) (a A, b B, c C, d D, e E, err error) {
	checkFunctions("Join5", fa == nil || fb == nil || fc == nil || fd == nil || fe == nil)
	var ta *Task[A]
	var tb *Task[B]
	var tc *Task[C]
	var td *Task[D]
	var te *Task[E]
	err = run(ctx, "Join5", callerPC(), func(ctx context.Context, g *Group) error {
		ta, tb, tc, td, te = Fork(g, fa), Fork(g, fb), Fork(g, fc), Fork(g, fd), Fork(g, fe)
		return nil
	}, opts)
	if err == nil {
		a, b, c, d, e = ta.value, tb.value, tc.value, td.value, te.value
	}
	return a, b, c, d, e, err
}

// All calls all functions at once, or as many at a time as [Limit] says, and
// returns their values in the order of the functions. All else is as for
// [Map]. It panics if ctx or a function is nil. It is asyncio.gather, and
// Kotlin's awaitAll, with the siblings of a failure cancelled and joined.
func All[T any](ctx context.Context, fns []func(ctx context.Context) (T, error), opts ...GroupOption) ([]T, error) {
	checkFunctions("All", hasNil(fns))
	values := make([]T, len(fns))
	err := run(ctx, "All", callerPC(), func(ctx context.Context, g *Group) error {
		g.addItems(len(fns), func(i int) uintptr { return funcPC(fns[i]) }, func(ctx context.Context, i int) (err error) {
			values[i], err = fns[i](ctx)
			return err
		})
		return nil
	}, opts)
	if err != nil && !partial(opts) {
		return nil, err
	}
	return values, err
}

// Funcs makes a slice of functions, for [All], [Settle], [Race], [First] and
// [Quorum]: First(ctx, Funcs(a, b)).
func Funcs[T any](fns ...func(ctx context.Context) (T, error)) []func(ctx context.Context) (T, error) {
	return fns
}

func hasNil[T any](fns []func(context.Context) (T, error)) bool {
	for _, fn := range fns {
		if fn == nil {
			return true
		}
	}
	return false
}

func checkFunctions(caller string, nilFunc bool) {
	if nilFunc {
		panic("braid: " + caller + " called with a nil function")
	}
}
