package main

import "syscall"

// The exit statuses that are not a command's own.
const (
	statusFailed   = 1
	statusUsage    = 2
	statusTimeout  = 124 // as timeout(1) has it
	statusNotRun   = 126 // as shells have it
	statusBySignal = 128 // plus the signal's number
)

// A usageError is the user's to mend: nothing was started.
type usageError struct {
	error
	noHint bool // --help would be of no help
}

// An exitStatus ends the program once everything is cleaned up.
type exitStatus struct {
	code    int
	message string
}

func (e exitStatus) Error() string { return e.message }

// interrupted is the cause of a cancellation by a signal.
type interrupted struct{ sig syscall.Signal }

func (i interrupted) Error() string { return "interrupted by " + signalName(i.sig) }

// A failure is the end of a command that did not succeed.
type failure struct {
	label string
	what  string // "exit status 3"
	code  int
}

func (f *failure) Error() string { return f.label + ": " + f.what }

// An outputError says that what a command wrote could not be passed on.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }
