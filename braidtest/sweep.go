package braidtest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file cancels a function, or lets a task of it fail, wherever that is
// possible, one after the other.

// CancelSweep runs fn again and again and cancels the context that it is given:
// in the first run at the first point at which that can make a difference, in
// the second at the second, and so on, until a run ends before its point has
// come. Before that fn runs once without, and so has to end by itself, within a
// day of virtual time and 100,000 points: give a loop that runs until it is
// cancelled an end in fn. So it finds the cleanup that no test has come by.
//
// A point is each look at the context, or at one that braid has made of it for
// the body of a group, a task or a time limit: Done, Err, Deadline and
// context.Cause, whoever asks, be it fn or braid on its behalf, as in Sleep or
// Wait. The context dies just before the answer. A point, too, is where a task
// is about to start, and where all that fn has started waits for something, if
// anything of braid's or a look came before: a cancellation that comes in the
// middle of a wait. What package context makes is looked at when it is made, and
// later looks at it are not seen; the waits are.
//
// Each run has a bubble of testing/synctest, as in [Run], and after each these
// are checked: fn has returned within [Within] of virtual time after the
// cancellation; nothing is left, as [Check] has it; the error is nil, or matches
// context.Canceled or the cause, or has a group in it that says so
// ([braid.GroupError.Cut]), or is one to [Accept]; and the [Invariant] holds. An
// error that does not tell that it was a cancellation hides that from the caller, who may retry or alarm somebody; if it is a real one, as of a
// cleanup that failed, that is for Accept to say. Whether nil is right, which
// depends on whether anything was cut short, only the Invariant can know. A run
// that is not cancelled has to give nil or what Accept takes.
//
// The first run that goes wrong ends the test. The message names the point and
// the place in fn, and how to run it alone (see [Replay]). Tasks take turns, so
// that points have the same numbers in each run, as far as fn's own choices are
// the same: in a select, over a map. What fn works on it should make itself,
// each time anew. There are as many runs as points, so that a loop that looks at
// its context ten thousand times is not for this.
//
//	braidtest.CancelSweep(t, func(ctx context.Context) error {
//		bank = newBank()
//		return bank.transfer(ctx, "ann", "bob", 40)
//	}, braidtest.Invariant(func(error) error { return bank.audit() }))
//
// As in any bubble, a goroutine that waits for a mutex or for the world outside
// is not seen as waiting, and fn must not call synctest.Wait. CancelSweep panics
// if t or fn is nil or an option makes no sense, and inside a bubble.
func CancelSweep(t *testing.T, fn func(ctx context.Context) error, opts ...SweepOption) {
	s := newSweep(t, "CancelSweep", fn, opts, "point")
	t.Helper()
	s.outer = begin(t, s.config, 0)
	defer s.outer.close()
	if s.within == 0 {
		s.within = DefaultWithin
	}
	if s.replay.kind != "" {
		if came, _ := s.cancelAt(s.replay.point, ""); came || s.replay.point == 0 {
			t.Logf("braidtest: fn stands being cancelled at point %d", s.replay.point)
		} else {
			t.Fatalf("%s: there is no point %d", t.Name(), s.replay.point)
		}
		return
	}
	_, of := s.cancelAt(0, "")
	if of == 0 {
		t.Fatalf("%s: fn looks at its context nowhere, so that it cannot be cancelled", t.Name())
	}
	for n := 1; ; n++ {
		if came, _ := s.cancelAt(n, " of "+strconv.Itoa(of)); !came {
			t.Logf("braidtest: points at which fn was cancelled: %d", n-1)
			return
		}
	}
}

// cancelAt runs fn and cancels its context at a point, and reports whether that
// has come, and how many points there were.
func (s *sweep) cancelAt(point int, of string) (came bool, points int) {
	s.t.Helper()
	tr := &trial{pilot: &pilot{point: point}}
	cause := fmt.Errorf("%w: by braidtest, at point %d", context.Canceled, point)
	tr.fire = func(what string, looked bool) {
		where := "where " + what
		switch {
		case looked:
			where = "where ctx." + what + " is asked for " + placeOf()
		case what == "":
			where = "where all waited:\n" + draw(tr.k.stuck(), tr.k)
		}
		tr.bound(where, s.within)
		tr.cancel(cause)
	}
	endless := make(chan string, 1)
	if point == 0 {
		tr.point, tr.alone = mostPoints, true
		tr.fire = func(string, bool) {
			after := fmt.Sprintf("%d points", mostPoints)
			if tr.points < mostPoints {
				after = longest.String() + " of virtual time"
			}
			select {
			case endless <- "fn does not end without a cancellation: this one came after " + after + ".\n" +
				"CancelSweep is for what ends by itself; fn can give it an end, as by cancelling it after a few rounds":
				tr.bound("", s.within)
				tr.cancel(cause)
			default:
			}
		}
	}
	tr.expects = func(err error) string {
		select {
		case wrong := <-endless:
			return wrong
		default:
		}
		where := tr.happened()
		if s.fine(err) || where != "" && (errors.Is(err, context.Canceled) || errors.Is(err, cause) || tellsOfCut(err)) {
			return ""
		}
		if where == "" {
			return "fn has failed without having been cancelled"
		}
		return "the error does not tell that fn was cancelled, and is none to be accepted"
	}
	wrong := s.run(tr)
	where := tr.happened()
	if len(wrong) == 0 {
		return where != "", tr.points
	}
	headline := "without a cancellation"
	if where != "" {
		headline = "cancelled at point " + strconv.Itoa(point) + of + ", " + where
	}
	s.t.Fatal(s.failedAt(headline, tr, "point "+strconv.Itoa(point)))
	return false, 0
}

// tellsOfCut reports whether a group in err says that it was cut short, beside what
// has failed.
func tellsOfCut(err error) bool {
	return braid.Subgroup(err, func(node error) bool {
		ge, ok := node.(*braid.GroupError)
		return ok && ge.Cut() != nil
	}) != nil
}

// fine reports whether fn may always return the error.
func (s *sweep) fine(err error) bool {
	if err == nil {
		return true
	}
	for _, is := range s.accept {
		if is(err) {
			return true
		}
	}
	return false
}

// ErrInjected is what failures that [FailSweep] has brought about match.
var ErrInjected = errors.New("injected by braidtest")

// FailSweep runs fn again and again, and lets one of the tasks under it fail: in
// the first run the first that starts, in the second the second, and so on, until
// a run has no such task. Each fails twice, with an error and with a panic, both
// of which match [ErrInjected]; its function is not called. Before that fn runs
// once without. So it finds what fails badly when a part does.
//
// Since the function is not called, its defers and its cleanup do not happen
// either. An [Invariant] about what a task settles in its own body (a counter that
// it takes back, a lock) does not hold here: check it with [CancelSweep].
//
// The tasks are those of groups that were opened with the context that fn is
// given, or below; an item of Map or of a stream is one. The parts of a service
// and the calls of package engine are none. A resource that a task was given with
// GoWith is closed as ever.
//
// After each run these are checked: fn has returned within [Within] of virtual
// time after the failure; nothing is left; the error is nil, or matches
// ErrInjected, or is one to [Accept]; and the [Invariant] holds, which is also
// who can tell whether nil is right: for a task without which fn can do it may
// be. A panic that fn lets through counts as an error. All else is as for
// [CancelSweep].
func FailSweep(t *testing.T, fn func(ctx context.Context) error, opts ...SweepOption) {
	s := newSweep(t, "FailSweep", fn, opts, "task")
	t.Helper()
	s.outer = begin(t, s.config, 0)
	defer s.outer.close()
	if s.within == 0 {
		s.within = DefaultWithin
	}
	if s.replay.kind != "" {
		if s.failTask(s.replay.task, s.replay.panics) || s.replay.task == 0 {
			t.Logf("braidtest: fn stands a failure of task %d", s.replay.task)
		} else {
			t.Fatalf("%s: there is no task %d", t.Name(), s.replay.task)
		}
		return
	}
	s.failTask(0, false)
	n := 1
	for s.failTask(n, false) {
		s.failTask(n, true)
		n++
	}
	if n == 1 {
		t.Fatalf("%s: no task was started in a group under the context of fn, so that none can fail", t.Name())
	}
	t.Logf("braidtest: tasks that have failed, each alone: %d", n-1)
}

// failTask runs fn and lets the n-th task fail, and reports whether there is one.
func (s *sweep) failTask(n int, panics bool) bool {
	s.t.Helper()
	form := "error"
	if panics {
		form = "panic"
	}
	tr := &trial{pilot: &pilot{}}
	failure := fmt.Errorf("%w: task %d", ErrInjected, n)
	tr.call = func(step seam.Step, i int) func() error {
		if i != n {
			return nil
		}
		return func() error {
			tr.bound("task "+step.Path+", of the function at "+step.Site, s.within)
			if panics {
				panic(failure)
			}
			return failure
		}
	}
	tr.expects = func(err error) string {
		where := tr.happened()
		switch {
		case s.fine(err) || where != "" && errors.Is(err, ErrInjected):
			return ""
		case where == "":
			return "fn has failed without a failure of a task"
		}
		return "the error does not tell of the failure, and is none to be accepted"
	}
	wrong := s.run(tr)
	where := tr.happened()
	if len(wrong) == 0 {
		return where != ""
	}
	headline := "without a failure"
	if where != "" {
		headline = "task " + strconv.Itoa(n) + " failed with an " + form
		if panics {
			headline = "task " + strconv.Itoa(n) + " panicked"
		}
		headline += ": " + where
	}
	s.t.Fatal(s.failedAt(headline, tr, fmt.Sprintf("task %d %s", n, form)))
	return false
}
