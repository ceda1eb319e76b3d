// Package seam is how the packages beside package braid reach what that does not
// show: tasks that work through numbered items, groups that are opened and joined
// by an iterator, tasks that go by another function than their own, and, for
// tests that look for what is left, the tasks there are. Package braid fills the
// functions in when it is initialised, but for Inherit.
// A group is handed around as any, since this package cannot import braid.
package seam

import "context"

// Work is a task that works on items, one after the other.
type Work struct {
	// Call does the work.
	Call func(ctx context.Context) error
	// At gives the function that is at work and the number, from 0, of the
	// item it works on: the task goes by both. Any goroutine may ask.
	At func() (pc uintptr, item int)
	// Ended is told the braid.State in which the task has ended, whether or not
	// it was called, before the group's join. From then on the Work may be
	// handed over again.
	Ended func(state uint32)

	// Root is package braid's own.
	Root any
}

// Verdict is what becomes of a task that has another item.
type Verdict uint8

const (
	Fresh Verdict = iota // it may go on
	Stale                // items before have left a trace on it, such as something opened below or a Done that somebody may wait for
	Dead                 // its group is cancelled
)

var (
	// Open opens a group for an iterator that is sure to call Join. It goes by
	// name, if that is not empty, and by the function at pc.
	Open func(ctx context.Context, pc uintptr, name string) (group any, inside context.Context)
	// Go hands work to the group as a task.
	Go func(group any, w *Work)
	// Again is asked by the task whose context this is before each item, and says
	// whether it may go on with it. If so the goroutine has the profiler labels
	// that a task starts with.
	Again func(ctx context.Context) Verdict
	// Fail records err as if a task had returned it, in a group whose work is
	// done by the iterator itself: as that of the function at pc on the item, or
	// of the source if item is negative. It reports whether err is a failure and
	// not a mere cancellation.
	Fail func(group any, pc uintptr, item int, err error) bool
	// Panicking reports whether the deferred function that asks was called
	// because of a panic, not of a Goexit.
	Panicking func() bool
	// Join is Close, or Wait if nothing is to be cancelled, for a caller that is
	// known to be none of the group's tasks. If exit is false a task's Goexit
	// ends there: it would take the place of a panic that is on its way.
	Join func(group any, cancel, exit bool) error
	// Site gives a braid.TaskOption: the task goes by the function at pc instead
	// of the one it was given, and by the number of an item, from 0, if that is
	// not negative. Packages service and engine wrap their users' functions.
	Site func(pc uintptr, item int) any
	// Outside gives the error for what the death of ctx cut short.
	Outside func(ctx context.Context) error

	// Inherit is package braidtest's, and nil where that is not used. It is
	// asked by who opens a group with a context that is none of braid's, and
	// gives ctx or one below it, whose profiler labels the tasks get. A
	// goroutine that is used again can so go on telling whose it is.
	Inherit func(ctx context.Context) context.Context
	// Live lists the tasks that run, and the bodies, of the groups that were
	// opened since Watch was set.
	Live func() []Task
)

// A Task is a running task, or the body of a group, for a report.
type Task struct {
	Addr  uintptr      // of the task or group, as a dump shows it; see dump.go
	Path  string       // ends in "(body)" for a body
	Site  string       // where its function stands, as "file:line"
	Up    uintptr      // Addr of the task in which its group was opened, or of the group whose body did; or 0
	Group uintptr      // Addr of its group
	Cause func() error // why its group is cancelled, or nil; of one in a bubble of testing/synctest it can be asked only there
	Open  string       // where its group was opened, as "file:line", if a user has to close it and has not begun to; or ""
	Full  string       // "2 of 2 slots taken, 5 queued", if its group has tasks that wait for a slot, or ""
}
