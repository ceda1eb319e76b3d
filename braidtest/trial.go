package braidtest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// This file runs a function once, in a bubble of its own and steered, and says
// what is wrong with how that went. What is kept: no run leaves anything that
// the next one could notice, and one that goes wrong ends the sweep.

// A sweep runs a function again and again.
type sweep struct {
	sweepConfig
	t     *testing.T
	fn    func(ctx context.Context) error
	outer *check
}

func newSweep(t *testing.T, caller string, fn func(ctx context.Context) error, opts []SweepOption, kinds ...string) *sweep {
	if t == nil {
		panic("braidtest: " + caller + " called with a nil test")
	}
	if fn == nil {
		panic("braidtest: " + caller + " called with a nil function")
	}
	return &sweep{sweepConfig: sweepConfigOf(caller, opts, kinds...), t: t, fn: fn}
}

// A trial is one run.
type trial struct {
	*pilot
	expects func(err error) string // what is wrong with the error of fn, or nothing
	from    time.Duration          // unless 0: fn has so long, from the start
	alone   bool                   // it has a day

	ctx     context.Context
	cancel  context.CancelCauseFunc
	k       *check // in the bubble
	frozen  chan string
	err     error // of fn
	wrong   []string
	problem bool // the test has failed by itself
	unwound bool // fn has panicked of its own, or called Goexit

	mu    sync.Mutex
	where string      // the context was cancelled, or what failed
	clock *time.Timer // that was set by bound
	ended bool        // fn has returned
	late  bool        // it has not returned in time
}

// run runs fn once, and gives what is wrong with how that went.
func (s *sweep) run(tr *trial) (wrong []string) {
	tr.frozen = make(chan string)
	failed := s.t.Failed()
	deadlock, late := inBubbleOf(s.t, tr.frozen, func(t *testing.T) {
		tr.k = begin(t, s.config, s.outer.id)
		t.Cleanup(func() { // when what fn has left to t is done
			if left := tr.k.find(); left != "" {
				tr.wrong = append(tr.wrong, left)
			}
		})
		tr.base()
		if tr.alone {
			tr.until = time.Now().Add(longest)
		}
		tr.fly()
		defer func() {
			if !tr.ended { // fn has called Goexit, which goes on
				tr.end()
				tr.land()
				tr.unwound = true
				tr.wrong = append(tr.wrong, "fn has called runtime.Goexit, as t.FailNow does")
				if !t.Failed() && !s.t.Failed() {
					t.SkipNow() // or package testing would end the process for it
				}
			}
		}()
		if tr.from > 0 {
			tr.bound("", tr.from)
		}
		wrong := s.call(tr)
		tr.end()
		tr.land()
		synctest.Wait()
		if wrong == "" && tr.expects != nil {
			wrong = tr.expects(tr.err)
		}
		if wrong != "" {
			tr.wrong = append(tr.wrong, wrong)
		}
		if s.invariant != nil {
			if err := s.invariant(tr.err); err != nil {
				tr.wrong = append(tr.wrong, "the invariant does not hold: "+err.Error())
			}
		}
	})
	switch {
	case late != "":
		tr.wrong = append(tr.wrong, late)
	case deadlock && !tr.ended:
		showLabels()
		stuck := tr.k.stuck()
		report(stuck)
		tr.wrong = append(tr.wrong, tr.k.deadlocked(stuck))
	}
	if s.t.Failed() && !failed {
		tr.problem = true
		tr.wrong = append(tr.wrong, "the test has failed by itself")
	}
	return tr.wrong
}

// What fn may take if nothing is done to it.
const (
	longest    = 24 * time.Hour // of virtual time
	mostPoints = 100_000
)

// base makes the context that fn is given.
func (tr *trial) base() {
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), pilotKey{}, tr.pilot))
	tr.ctx, tr.cancel = &tap{ctx, tr.pilot}, cancel
}

// call calls fn, and says what is wrong if it does not return.
func (s *sweep) call(tr *trial) (wrong string) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		err, _ := v.(error)
		switch {
		case v == nil: // a Goexit
		case errors.Is(err, ErrInjected):
			tr.err = err
		default:
			tr.unwound = true
			wrong = fmt.Sprintf("fn panicked: %v\n%s", v, debug.Stack())
		}
	}()
	tr.err = s.fn(tr.ctx)
	returned = true
	return ""
}

// bound gives fn so long from now on, when what where says has happened. If it
// has not returned then, nothing in its bubble goes on any more.
func (tr *trial) bound(where string, d time.Duration) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.where = where
	tr.clock = time.AfterFunc(d, func() {
		tr.mu.Lock()
		over := tr.ended
		tr.late = !over
		tr.mu.Unlock()
		if over {
			return
		}
		showLabels()
		stuck := tr.k.stuck()
		report(stuck)
		tr.frozen <- "fn has not returned " + d.String() + " later:\n" + draw(stuck, tr.k)
		freeze()
	})
}

// end notes that fn has returned.
func (tr *trial) end() {
	tr.mu.Lock()
	if tr.clock != nil {
		tr.clock.Stop()
	}
	tr.ended = !tr.late
	tr.mu.Unlock()
	if tr.late {
		freeze()
	}
}

// happened says where the context was cancelled, or what failed; nothing, if
// neither has happened.
func (tr *trial) happened() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.where
}

// freeze does not return, and stops the time of the bubble, so that whoever
// sleeps there sleeps for ever: who waits for a mutex is not seen as waiting.
func freeze() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}

// inBubbleOf is synctest.Test, but for a deadlock, of which it tells, and for a
// failure, after which it returns. It returns, too, with what comes from frozen.
func inBubbleOf(t *testing.T, frozen <-chan string, fn func(t *testing.T)) (deadlock bool, late string) {
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		synctest.Test(t, fn)
	}()
	select {
	case late = <-frozen:
		return false, late
	case v := <-done:
		switch {
		case v == nil:
			return false, ""
		case strings.HasPrefix(fmt.Sprint(v), "deadlock: "):
			return true, ""
		}
		panic(v)
	}
}

// failedAt is the message of a run that went wrong: the headline says which, and
// how is how to see it again.
func (s *sweep) failedAt(headline string, tr *trial, how string) string {
	var b strings.Builder
	b.WriteString(s.t.Name() + ": " + headline + "\n")
	for _, wrong := range tr.wrong {
		if wrong != failed {
			b.WriteString(wrong + "\n")
		}
	}
	if tr.ended && !tr.unwound {
		said, _, _ := strings.Cut(text(tr.err), "\n\ngoroutine ") // the stack of a panic
		fmt.Fprintf(&b, "fn returned: %s\n", said)
	}
	b.WriteString("To see this run alone: " + replayVariable + "='" + how + "' go test -run " + alone(s.t.Name()))
	return b.String()
}

// alone gives the pattern that go test takes for one test, as a shell reads it.
func alone(name string) string {
	pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(name), "/", "$/^") + "$"
	return "'" + strings.ReplaceAll(pattern, "'", `'\''`) + "'"
}

// placeOf says from where in the user's code the caller was called.
func placeOf() string {
	buf := make([]byte, 1<<16)
	g := parseOne(string(buf[:runtime.Stack(buf, false)]))
	for i, f := range g.frames {
		if !f.users() {
			continue
		}
		if via := g.frames[max(i-1, 0)]; i > 0 && !strings.HasPrefix(via.fn, own) {
			return "by " + via.short() + ", called in " + f.at()
		}
		return "in " + f.at()
	}
	return "by " + g.created.short()
}
