package progress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/braid-go/braid"
)

// This file reports. Only who watches has a timer, and it ends with the watch.

// firstReport is when the first report comes, if every is longer.
const firstReport = time.Second

// Watch reports how p goes: after a second, or after every if that is shorter,
// then each time that every is over and something has changed, and a last time,
// with Last set, when ctx dies or p ends. Then it returns. If that is so already
// there is only the last report; if p is nil there is none.
//
// In a group that fails, the tasks that are cancelled have not all ended when a
// watch in the same group makes its last report. [Progress.Show] waits for them.
//
// The reports come from the goroutine of the caller, which a slow report holds
// up; a panic in it comes out of Watch. Watch panics if ctx or report is nil, or
// if every is not positive.
func Watch(ctx context.Context, p *Progress, every time.Duration, report func(Snapshot)) {
	if ctx == nil {
		panic("progress: Watch called with a nil context")
	}
	mustReport("Watch", every, report)
	if p == nil {
		return
	}
	p.watch(ctx, every, report)
	p.lastReport(cause(ctx), report)
}

// Show reports how p goes while g does its work: as [Watch] does, but the last
// report comes after the join, when every task of g has ended and been counted,
// however the group ended. It is a Background task and a function given to
// Defer: Show returns at once, and nothing of it outlives the group.
//
// If report panics, that is a panic of the group. Show panics if g or report is
// nil, if every is not positive, or if g has ended. With a nil p it does nothing.
func (p *Progress) Show(g *braid.Group, every time.Duration, report func(Snapshot)) {
	if g == nil {
		panic("progress: Show called with a nil group")
	}
	mustReport("Show", every, report)
	if p == nil {
		return
	}
	var why error
	// Always, since a group that fails at once has to have its last report.
	g.Go(func(ctx context.Context) error {
		p.watch(ctx, every, report)
		<-ctx.Done()
		why = cause(ctx)
		return nil
	}, braid.Background, braid.Always, braid.Name("progress"))
	// It could only fail if g had just ended, and then it has made its report.
	_ = g.Defer(func(context.Context) error {
		p.lastReport(why, report)
		return nil
	})
}

func mustReport(caller string, every time.Duration, report func(Snapshot)) {
	switch {
	case every <= 0:
		panic("progress: " + caller + " called with an interval that is not positive")
	case report == nil:
		panic("progress: " + caller + " called with a nil function")
	}
}

func (p *Progress) watch(ctx context.Context, every time.Duration, report func(Snapshot)) {
	over := p.overChan()
	wait := min(every, firstReport)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var before Snapshot
	for {
		select {
		case <-ctx.Done():
			return
		case <-over:
			return
		case <-timer.C:
		}
		if s := p.Snapshot(); s.moved(before) { // always, the first time: it has a name
			report(s)
			before = s
		}
		if wait < every { // from the second report on at multiples of every
			timer.Reset(every - wait)
			wait = every
		} else {
			timer.Reset(every)
		}
	}
}

func (p *Progress) lastReport(why error, report func(Snapshot)) {
	s := p.Snapshot()
	s.Last, s.Cause = true, why
	report(s)
}

// cause gives why the work under ctx was broken off, or nil if it was not: also
// if ctx is dead because its group's work is over.
func cause(ctx context.Context) error {
	why := context.Cause(ctx)
	var c *braid.Cancellation
	if errors.As(why, &c) && c.At().IsZero() {
		return nil
	}
	return why
}

// Lines gives a report that writes a line to w, see [Snapshot.String]; it is for
// output that is no terminal. Control characters, of a name say, are written as in
// Go source, so that it is one line. What w returns is ignored: that nobody can be
// told does not end the work. It panics if w is nil.
func Lines(w io.Writer) func(Snapshot) {
	if w == nil {
		panic("progress: Lines called with a nil writer")
	}
	return func(s Snapshot) { _, _ = fmt.Fprintln(w, printable(s.String())) }
}

// printable writes control characters as Go source does.
func printable(line string) string {
	if !strings.ContainsFunc(line, unicode.IsControl) {
		return line
	}
	var b strings.Builder
	for _, r := range line {
		if unicode.IsControl(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Log gives a report that logs at level Info: "progress", or "progress ended" the
// last time, with the numbers that are known as attributes. It panics if logger
// is nil.
func Log(logger *slog.Logger) func(Snapshot) {
	if logger == nil {
		panic("progress: Log called with a nil logger")
	}
	return func(s Snapshot) {
		message := "progress"
		if s.Last {
			message = "progress ended"
		}
		logger.LogAttrs(context.Background(), slog.LevelInfo, message, s.attrs()...)
	}
}
