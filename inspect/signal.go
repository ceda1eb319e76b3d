package inspect

import (
	"io"
	"os"
	"os/signal"
	"sync"
)

// This file dumps the tree when a signal comes.

// OnSignal writes the tree to w, as [Dump] does, each time the program gets the
// signal, which no longer does what it would have done:
//
//	defer inspect.OnSignal(os.Stderr, syscall.SIGQUIT, inspect.Stacks)()
//
// It goes on until stop is called, which waits for a dump that is being written
// and may be called more than once. Signals that come while one is written make
// one more. OnSignal panics if w or sig is nil.
func OnSignal(w io.Writer, sig os.Signal, opts ...Option) (stop func()) {
	switch {
	case w == nil:
		panic("inspect: OnSignal called with a nil writer")
	case sig == nil:
		panic("inspect: OnSignal called with a nil signal")
	}
	configOf(opts) // panics here, if it does
	came := make(chan os.Signal, 1)
	done := make(chan struct{})
	signal.Notify(came, sig)
	go func() {
		defer close(done)
		for range came {
			_ = Dump(w, opts...) // to whom would one tell that it cannot be told?
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(came)
		close(came)
		<-done
	})
}
