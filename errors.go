package braid

import (
	"errors"
	"slices"
	"time"
)

// This file holds the errors a caller meets. How they are taken apart is in
// tree.go and catch.go, how they print in format.go.

var (
	// ErrClosed reports that something was handed to a group that has ended.
	ErrClosed = errors.New("braid: the group has ended")
	// ErrNotDone is what [Task.Result] gives while the task has not ended.
	ErrNotDone = errors.New("braid: the task has not ended yet")
	// ErrGoexit is the error of a task that ended by [runtime.Goexit], as
	// t.FailNow and t.Fatal do.
	ErrGoexit = errors.New("braid: the task called runtime.Goexit")
	// ErrDeadlock is matched by the error of a wait that could never end,
	// because what is waited for waits in turn for the one that asks.
	ErrDeadlock = errors.New("braid: deadlock")
	// ErrNotReady is the error of a task handed to [Start] that ended well
	// without ever having called ready.
	ErrNotReady = errors.New("braid: the task ended without calling ready")
	// ErrReadyTwice is the error of a task handed to [Start] that called ready
	// more than once.
	ErrReadyTwice = errors.New("braid: the task called ready more than once")
	// ErrNotClosed reports a group made with [Open] that was still open when
	// the task that opened it ended.
	ErrNotClosed = errors.New("braid: the group was not closed")
	// ErrNoTasks is what a race without competitors returns.
	ErrNoTasks = errors.New("braid: no tasks to choose from")
)

// A TaskError is the failure of one task, or of a group's body.
type TaskError struct {
	// Err is what went wrong: what the task returned without the parts that
	// are mere cancellation, a [*PanicError], or [ErrGoexit].
	Err error
	// AfterCancel is set if the task's context was dead before the task
	// returned: Err may be a consequence of the cancellation ("signal:
	// killed") and not a failure in its own right.
	AfterCancel bool

	in       *groupInfo // the group of the task
	name     string     // the task's name; if empty, pc names it
	pc       uintptr    // the task's function
	site     *Site      // where that stands, if the error is not from this program
	item     int        // number of what it was called for, from 1; 0 for none
	body     bool       // it is the body's
	recorded bool       // it is among the group's failures

	permanent bool // it was marked Permanent
	attempt   bool // it is an attempt of Retry, whose name is in no path below it
}

// A GroupError is what a failed group returns: one [*TaskError] for each
// failed task, in the order in which they ended, the body's last.
type GroupError struct {
	errs    []error    // *TaskError each, unless derived by Split
	primary *TaskError // the failure that cancelled the group
	in      *groupInfo
	dropped int
	cut     error // what cut the group short from outside, before any failure could
}

// Path gives the names of the groups and tasks down to the one that failed,
// separated by slashes.
func (e *TaskError) Path() string { return joinPath(e.in.path(), e.Name()) }

// Name gives what the task goes by, its [Name] or that of its function, which is
// the last part of its path. It is empty for the body of a group.
func (e *TaskError) Name() string {
	if e.name == "" && !e.body {
		return funcName(e.pc)
	}
	return e.name
}

// Item gives the number, from 0, of the item or function that the task was
// called for by [Map], [All], [First] and their like, and -1 for other tasks.
func (e *TaskError) Item() int { return e.item - 1 }

// Spawned tells where the task's function stands, which for a function
// literal is where it was spawned.
func (e *TaskError) Spawned() Site { return siteOr(e.site, e.pc) }

// Unwrap gives Err, so that errors.Is and errors.As see through, and nil if e is nil:
// a task that returns a nil pointer by mistake has failed with it, and errors.Is on
// that must not panic. So it is with the errors below.
func (e *TaskError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Path gives the names of the groups and tasks down to the group, separated
// by slashes. It is empty for a group without a name under nothing named.
func (e *GroupError) Path() string {
	return e.in.path()
}

// Opened tells where the group's body stands, or where [Open] was called.
func (e *GroupError) Opened() Site {
	if e.in == nil {
		return Site{}
	}
	return siteOr(e.in.site, e.in.pc)
}

// Primary is the failure that cancelled the group. For a part made by [Split]
// or [Subgroup] it is nil if that failure is not in the part. A group that
// was cancelled from outside, and whose tasks failed only in consequence, has
// the first of them.
func (e *GroupError) Primary() *TaskError { return e.primary }

// Errors gives the failures, one a task, as a copy that the caller may change.
func (e *GroupError) Errors() []error { return slices.Clone(e.errs) }

// Unwrap gives the failures to errors.Is and errors.As. The slice must not be
// changed; [GroupError.Errors] gives a copy.
func (e *GroupError) Unwrap() []error {
	if e == nil {
		return nil
	}
	return e.errs
}

// Dropped tells how many failures were counted but not kept, which happens
// only in a [Supervised] group that had more than its [Keep] limit. [Split] and
// [Catch] leave them in what remains, also if they take all that was kept.
func (e *GroupError) Dropped() int { return e.dropped }

// Cut gives the cancellation from outside that cut the group short beside the
// failures, or that they came after. It is nil if there was none before a failure
// cancelled the group, or all was done by then. It is the error that [Run] would
// have returned had nothing failed. It is no failure, and errors.Is and errors.As
// do not see it: who asks them for context.Canceled asks what the tasks failed
// with. In what [Split] gives, the rest has it.
//
// Where the others go on after a failure, as in a [Supervised] [Map], look at it
// before taking the results without a failure for good.
func (e *GroupError) Cut() error { return e.cut }

// A PanicError is a panic of a task, raised again on the goroutine of [Run]
// after the join, or handed back as an error where [PanicsAsErrors] is set.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // the stack of the task at the panic, as runtime/debug.Stack gives it
	Path  string // names of the groups and tasks down to the one that panicked
	// Siblings holds the failures of the other tasks, nil if there were none.
	Siblings error
}

// Unwrap gives Value if it is an error.
func (e *PanicError) Unwrap() error {
	if e == nil {
		return nil
	}
	err, _ := e.Value.(error)
	return err
}

// A TimeoutError says that a scope's own deadline cut its function short. It
// matches context.DeadlineExceeded.
type TimeoutError struct {
	// Name is the scope's name, if it was given one.
	Name string
	// After is how long the scope ran before its deadline, which is the d it
	// was given unless the deadline was moved.
	After time.Duration
	// Err is what the function returned when it was cut short, which tells
	// where it was at that time. It is nil if the function was never called.
	Err error

	pc   uintptr
	site *Site // as in a TaskError
}

// Site tells where the function of the scope stands.
func (e *TimeoutError) Site() Site { return siteOr(e.site, e.pc) }

// Timeout is true, as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// Temporary is true, as for context.DeadlineExceeded: it makes e a net.Error.
func (e *TimeoutError) Temporary() bool { return true }

// Unwrap gives Err.
func (e *TimeoutError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}
