package braid

import "unsafe"

// address gives the address of a task or group as a stack dump shows it.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
