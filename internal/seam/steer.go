package seam

import "context"

// A Steer takes chance's place in a test: it says what comes first where that is
// open, and counts. A group has one if the context that it was opened with has,
// or the group above. Package braidtest makes them.
type Steer interface {
	// Inside gives the context that the function of a task, of a body or of a time
	// limit is given for its own.
	Inside(ctx context.Context) context.Context
	// Hold returns when who asks may go on. It may block: nothing that runs in the
	// group is on the stack.
	Hold(s Step)
	// Pass is Hold where a user's function is on the stack, which may hold locks:
	// it must not wait for anybody.
	Pass(s Step)
	// Call gives what is called instead of the task's function, or nil.
	Call(s Step) (instead func() error)
}

// A Step is what is about to happen.
type Step struct {
	Moment Moment
	Path   string // of the task; or of the group, of a moment that has no task
	Group  string // the path of the group
	Site   string // where the function stands
	Num    uint64 // the task's in its group, from 1; 0 if there is no task
}

// Moment is where in a task's life, or a group's, that is.
type Moment uint8

const (
	Start   Moment = iota // a task is taken up: it has not been looked whether it may start
	Called                // its function is about to be called
	End                   // its function has returned: nobody knows yet
	Cancel                // a group is about to be cancelled
	Spawned               // a task has been handed over
	Woken                 // a wait is over
)

var (
	// Steering gives who steers what is opened with ctx, or nil.
	Steering func(ctx context.Context) Steer
	// StepOf gives the moment m of the task, or else of the group, that ctx belongs to.
	StepOf func(ctx context.Context, m Moment) Step
	// Bare gives the context that Inside was given for ctx, or ctx.
	Bare func(ctx context.Context) context.Context
)
