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

// with gives the panic with further failures beside it.
func (e *PanicError) with(siblings error) *PanicError {
	with := *e
	with.Siblings = join(e.Siblings, siblings)
	return &with
}
