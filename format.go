package braid

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// This file says in which words each of our errors prints; the walk through a
// tree of them is in printer.go, what slog gets in logvalue.go. What is kept:
// %v and Error are one line of bounded length (a panic, printed by itself, is
// the one exception), %+v shows what that leaves out, and no method of a
// foreign error can make printing panic.

// Error gives one line. A group with a single failure reads like that
// failure: "server/fetch: connection refused". Otherwise the line counts what
// is directly below and lists it, inner groups in brackets:
//
//	server (3 errors): fetch: connection refused; sub (2 errors): [a: boom; b: bang]; cache: no space
//
// It shows the first sixteen errors and counts the others. %+v prints them all.
func (e *GroupError) Error() string { return oneLine(e) }

// Error gives the path and the error on one line: "server/fetch: connection refused".
func (e *TaskError) Error() string { return oneLine(e) }

// Error gives `timeout "name" after 5s`, and behind a colon what the function
// returned if that says more than that it was cancelled.
func (e *TimeoutError) Error() string { return oneLine(e) }

// Error gives "panic in server/worker: value", then the stack of the task,
// then what failed besides. It is the one error here with more than a line:
// who prints the value of a panic (the runtime when nobody recovers it,
// net/http when it does) prints nothing else of it, and the stack they add is
// that of the goroutine it was raised on again. Within a [*GroupError] or
// [*TaskError] a panic is one line, and its stack is left to %+v.
func (e *PanicError) Error() string {
	if e == nil {
		return oneLine(e)
	}
	var b strings.Builder
	b.WriteString(e.headline())
	if stack := e.innermost().Stack; len(stack) > 0 {
		b.WriteString("\n\n")
		b.WriteString(strings.TrimSpace(string(stack)))
	}
	if e.Siblings != nil {
		b.WriteString("\n\nfailed besides: ")
		b.WriteString(textOf(e.Siblings))
	}
	return b.String()
}

// Format prints Error for %v and %s, the same quoted for %q, and for %+v the
// tree, with the path, place and stack of each failure.
func (e *GroupError) Format(s fmt.State, verb rune) { format(e, s, verb) }

// Format prints Error for %v and %s, the same quoted for %q, and for %+v the
// tree, with the path, place and stack of each failure.
func (e *TaskError) Format(s fmt.State, verb rune) { format(e, s, verb) }

// Format prints Error for %v and %s, the same quoted for %q, and for %+v the
// tree of what the function returned.
func (e *TimeoutError) Format(s fmt.State, verb rune) { format(e, s, verb) }

// Format prints Error for %v and %s, the same quoted for %q, and for %+v the
// panic with its stack and the tree of its siblings.
func (e *PanicError) Format(s fmt.State, verb rune) { format(e, s, verb) }

// Is matches context.DeadlineExceeded.
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

func format(err error, s fmt.State, verb rune) {
	switch {
	case verb == 'v' && s.Flag('+'):
		io.WriteString(s, drawn(err))
	case verb == 'v', verb == 's', verb == 'q', verb == 'x', verb == 'X':
		fmt.Fprintf(s, fmt.FormatString(s, verb), err.Error())
	default:
		fmt.Fprintf(s, "%%!%c(%T=%s)", verb, err, err.Error())
	}
}

func (e *TimeoutError) headline() string {
	name := ""
	if e.Name != "" {
		name = strconv.Quote(e.Name) + " "
	}
	return "timeout " + name + "after " + e.After.String()
}

func (e *PanicError) headline() string {
	if e.Path == "" {
		return "panic: " + e.value()
	}
	return "panic in " + e.Path + ": " + e.value()
}

// value gives the text of what was panicked with, on one line if it is a
// panic that was raised again by an inner group.
func (e *PanicError) value() string {
	if inner := e.innermost(); inner != e {
		return inner.headline()
	}
	return fmt.Sprint(e.Value)
}

// innermost is the panic that all began with.
func (e *PanicError) innermost() *PanicError {
	for range 100 {
		inner, ok := e.Value.(*PanicError)
		if !ok || inner == nil {
			break
		}
		e = inner
	}
	return e
}

// says tells whether the error of a function that was cut short has anything
// to say beyond that it was: context.Canceled itself does not, "reading the
// header: context canceled" does.
func says(err error) bool {
	if isNil(err) {
		return false
	}
	one, many, _ := below(err)
	if one != nil || many != nil {
		return true
	}
	return !Is(context.Canceled)(err) && !Is(context.DeadlineExceeded)(err)
}

// counted gives "1 error", "2 errors", "2 errors, 9 more dropped", "9 errors dropped".
func counted(n, dropped int) string {
	if n == 0 && dropped > 0 {
		return counted(dropped, 0) + " dropped"
	}
	text := strconv.Itoa(n) + " errors"
	if n == 1 {
		text = "1 error"
	}
	if dropped > 0 {
		text += ", " + strconv.Itoa(dropped) + " more dropped"
	}
	return text
}

// absent says whether err is nil, or a nil pointer of our own types.
func absent(err error) bool {
	switch err.(type) {
	case nil, *TaskError, *GroupError, *TimeoutError, *PanicError, *Cancellation:
		return isNil(err)
	}
	return false
}

// textOf gives err.Error(), or what fmt makes of a method that panics.
func textOf(err error) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("%%!v(PANIC=Error method of %T)", err)
		}
	}()
	return err.Error()
}
