package braid

// This file holds what panics carry.

// newPanicError keeps a panic that is already one of ours, from a group below,
// as it is: its value, stack and path are those of where it began.
func newPanicError(v any, path string, stack []byte) *PanicError {
	if pe, ok := v.(*PanicError); ok {
		return pe
	}
	return &PanicError{Value: v, Stack: stack, Path: path}
}

// with gives the panic with further failures beside it.
func (e *PanicError) with(siblings error) *PanicError {
	with := *e
	with.Siblings = join(e.Siblings, siblings)
	return &with
}
