package engine

import (
	"context"
	"errors"
	"strconv"

	"github.com/braid-go/braid"
)

// This file says what an engine is. The one of this process is in local.go.

// ErrUnknownTask is matched by the error of a task whose name nothing was
// defined under in the process that was to run it.
var ErrUnknownTask = errors.New("engine: there is no such task")

// An Engine runs the tasks that [Define] gave names. Its one method is for
// those who make engines; users call [Call], [Map], [Each] and [Settle].
type Engine interface {
	// Run runs the job's task for each input and returns when all that it has
	// started has ended. It never starts an input under a dead ctx, and the error
	// is as for braid.Map, or nil if the job is to settle and ctx lives.
	Run(ctx context.Context, job *Job) error
}

// A Job is one task and its inputs, for an [Engine].
type Job struct {
	Task   string   // the task's name
	Name   string   // of the group in paths, if not empty
	Single bool     // it is one call and not one of many: its path has no number
	Inputs [][]byte // JSON
	First  int      // the number of the first input, if the job is a part of another
	Limit  int      // how many may run at once; 0 stands for no limit of the user's
	Settle bool     // a failure stops no other input
	// Done is told of each input that was started, and of those that were skipped if
	// the job is to settle: its result as JSON, or how it failed. It is called
	// by one goroutine at a time, and not after Run has returned.
	// Inputs count from 0, whatever First is.
	Done func(i int, e End)
}

// Label gives the name that the task of an input has in paths.
func (j *Job) Label(i int) string {
	if j.Single {
		return j.Task
	}
	return j.Task + "[" + strconv.Itoa(j.First+i) + "]"
}

// An End is how a task ended for one input.
type End struct {
	Output []byte // JSON, if State is braid.Succeeded
	Err    error  // a *braid.TaskError otherwise
	State  braid.State
}
