package temporal

import (
	"errors"
	"reflect"
)

// This file holds what stands for errors of another process whose type is not
// known here, or cannot be had back whole.

// A RemoteError is an error that came from another process and is of a type that
// nobody has registered here with [RegisterErrorType]. errors.As finds it, and
// errors.Is what it wraps, and the sentinels that it matched where it came from.
type RemoteError struct {
	Type string // the Go type that it had there, such as "*pq.Error"
	Text string // what its Error method said there

	is    []error // the sentinels that it matched by itself
	value error   // of a registered type, without what it wrapped; or nil
	late  bool    // it had a Timeout method that gave true
}

// Error gives the text that the error had where it came from.
func (e *RemoteError) Error() string { return e.Text }

// Timeout reports whether the error called itself a timeout where it came from.
func (e *RemoteError) Timeout() bool { return e.late }

// Is reports whether the error matched target where it came from, or is equal to
// it.
func (e *RemoteError) Is(target error) bool {
	for _, known := range e.is {
		if same(known, target) {
			return true
		}
	}
	if e.value == nil {
		return false
	}
	if same(e.value, target) {
		return true
	}
	is, ok := e.value.(interface{ Is(error) bool })
	return ok && is.Is(target)
}

// As gives the error as the registered type that it is of.
func (e *RemoteError) As(target any) bool { return assign(target, e.value) }

// remoteOne and remoteMany wrap what the error wrapped.
type (
	remoteOne struct {
		*RemoteError
		below error
	}
	remoteMany struct {
		*RemoteError
		below []error
	}
)

func (e *remoteOne) Unwrap() error    { return e.below }
func (e *remoteMany) Unwrap() []error { return e.below }

func (e *remoteOne) As(target any) bool {
	return assign(target, e.RemoteError) || e.RemoteError.As(target)
}
func (e *remoteMany) As(target any) bool {
	return assign(target, e.RemoteError) || e.RemoteError.As(target)
}

// A carrier is an error of the SDK's whose cause is a tree that the SDK would not
// keep: errors.As finds both.
type carrier struct {
	sdk  error
	tree error
	own  bool // the SDK's error is but the envelope of the tree
}

func (e *carrier) Error() string {
	if e.own {
		return e.tree.Error()
	}
	return e.sdk.Error()
}

func (e *carrier) Unwrap() error { return e.tree }

func (e *carrier) As(target any) bool { return assign(target, e.sdk) }

// assign sets *target to err if that is of its type, as errors.As does for one
// node.
func assign(target any, err error) bool {
	if err == nil {
		return false
	}
	to := reflect.ValueOf(target)
	if to.Kind() != reflect.Pointer || to.IsNil() || !reflect.TypeOf(err).AssignableTo(to.Type().Elem()) {
		return false
	}
	to.Elem().Set(reflect.ValueOf(err))
	return true
}

// same is == for errors of which one does not know whether they have it.
func same(a, b error) (is bool) {
	defer func() { _ = recover() }()
	return a == b
}

// unwrapsItself reports whether err leads on by itself.
func unwrapsItself(err error) bool {
	if errors.Unwrap(err) != nil {
		return true
	}
	many, ok := err.(interface{ Unwrap() []error })
	return ok && len(many.Unwrap()) > 0
}
