package seam

import "time"

// This file is for module temporal: it makes and reads errors of package braid
// that no group of that package has made, because the group was a workflow's or
// because the error came from another process.

// Where is a braid.Site.
type Where struct {
	Func string
	File string
	Line int
}

// A Failure is what there is to a braid.TaskError.
type Failure struct {
	Err         error
	AfterCancel bool
	Place       any     // of its group, made by NewPlace
	Name        string  // of the task; if empty, PC names it
	PC          uintptr // the task's function
	Site        *Where  // where that stands, if it is not this program's
	Item        int     // number of what it was called for, from 0; -1 for none
	Body        bool    // it is the body's
	Permanent   bool    // it was marked Permanent
	Attempt     bool    // it is an attempt of Retry
	Recorded    bool    // the group has it among its failures
}

// A FailedGroup is what there is to a braid.GroupError.
type FailedGroup struct {
	Errs    []error
	Primary int // index in Errs, or -1
	Dropped int
	Cut     error
	Place   any
}

// A Timeout is what there is to a braid.TimeoutError.
type Timeout struct {
	Name  string
	After time.Duration
	Err   error
	PC    uintptr
	Site  *Where
}

// Kind says what ended a context. The values are those of package braid.
type Kind uint8

const (
	ByCall Kind = iota
	ByFailure
	ByDeadline
	ByEnd
	ByOutside
)

// A Cancellation is what there is to a braid.Cancellation.
type Cancellation struct {
	Kind   Kind
	By     string // path of the task, group or scope
	Reason error  // the failure, or what CancelCause was given
	Cause  error  // from outside
	Late   bool   // that was a deadline
	At     time.Time
	PC     uintptr
	Site   *Where
}

var (
	// NewPlace gives what errors keep of a group: the place of the group above, or
	// nil, and the name of the task there in which the group was opened, if it was
	// not in the body; the group's own name; and where its body stands.
	NewPlace func(up any, task, name string, pc uintptr, site *Where) any
	// Path gives the names down to the place and, if it is not empty, name.
	Path func(place any, name string) string

	// NewTaskError gives a *braid.TaskError, and the others theirs.
	NewTaskError    func(Failure) error
	NewGroupError   func(FailedGroup) error
	NewTimeoutError func(Timeout) error
	NewCancellation func(Cancellation) error
	// NewLateError gives a real error of a function whose deadline had passed.
	NewLateError func(err, timeout error) error

	// ReadTaskError reads a *braid.TaskError, and the others theirs. For an error
	// of another type, and a nil pointer, ok is false. A Failure that is read has
	// Name and Site set, its Place being opaque: PlaceOf reads that.
	ReadTaskError    func(err error) (f Failure, ok bool)
	ReadGroupError   func(err error) (g FailedGroup, ok bool)
	ReadTimeoutError func(err error) (t Timeout, ok bool)
	ReadCancellation func(err error) (c Cancellation, ok bool)
	ReadLateError    func(err error) (real, timeout error, ok bool)
	// ReadAdvice reads what braid.Permanent and braid.RetryAfter make.
	ReadAdvice func(err error) (inner error, permanent bool, after time.Duration, ok bool)
	// PlaceOf gives the path of a group and where its body stands.
	PlaceOf func(place any) (path string, site *Where)

	// Beside gives what of err is more than a cancellation whose cause is given,
	// nil for none in particular: cancellations of braid's are none, nor is a leaf
	// that is called one.
	Beside func(err, cause error, called func(node error) bool) error
	// Recorded says whether err is a failure that the group of that place has recorded.
	Recorded func(err error, place any) bool
	// Below gives what is directly below a node of an error tree. It bears errors
	// whose methods panic.
	Below func(err error) (one error, many []error)
	// Joined says whether errors.Join made err.
	Joined func(err error) bool
	// Text gives err.Error(), or a stand-in if that panics.
	Text func(err error) string
	// FuncPC gives the entry of the function fn, FuncName its short name, and SiteOf
	// where it stands, or nil if that is not known.
	FuncPC   func(fn any) uintptr
	FuncName func(pc uintptr) string
	SiteOf   func(pc uintptr) *Where
	// Advice tells whether err says that it is not worth another attempt, and how long it says that one should wait.
	Advice func(err error) (permanent bool, after time.Duration, waits bool)
	// Delays gives a function that gives the delay before each further attempt
	// under a braid.Policy.
	Delays func(policy any) func() time.Duration
	// CheckPolicy panics if a braid.Policy makes no sense.
	CheckPolicy func(policy any)
)
