package braid

import "context"

// This file runs a known number of functions of different types.

// Join2 calls both functions at once, as tasks, and returns both values. If one
// fails the other is cancelled and waited for, and the values are zero; the
// error is as for [Run]. It panics if ctx or a function is nil.
func Join2[A, B any](ctx context.Context, fa func(context.Context) (A, error), fb func(context.Context) (B, error), opts ...GroupOption) (a A, b B, err error) {
	checkFunctions("Join2", fa == nil || fb == nil)
	var ta *Task[A]
	var tb *Task[B]
	err = run(ctx, "Join2", callerPC(), func(ctx context.Context, g *Group) error {
		ta, tb = Fork(g, fa), Fork(g, fb)
		return nil
	}, opts)
	if err != nil {
		return a, b, err
	}
	return ta.value, tb.value, nil
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
	if err != nil {
		return a, b, c, err
	}
	return ta.value, tb.value, tc.value, nil
}

func checkFunctions(caller string, nilFunc bool) {
	if nilFunc {
		panic("braid: " + caller + " called with a nil function")
	}
}
