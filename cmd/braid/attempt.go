package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/argv"
	"github.com/braid-go/braid/cmd/braid/internal/proc"
)

// A command is what is to be run.
type command struct {
	label string
	path  string
	argv  []string
}

// line is the command as the tree shows it.
func (c command) line() string { return argv.Label(c.argv, 60) }

// streams are where a command's output goes. A file is handed to it as it is;
// anything else gets what comes through a pipe.
type streams struct{ out, err io.Writer }

// An ending tells how one attempt at a command went.
type ending struct {
	status proc.Status
	took   time.Duration
	killed bool
	stuck  bool // it could not be stopped
	notes  []string
}

// attempt runs a command once. It returns when the command and all its
// descendants are gone and all their output has been passed on. The error is
// nil however the command itself ended; if it was stopped because ctx died,
// the error is the cause.
func (s *session) attempt(ctx context.Context, c command, to streams) (e ending, err error) {
	if s.away != nil {
		return s.attemptAway(ctx, c, to)
	}
	began := time.Now()
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		p, pipes, err := s.launch(g, c, to)
		switch {
		case errors.Is(err, proc.ErrClosed): // a second Ctrl-C was faster
			return context.Cause(ctx)
		case err != nil:
			return err
		}
		// It has been started, so it is waited for also if ctx is dead by now.
		g.Go(func(ctx context.Context) (err error) {
			e, err = s.ending(ctx, p, pipes)
			return err
		}, braid.Always, braid.Name("process "+strconv.Itoa(p.Pid())))
		return nil
	}, braid.Name("attempt"), braid.Grace(braid.Forever))
	e.took = time.Since(began)
	return e, err
}

// ending waits for the end of a command, or stops it when ctx dies.
func (s *session) ending(ctx context.Context, p *proc.Proc, pipes []*os.File) (ending, error) {
	stopped := s.await(ctx, p)
	if len(p.Untouched()) > 0 {
		for _, r := range pipes { // they would hold these open for good
			_ = r.SetReadDeadline(time.Now())
		}
	}
	e := ending{status: p.Status(), killed: p.Killed()}
	if stopped {
		e.notes = untouched(p)
		e.stuck = len(e.notes) > 0
		return e, context.Cause(ctx)
	}
	e.notes = leftovers(p)
	return e, nil
}

// launch starts the command and the tasks that pass its output on, which end
// when every process that could write to the pipes has ended.
func (s *session) launch(g *braid.Group, c command, to streams) (p *proc.Proc, pipes []*os.File, err error) {
	spec := proc.Spec{Path: c.path, Argv: c.argv}
	var ends []*os.File // the command's; ours are in pipes
	defer func() {
		for _, w := range ends {
			w.Close()
		}
		if err != nil {
			for _, r := range pipes {
				r.Close()
			}
		}
	}()
	var writers []io.Writer
	var names []string
	for _, stream := range []struct {
		name string
		to   io.Writer
		file **os.File
	}{{"stdout", to.out, &spec.Stdout}, {"stderr", to.err, &spec.Stderr}} {
		if f, ok := stream.to.(*os.File); ok {
			*stream.file = f
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return nil, pipes, &failure{c.label, "cannot be started: " + err.Error(), statusNotRun}
		}
		pipes, ends, writers = append(pipes, r), append(ends, w), append(writers, stream.to)
		*stream.file = w
		names = append(names, stream.name)
	}
	spec.Pipes = pipes
	switch p, err = s.keeper.Start(spec); {
	case errors.Is(err, proc.ErrClosed):
		return nil, pipes, err
	case err != nil:
		return nil, pipes, &failure{c.label, "cannot be started: " + startError(err), statusNotRun}
	}
	for i, r := range pipes {
		braid.GoWith(g, r, func(_ context.Context, r *os.File) error {
			return pass(writers[i], r)
		}, braid.Name(names[i]))
	}
	return p, pipes, nil
}

func startError(err error) string {
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		return "it is neither a program nor a script with a #! line"
	case errors.Is(err, syscall.E2BIG):
		return "its arguments are too long"
	}
	return err.Error()
}

// pass copies until the end; a failure to write is told from one to read.
func pass(w io.Writer, r *os.File) error {
	_, err := io.Copy(writeOnly{w}, r)
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// writeOnly marks the errors of a writer as those of the output.
type writeOnly struct{ io.Writer }

func (w writeOnly) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		err = outputError{err}
	}
	return n, err
}
