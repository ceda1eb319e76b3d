package work

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// This file is the life of a program: parts are started, run, and are stopped.

// A partFunc is a part: it runs until its context dies.
type partFunc = func(ctx context.Context) error

// A serviceFunc runs the parts until its context dies, stops them by the death
// of theirs, and returns when all have ended.
type serviceFunc func(ctx context.Context, parts []partFunc) error

var serving = newPattern[serviceFunc](120,
	"Ten parts that do nothing are started. Once all run the service is stopped by the death of its context, "+
		"and with it the parts by that of theirs. All have ended when the call returns, with no error or that of the context.",
	row[serviceFunc]{"service/10", "call", 5_000, 5, func(ctx context.Context, f serviceFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			for range n {
				ctx, cancel := context.WithCancel(ctx)
				s := newParts(10, cancel)
				if err := f(ctx, s.run); err != nil && !errors.Is(err, context.Canceled) {
					w.add(err)
				}
				if started, ended := s.started.Load(), s.ended.Load(); started != 10 || ended != 10 {
					w.add(fmt.Errorf("%d parts were started and %d ended, want 10", started, ended))
				}
				cancel()
			}
		}, Check: w.check}
	}},
)

// parts are parts that stop the service when all of them run.
type parts struct {
	run            []partFunc
	started, ended atomic.Int32
}

func newParts(n int, stop func()) *parts {
	s := &parts{run: make([]partFunc, n)}
	for i := range s.run {
		s.run[i] = func(ctx context.Context) error {
			if s.started.Add(1) == int32(n) {
				stop()
			}
			<-ctx.Done()
			s.ended.Add(1)
			return ctx.Err()
		}
	}
	return s
}
