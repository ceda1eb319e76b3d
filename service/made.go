package service

import (
	"context"
	"reflect"
	"runtime"
)

// This file makes the functions of ready-made parts. What is kept: in errors and reports a part goes by
// what the user wrote: its function, or the place where the part was made, and not by a line in here.

// asked is the context that a ready-made part is called with to learn what it goes by.
type asked struct {
	context.Context
	pc uintptr
}

// made gives the function of a ready-made part that goes by fn, or, if that is nil, by the place where the
// caller of its constructor, which must not be inlined, stands.
//
//go:noinline
func made(fn any, run func(ctx context.Context, ready func()) error) func(ctx context.Context, ready func()) error {
	var at [1]uintptr
	if fn != nil {
		at[0] = reflect.ValueOf(fn).Pointer()
	} else if runtime.Callers(3, at[:]) > 0 {
		at[0]-- // it is a return address
	}
	return func(ctx context.Context, ready func()) error {
		if q, ok := ctx.(*asked); ok {
			q.pc = at[0]
			return nil
		}
		return run(ctx, ready)
	}
}

var madeHere = reflect.ValueOf(made(nil, nil)).Pointer()

// shownAs gives the program counter of what the function of a part goes by.
func shownAs(fn any) uintptr {
	pc := reflect.ValueOf(fn).Pointer()
	if run, ok := fn.(func(context.Context, func()) error); ok && pc == madeHere {
		var q asked
		_ = run(&q, nil)
		return q.pc
	}
	return pc
}
