package temporal

import (
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file runs a known number of functions, all of which have to succeed.

// Join2 calls both functions at once, as tasks, and returns both values. If one
// fails the other is cancelled and waited for, and the values are zero; the
// error is as for [Run]. It panics if ctx or a function is nil. For functions of
// one type there is [All].
func Join2[A, B any](ctx workflow.Context, fa func(workflow.Context) (A, error), fb func(workflow.Context) (B, error), opts ...GroupOption) (a A, b B, err error) {
	checkFunctions("Join2", fa == nil || fb == nil)
	var ta *Task[A]
	var tb *Task[B]
	err = run(ctx, "Join2", callerPC(), func(ctx workflow.Context, g *Group) error {
		ta, tb = Fork(g, fa), Fork(g, fb)
		return nil
	}, opts)
	if err == nil {
		a, b = ta.value, tb.value
	}
	return a, b, err
}

// Join3 is [Join2] for three functions.
func Join3[A, B, C any](ctx workflow.Context, fa func(workflow.Context) (A, error), fb func(workflow.Context) (B, error), fc func(workflow.Context) (C, error), opts ...GroupOption) (a A, b B, c C, err error) {
	checkFunctions("Join3", fa == nil || fb == nil || fc == nil)
	var ta *Task[A]
	var tb *Task[B]
	var tc *Task[C]
	err = run(ctx, "Join3", callerPC(), func(ctx workflow.Context, g *Group) error {
		ta, tb, tc = Fork(g, fa), Fork(g, fb), Fork(g, fc)
		return nil
	}, opts)
	if err == nil {
		a, b, c = ta.value, tb.value, tc.value
	}
	return a, b, c, err
}

// Join4 is [Join2] for four functions.
func Join4[A, B, C, D any](ctx workflow.Context, fa func(workflow.Context) (A, error), fb func(workflow.Context) (B, error), fc func(workflow.Context) (C, error), fd func(workflow.Context) (D, error), opts ...GroupOption) (a A, b B, c C, d D, err error) {
	checkFunctions("Join4", fa == nil || fb == nil || fc == nil || fd == nil)
	var ta *Task[A]
	var tb *Task[B]
	var tc *Task[C]
	var td *Task[D]
	err = run(ctx, "Join4", callerPC(), func(ctx workflow.Context, g *Group) error {
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
func Join5[A, B, C, D, E any](ctx workflow.Context, fa func(workflow.Context) (A, error), fb func(workflow.Context) (B, error), fc func(workflow.Context) (C, error), fd func(workflow.Context) (D, error), fe func(workflow.Context) (E, error), opts ...GroupOption) (a A, b B, c C, d D, e E, err error) {
	checkFunctions("Join5", fa == nil || fb == nil || fc == nil || fd == nil || fe == nil)
	var ta *Task[A]
	var tb *Task[B]
	var tc *Task[C]
	var td *Task[D]
	var te *Task[E]
	err = run(ctx, "Join5", callerPC(), func(ctx workflow.Context, g *Group) error {
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
// [Map]. It panics if ctx or a function is nil.
func All[T any](ctx workflow.Context, fns []func(ctx workflow.Context) (T, error), opts ...GroupOption) ([]T, error) {
	checkFunctions("All", hasNil(fns))
	values := make([]T, len(fns))
	err := run(ctx, "All", callerPC(), func(ctx workflow.Context, g *Group) error {
		for i, fn := range fns {
			g.addItem(i, seam.FuncPC(fn), func(ctx workflow.Context) (err error) {
				values[i], err = fn(ctx)
				return err
			})
		}
		return nil
	}, opts)
	if err != nil && !partial(opts) {
		return nil, err
	}
	return values, err
}

// Funcs makes a slice of functions, for [All], [Settle], [Race], [First] and
// [Quorum]: First(ctx, Funcs(a, b)).
func Funcs[T any](fns ...func(ctx workflow.Context) (T, error)) []func(ctx workflow.Context) (T, error) {
	return fns
}

// addItem hands the group the task of item i, which goes by that number.
func (g *Group) addItem(i int, pc uintptr, fn func(workflow.Context) error) {
	_ = g.add(&task{run: fn, pc: pc, item: i}) // the body's own group is open
}

func hasNil[T any](fns []func(workflow.Context) (T, error)) bool {
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

// partial reports whether results are wanted although some failed.
func partial(opts []GroupOption) bool {
	for _, o := range opts {
		if o == Supervised {
			return true
		}
	}
	return false
}
