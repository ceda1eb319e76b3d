package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/braid-go/braid/cmd/braid/internal/proc"
)

func signalName(sig syscall.Signal) string { return proc.SignalName(sig) }

// catchSignals begins to collect the signals that ask braid to end. Those that
// were ignored from the start stay so, which is what nohup and shells that
// start us in the background want. A reader of our output that goes away shows
// as an error of the write instead of a signal, so that there is a cleanup.
func catchSignals() (signals chan os.Signal, release func()) {
	signals = asked()
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	return signals, func() { signal.Stop(signals) }
}

// asked gives the signals that ask braid to end.
func asked() chan os.Signal {
	signals := make(chan os.Signal, 8)
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			signal.Notify(signals, sig)
		}
	}
	return signals
}

// interruptible gives a context that SIGINT, SIGTERM or SIGHUP ends, and what that
// makes of an exit status.
func interruptible() (ctx context.Context, statusOf func(status int) int, release func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := asked()
	stop := func() { signal.Stop(signals) }
	done := make(chan struct{})
	go func() {
		select {
		case got := <-signals:
			sig, _ := got.(syscall.Signal)
			stop() // a second one kills
			cancel(interrupted{sig})
		case <-done:
		}
	}()
	statusOf = func(status int) int {
		if why, ok := context.Cause(ctx).(interrupted); ok {
			return statusBySignal + int(why.sig)
		}
		return status
	}
	return ctx, statusOf, func() {
		stop()
		close(done)
		cancel(nil)
	}
}

// watch turns the first signal into a cancellation. After it, one SIGINT kills
// everything at once, and another gives up on whatever still holds us.
func (s *session) watch(ctx context.Context, signals <-chan os.Signal, cancel context.CancelCauseFunc) error {
	killed := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case got := <-signals:
			sig, _ := got.(syscall.Signal)
			switch {
			case s.signal.CompareAndSwap(0, int32(sig)):
				cancel(interrupted{sig})
			case sig != syscall.SIGINT:
			case !killed:
				killed = true
				s.keeper.KillAll()
			default:
				os.Exit(statusBySignal + int(s.signal.Load()))
			}
		}
	}
}
