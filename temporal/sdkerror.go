package temporal

import (
	"context"
	"errors"

	"github.com/braid-go/braid"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// This file has errors of the SDK's match what those of package braid do. What is kept:
// whoever looks for the SDK's own types finds them, and the server is sent the same.

// An sdkError says of an activity or a child workflow that it was cancelled, or took too
// long.
type sdkError struct {
	error
	is    error // context.Canceled or context.DeadlineExceeded
	cause error // why, if it was cancelled because the caller was
}

func (e *sdkError) Unwrap() error        { return e.error }
func (e *sdkError) Is(target error) bool { return target == e.is || errors.Is(e.cause, target) }

// As gives the [braid.Cancellation] that the cause is.
func (e *sdkError) As(target any) bool { return assign(target, e.cause) }

// matching gives what a call under ctx has returned, with the words of package context if
// that is an SDK's error which says the same.
func matching(ctx workflow.Context, err error) error {
	switch is := saysOf(err); {
	case is == nil:
		return err
	case is == context.Canceled && ctx != nil && ctx.Err() != nil:
		return &sdkError{err, is, Cause(ctx)}
	default:
		return &sdkError{err, is, nil}
	}
}

// saysOf gives what an SDK's error means to package context, or nil.
func saysOf(err error) error {
	for {
		switch e := err.(type) {
		case *sdk.ActivityError, *sdk.ChildWorkflowExecutionError, *sdk.NexusOperationError:
			err = errors.Unwrap(err)
		case *carrier:
			err = e.sdk
		case *sdk.CanceledError:
			return context.Canceled
		case *sdk.TimeoutError:
			return context.DeadlineExceeded
		default:
			return nil
		}
	}
}

// mereCancel reports whether a node of an error tree says that its task was cancelled or,
// if a deadline had a part in that, too late. A timeout of an activity's is neither: it
// is the activity's own.
func mereCancel(node error, late bool) bool {
	switch e := node.(type) {
	case *sdkError:
		return e.is == context.Canceled
	case *sdk.CanceledError:
		return true
	}
	return braid.Is(context.Canceled)(node) || late && braid.Is(context.DeadlineExceeded)(node)
}
