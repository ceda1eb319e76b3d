package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/braid-go/braid"
)

// This file holds the errors a caller of Run meets.

var (
	// ErrTooManyRestarts is matched by the error of a service that gave up
	// because of its [Intensity].
	ErrTooManyRestarts = errors.New("service: too many restarts")
	// ErrNotReady is matched by the error of a part that returned nil before it
	// was ready, or was not ready within its ReadyWithin.
	ErrNotReady = errors.New("service: the part did not become ready")
	// ErrCutShort is matched by the error of a part that was asked to stop and
	// ended only after its context had died, whatever it returned, and of one that
	// could not be asked before that, since what needs it had not ended, and then
	// did not obey for as long as [SlowAfter]: a stop that was not clean is told by it.
	ErrCutShort = errors.New("service: the part ended only after the hard stop")
)

// An Error is what a service returns that did not end cleanly.
type Error struct {
	// Reason says who began the stop, and why.
	Reason *Reason
	// Err is what went wrong: a [*braid.GroupError] with a [*braid.TaskError]
	// for each failure, in the order in which they happened, each with the path
	// of its part; or, if nothing failed, the plain cancellation of the context
	// given to Run.
	Err error
	// Dropped is how many more failures there were than an error keeps, which
	// is [braid.DefaultKeep]; the oldest are dropped.
	Dropped int
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Error gives the failures on one line, and who began the stop if they do not
// tell.
func (e *Error) Error() string { return e.Err.Error() + e.rest() }

func (e *Error) rest() (text string) {
	if e.Dropped > 0 {
		text = fmt.Sprintf(" and %d earlier failures", e.Dropped)
	}
	switch e.Reason.By {
	case BySignal, ByCall, ByParent, ByEnd:
		text += " (" + e.Reason.Error() + ")"
	}
	return text
}

// Format prints Error for %v and %s, and for %+v the tree with the path and
// the stack of each failure.
func (e *Error) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('+') {
		fmt.Fprintf(s, "%+v", e.Err)
		io.WriteString(s, e.rest())
		return
	}
	fmt.Fprintf(s, strings.Replace(fmt.FormatString(s, verb), "v", "s", 1), e.Error())
}

// LogValue gives the reason and the failures as attributes.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("reason", e.Reason.Error()), slog.Any("error", e.Err)}
	if e.Dropped > 0 {
		attrs = append(attrs, slog.Int("dropped", e.Dropped))
	}
	return slog.GroupValue(attrs...)
}

// oneLine gives the text of an error, of a panic without its stack.
func oneLine(err error) string {
	var pe *braid.PanicError
	if errors.As(err, &pe) {
		text, _, _ := strings.Cut(err.Error(), "\n")
		return text
	}
	return err.Error()
}

// restarting is why a part is asked to stop that is restarted with another.
type restarting struct {
	part string
	err  error // what that failed with, or nil
}

func (e *restarting) Error() string {
	text := "stopped to be restarted with " + e.part
	if e.err != nil {
		text += ": " + oneLine(e.err)
	}
	return text
}

func (e *restarting) Is(target error) bool { return target == context.Canceled }
