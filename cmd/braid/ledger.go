package main

import (
	"errors"
	"fmt"
	"sync"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/report"
)

// keepLines bounds what a ledger remembers of commands that did not succeed;
// the rest is counted.
const keepLines = 1000

// A ledger records what became of each command.
type ledger struct {
	all bool // keep those that succeeded too

	mu      sync.Mutex
	count   [4]int // by report.State
	entries map[int]entry
	last    int // exit status of the last command that failed
}

// An entry is a line of the report. Why a command was stopped is put into
// words when all is over.
type entry struct {
	line  report.Line
	cause error // the cause in its context
	err   error
}

// enter records the end of command i and of all attempts at it.
func (l *ledger) enter(i int, c command, e ending, attempts int, cause, err error) {
	line := report.Line{Label: c.label, Notes: e.notes}
	took := report.Duration(e.took)
	if attempts > 1 {
		took += fmt.Sprintf(" (attempt %d)", attempts)
	}
	var failed *failure
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		line.State, line.Detail = report.Succeeded, took
	case errors.As(err, &failed):
		line.State, line.Detail = report.Failed, failed.what+", "+took
		l.last = failed.code
	case e.stuck:
		line.State, line.Detail = report.Stopped, "given up after "+took
	case e.killed:
		line.State, line.Detail = report.Stopped, "killed (SIGKILL) after "+took
	default:
		line.State, line.Detail = report.Stopped, "stopped (SIGTERM) after "+took
	}
	l.count[line.State]++
	wanted := l.all || line.State != report.Succeeded || len(line.Notes) > 0
	if wanted && (l.all || len(l.entries) < keepLines) {
		if l.entries == nil {
			l.entries = make(map[int]entry)
		}
		l.entries[i] = entry{line, cause, err}
	}
}

// because says what a command was stopped for. A race knows its winner.
func because(cause, err error, winner string) string {
	var (
		sig    interrupted
		cancel *braid.Cancellation
		failed *failure
		output outputError
	)
	switch {
	case errors.As(err, &output):
		return ": because its output could not be passed on"
	case errors.As(cause, &sig):
		return ": because braid was " + sig.Error()
	case winner != "":
		return ": because " + winner + " was first"
	case !errors.As(cause, &cancel):
		return ""
	case errors.As(cancel.Reason(), &failed):
		return ": because " + failed.label + " failed"
	case errors.As(cancel.Reason(), &output):
		return ": because output could not be passed on"
	}
	return ""
}

// text gives the line of an entry.
func (e entry) text(winner string) report.Line {
	if e.line.State == report.Stopped {
		e.line.Detail += because(e.cause, e.err, winner)
	}
	return e.line
}

// tree gives one line for each command, in order, and whether they tell more
// than that all went well. cause is why some were not started.
func (l *ledger) tree(commands []command, cause error, winner string) (lines []report.Line, notable bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, c := range commands {
		e, ok := l.entries[i]
		if !ok {
			e.line = report.Line{State: report.NotStarted, Label: c.label, Detail: "not started" + because(cause, nil, winner)}
		}
		notable = notable || len(e.line.Notes) > 0
		lines = append(lines, e.text(winner))
	}
	return lines, notable
}
