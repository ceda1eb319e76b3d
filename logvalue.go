package braid

import (
	"log/slog"
	"strconv"
)

// This file gives log/slog our errors as groups of attributes. What is kept:
// a value has a bounded number of errors and levels, so that logging a failed
// group of a hundred thousand tasks is one record and not a flood.

const (
	logEntries = 32 // errors in one value; the others are counted
	logLevels  = 8  // levels below which only the line of Error is given
)

// LogValue gives path, where the group was opened, the failures under the
// keys "1", "2", ... of the group "errors", how many were dropped, and what cut
// the group short. A value has at most 32 errors, nested ones included; "more"
// counts those left out of a level.
func (e *GroupError) LogValue() slog.Value { return logged(e) }

// LogValue gives path, where the task was spawned, after_cancel if set, and
// the error.
func (e *TaskError) LogValue() slog.Value { return logged(e) }

// LogValue gives name, the duration, and the error of the function.
func (e *TimeoutError) LogValue() slog.Value { return logged(e) }

// LogValue gives path, the value of the panic, the stack, and the siblings.
func (e *PanicError) LogValue() slog.Value { return logged(e) }

func logged(err error) slog.Value {
	l := logger{left: logEntries}
	return l.value(err, logLevels)
}

type logger struct{ left int }

func (l *logger) value(err error, levels int) slog.Value {
	if absent(err) {
		return slog.StringValue("<nil>")
	}
	if levels == 0 {
		return slog.StringValue(oneLineOf(err))
	}
	levels--
	switch e := err.(type) {
	case *GroupError:
		attrs := []slog.Attr{}
		if path := e.Path(); path != "" {
			attrs = append(attrs, slog.String("path", path))
		}
		if at := e.Opened(); at.File != "" {
			attrs = append(attrs, slog.String("opened", at.String()))
		}
		attrs = append(attrs, slog.Attr{Key: "errors", Value: l.list(e.errs, levels)})
		if e.dropped > 0 {
			attrs = append(attrs, slog.Int("dropped", e.dropped))
		}
		if e.cut != nil {
			attrs = append(attrs, slog.String("cut", textOf(e.cut)))
		}
		return slog.GroupValue(attrs...)
	case *TaskError:
		attrs := []slog.Attr{
			slog.String("path", e.Path()),
			slog.String("spawned", e.Spawned().String()),
		}
		if e.AfterCancel {
			attrs = append(attrs, slog.Bool("after_cancel", true))
		}
		return slog.GroupValue(append(attrs, l.attr("error", e.Err, levels))...)
	case *TimeoutError:
		attrs := []slog.Attr{}
		if e.Name != "" {
			attrs = append(attrs, slog.String("timeout", e.Name))
		}
		attrs = append(attrs, slog.Duration("after", e.After))
		if e.Err != nil {
			attrs = append(attrs, l.attr("error", e.Err, levels))
		}
		return slog.GroupValue(attrs...)
	case *PanicError:
		attrs := []slog.Attr{
			slog.String("path", e.Path),
			slog.String("panic", e.value()),
			slog.String("stack", string(e.innermost().Stack)),
		}
		if e.Siblings != nil {
			attrs = append(attrs, l.attr("siblings", e.Siblings, levels))
		}
		return slog.GroupValue(attrs...)
	}
	if isJoined(err) {
		if one, many, _ := below(err); many != nil {
			return slog.GroupValue(slog.Attr{Key: "errors", Value: l.list(many, levels)})
		} else if one != nil {
			return l.value(one, levels)
		}
	}
	return slog.StringValue(textOf(err))
}

func (l *logger) attr(key string, err error, levels int) slog.Attr {
	return slog.Attr{Key: key, Value: l.value(err, levels)}
}

func (l *logger) list(errs []error, levels int) slog.Value {
	var attrs []slog.Attr
	for i, err := range errs {
		if l.left == 0 {
			attrs = append(attrs, slog.Int("more", len(errs)-i))
			break
		}
		l.left--
		attrs = append(attrs, l.attr(strconv.Itoa(i+1), err, levels))
	}
	return slog.GroupValue(attrs...)
}

// oneLineOf is textOf, except that a panic leaves out its stack.
func oneLineOf(err error) string {
	if isJoined(err) {
		return oneLine(err)
	}
	if e, ok := err.(*PanicError); ok {
		return e.headline()
	}
	return textOf(err)
}
