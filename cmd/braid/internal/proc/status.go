// Package proc starts programs and keeps hold of everything they start in
// turn. A [Keeper] is made once in the life of a program; a [Proc] is one
// command and all its descendants, those that forked away and detached
// themselves included. What each system gives for that differs:
//
//   - every Unix: a command gets a process group of its own, and the group is
//     signalled as a whole;
//   - Linux besides: orphans are adopted (subreaper) and told apart by a mark
//     in their environment, commands die with the thread that started them
//     (parent-death signal), and a guard process kills what is left if this
//     process is killed in a way it cannot notice.
//
// The package takes over every child of the process: it waits for all of them
// and must be the only one that does.
package proc

import (
	"strconv"
	"syscall"
	"time"
)

// Status tells how a command ended.
type Status struct {
	Code   int            // the exit status, if Signal is 0
	Signal syscall.Signal // the signal that ended it
	CPU    time.Duration  // user and system time of it and the children it waited for
}

// Success tells whether the command exited with status 0.
func (s Status) Success() bool { return s.Code == 0 && s.Signal == 0 }

// ExitCode gives the status as a shell would: 128 + n for signal n.
func (s Status) ExitCode() int {
	if s.Signal != 0 {
		return 128 + int(s.Signal)
	}
	return s.Code
}

// String gives "exit status 3" or "killed by SIGSEGV".
func (s Status) String() string {
	if s.Signal != 0 {
		return "killed by " + SignalName(s.Signal)
	}
	return "exit status " + strconv.Itoa(s.Code)
}
