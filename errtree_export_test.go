package braid

import (
	"reflect"
	"slices"
)

// What the external tests need to make errors as the engine makes them.

// NewTaskError makes the failure of a task called name in the group at path.
func NewTaskError(path, name string, err error) *TaskError {
	return &TaskError{Err: err, in: &groupInfo{name: path}, name: name, pc: reflect.ValueOf(NewTaskError).Pointer()}
}

// NewGroupError makes the error of the group at path. The first failure is the
// primary one.
func NewGroupError(path string, dropped int, errs ...error) *GroupError {
	e := &GroupError{errs: errs, in: &groupInfo{name: path, pc: reflect.ValueOf(NewGroupError).Pointer()}, dropped: dropped}
	if len(errs) > 0 {
		e.primary, _ = errs[0].(*TaskError)
	}
	return e
}

// NestUnder makes inner the error of a group that task opened, as far as paths
// are concerned.
func NestUnder(task *TaskError, inner *GroupError) {
	inner.in.up, inner.in.task = task.in, task.name
	for _, err := range inner.errs {
		if t, ok := err.(*TaskError); ok {
			t.in = inner.in
		}
	}
}

// SetPrimary says which failure cancelled the group.
func SetPrimary(e *GroupError, primary *TaskError) { e.primary = primary }

// Partition splits err by a judge that says 'd' (descend), 't' (take) or 'k' (keep).
func Partition(err error, judge func(error) rune) (matched, rest error) {
	return partition(err, func(n error) verdict {
		return verdict(slices.Index([]rune("dtk"), judge(n)))
	})
}
