package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/proc"
	"github.com/braid-go/braid/cmd/braid/internal/report"
	"github.com/braid-go/braid/engine"
)

// A session is one call of braid: the processes, the signals and the report.
type session struct {
	opts   *options
	keeper *proc.Keeper
	signal atomic.Int32 // the signal that interrupted us
	began  time.Time
	ledger ledger
	strays []string       // about processes found at the very end
	looks  []net.Listener // where the tree is to be served
	away   engine.Engine  // of workers that run the commands, if not this machine
}

// do runs body as a tree of tasks that ends when body returns or a signal
// comes, stops what is left of processes then, and gives body's error.
func (s *session) do(body func(ctx context.Context) error) (err error) {
	signals, release := catchSignals()
	defer release()
	if s.keeper, err = proc.New(); err != nil {
		return exitStatus{statusFailed, err.Error()}
	}
	defer s.keeper.Close()
	s.began = time.Now()
	fault := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		work, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		g.Go(func(ctx context.Context) error { return s.watch(ctx, signals, cancel) },
			braid.Background, braid.Name("signals"))
		s.serve(g)
		err = body(work)
		rest := s.keeper.Rest()
		s.tidy(ctx, rest)
		s.strays = leftovers(rest)
		return nil
	}, braid.Name("braid"), braid.Grace(braid.Forever))
	return errors.Join(err, fault)
}

// interruption gives the status and the word for it if a signal cut us short.
func (s *session) interruption(err error) (code int, word string) {
	if sig := syscall.Signal(s.signal.Load()); sig != 0 && err != nil {
		return statusBySignal + int(sig), "interrupted by " + signalName(sig)
	}
	return 0, ""
}

// outputFault gives the exit status if output could not be written. A reader
// that went away, as head does, is none of our user's concern.
func outputFault(err error) (exitStatus, bool) {
	var fault outputError
	switch {
	case !errors.As(err, &fault):
		return exitStatus{}, false
	case errors.Is(fault, syscall.EPIPE):
		return exitStatus{code: statusBySignal + int(syscall.SIGPIPE)}, true
	default:
		return exitStatus{statusFailed, fmt.Sprintf("cannot pass the output on: %v", fault)}, true
	}
}

// print draws the report if it is wanted.
func (s *session) print(title string, lines []report.Line, notable bool) {
	if len(s.strays) > 0 {
		lines = append(lines, report.Line{State: report.Stopped, Label: "detached", Detail: "by a command that hid where they came from", Notes: s.strays})
		notable = true
	}
	if s.opts.report == "never" || s.opts.report != "always" && !notable {
		return
	}
	report.Write(os.Stderr, title, lines, wantsColour(os.Stderr))
}

func (s *session) took() string { return report.Duration(time.Since(s.began)) }
