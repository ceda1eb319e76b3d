package braid

import "runtime"

// This file holds what panics carry.

// newPanicError keeps a panic that is already one of ours, from a group below,
// as it is: its value, stack and path are those of where it began.
func newPanicError(v any, path string, stack []byte) *PanicError {
	if pe, ok := v.(*PanicError); ok && pe != nil {
		return pe
	}
	return &PanicError{Value: v, Stack: stack, Path: path}
}

// panicking reports whether the deferred function that asks, itself or through
// one more, was called because of a panic, not of a Goexit. It recovers nothing.
func panicking() bool {
	var pc [4]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc[:])])
	for {
		f, more := frames.Next()
		switch f.Function {
		case "runtime.gopanic":
			return true
		case "runtime.Goexit":
			return false
		}
		if !more {
			return false
		}
	}
}

// exiting reports whether the panic of a body, which the deferred function that
// asks has recovered, came up while a Goexit unwound that body: then the Goexit
// goes on.
//
// Between the two there may be bodies of groups whose deferred function, the same
// one, has raised the panic again, and is on the stack with them.
func exiting() bool {
	pc := make([]uintptr, 64)
	n := runtime.Callers(2, pc)
	for n == len(pc) {
		pc = make([]uintptr, 4*n)
		n = runtime.Callers(2, pc)
	}
	frames := runtime.CallersFrames(pc[:n])
	asks, more := frames.Next()
	below := 0
	for more {
		var f runtime.Frame
		f, more = frames.Next()
		switch f.Function {
		case "runtime.Goexit":
			return true
		case asks.Function:
			below++
		case bodyCaller:
			if below == 0 {
				return false
			}
			below--
		}
	}
	return false
}

// bodyCaller is the name of callBody.
var bodyCaller = runtime.FuncForPC(funcPC(callBody)).Name()

// with gives the panic with further failures beside it.
func (e *PanicError) with(siblings error) *PanicError {
	with := *e
	with.Siblings = join(e.Siblings, siblings)
	return &with
}
