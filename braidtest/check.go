package braidtest

import (
	"context"
	"io"
	"runtime"
	"runtime/pprof"
	"slices"
	"testing"
	"time"
)

// This file looks at the end of a test for what it left behind. What is kept:
// no verdict hangs on how fast the machine is. Who may still come to an end by
// itself is given time, and only who is blocked, does not move, and has nobody
// left who moves, is called a leftover early.

const (
	// quiet is how long leftovers that are all blocked may stay as they are:
	// what wakes them may be a timer, which no dump shows.
	quiet = 500 * time.Millisecond
	// looks is how often a bubble is looked at, where no clock tells how long
	// something takes.
	looks = 1000
)

// A check is a test that is looked after.
type check struct {
	config
	t      testing.TB
	id     int
	outer  int          // the check that the goroutine belonged to before, or 0
	test   int          // the test's goroutine
	bubble int          // of testing/synctest, or 0
	before map[int]bool // the goroutines there were when it began
	alarm  *alarm
}

// Check makes t fail if it leaves anything behind: a task, a goroutine of a
// group, or a goroutine that the test started itself, directly or through
// others. Call it first in the test: it looks when all that was handed to
// t.Cleanup later has run.
//
//	func TestServer(t *testing.T) {
//		braidtest.Check(t)
//		…
//
// The message names each leftover: a task by its path, with where its function
// stands and why its group was cancelled, or where that was opened if nobody has
// closed it; any other goroutine with where it was started. Of both it says where
// they are blocked and on what. They are drawn as a tree, below whoever started
// them.
//
// What is on its way to its end is no leftover: Check waits for it, as
// [Patience] says. A build with the runtime's profile of leaked goroutines
// (Go 1.27, or GOEXPERIMENT=goroutineleakprofile) is asked what nothing can
// wake any more, and waits less. Known goroutines that live on are named with
// [Allow].
//
// Tests may be parallel and have subtests, with checks of their own or without:
// each is blamed for what it started, and not for what another did. A goroutine
// is known by a profiler label, or by who started it. One that has lost both
// (package pprof was used, and its starter is gone) counts as that of the
// only test that can have started it; if tests run in parallel there is none,
// and [Main] tells of it.
//
// If the test does not return, a report of its goroutines is written to
// standard error some seconds before the deadline that -timeout sets, which
// ends the process. Inside a bubble of testing/synctest there is no such report,
// and no waiting: whatever is left when the test's function has returned and
// nothing moves any more has been left behind. ([Run] makes a bubble with both.)
//
// Check sets tracebacklabels=1 in the process's variable GODEBUG, so that dumps
// show labels. It panics if t or an option is nil.
func Check(t testing.TB, opts ...Option) {
	if t == nil {
		panic("braidtest: Check called with a nil test")
	}
	t.Helper()
	k := begin(t, configOf("Check", opts), 0)
	t.Cleanup(func() {
		t.Helper()
		if message := k.find(); message != "" {
			t.Errorf("%s", message)
		}
	})
}

// begin starts to look after a test, on its goroutine. The id is that of a check
// that this one is a part of, or 0.
func begin(t testing.TB, c config, id int) *check {
	showLabels()
	here := self()
	k := &check{config: c, t: t, test: here.id, bubble: here.bubble, before: map[int]bool{}}
	for _, g := range all() {
		k.before[g.id] = true
	}
	if k.id = id; id == 0 {
		checks.mu.Lock()
		checks.last++
		k.id = checks.last
		checks.mu.Unlock()
	}
	active.Add(1)
	k.outer = here.owner
	pprof.SetGoroutineLabels(labelled(context.Background(), k.id))
	if k.bubble == 0 {
		k.alarm = setAlarm(k)
	}
	return k
}

// find ends the check, and gives its message if anything is left.
func (k *check) find() string {
	showLabels()
	left := k.left()
	k.close()
	if len(left) == 0 {
		return ""
	}
	report(left)
	return k.verdict(left)
}

// close ends the check without a look.
func (k *check) close() {
	k.alarm.stop()
	active.Add(-1)
	if ctx := context.Background(); k.outer != 0 {
		pprof.SetGoroutineLabels(labelled(ctx, k.outer))
	} else {
		pprof.SetGoroutineLabels(ctx)
	}
}

// report notes that somebody is told of goroutines.
func report(gs []goroutine) {
	checks.mu.Lock()
	defer checks.mu.Unlock()
	if checks.reported == nil {
		checks.reported = map[int]bool{}
	}
	for _, g := range gs {
		checks.reported[g.id] = true
	}
}

// left gives the leftovers, when it is sure of them.
func (k *check) left() []goroutine {
	if k.bubble != 0 {
		return inBubble(k.leftovers)
	}
	patience := k.patience
	if left := timeLeft(k); left > 0 { // or the binary ends before the verdict
		patience = min(patience, left*3/4)
	}
	return settled(k.leftovers, patience)
}

// leftovers gives the goroutines of the test that are there right now, but for
// its own.
func (k *check) leftovers() (left []goroutine) {
	c := takeCensus()
	alone := k.bubble == 0 && c.byID[k.test] != nil && c.alone(c.byID[k.test])
	for i := range c.all {
		g := &c.all[i]
		if g.id == k.test || k.before[g.id] || g.system() || g.steers() || k.allows(g) {
			continue
		}
		owner, before := c.owner(g, k)
		mine := owner == k.id
		if owner == 0 && !before {
			mine = alone || k.bubble != 0 && g.bubble == k.bubble
		}
		if mine {
			left = append(left, *g)
		}
	}
	return left
}

// settled looks until nothing is left, or what is left will not end.
func settled(look func() []goroutine, patience time.Duration) []goroutine {
	var (
		begun  = time.Now()
		since  = begun // when what is left was first seen as it is
		were   []string
		proved bool // the runtime has been asked about it
	)
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 20*time.Millisecond) {
		left := look()
		if len(left) == 0 {
			return nil
		}
		now := time.Now()
		are := fingerprints(left)
		if !slices.Equal(are, were) {
			were, since, proved = are, now, false
		}
		still := now.Sub(since)
		if !slices.ContainsFunc(left, func(g goroutine) bool { return !g.blocked() }) {
			if still >= min(quiet, patience) {
				return left
			}
			if still >= 5*time.Millisecond && !proved {
				proved = true
				proveLeaks()
				if left = look(); len(left) > 0 && !slices.ContainsFunc(left, func(g goroutine) bool { return !g.leaked }) {
					return left
				}
			}
		}
		if now.Sub(begun) >= patience {
			return left
		}
		time.Sleep(pause)
	}
}

func fingerprints(gs []goroutine) (all []string) {
	for i := range gs {
		all = append(all, gs[i].fingerprint())
	}
	slices.Sort(all)
	return all
}

// proveLeaks lets the runtime find out which goroutines nothing can wake, if it
// can. The next dump tells.
func proveLeaks() {
	if p := pprof.Lookup("goroutineleak"); p != nil {
		p.WriteTo(io.Discard, 0)
	}
}

// inBubble is settled in a bubble, whose time must not be made to pass: it would
// wake who sleeps.
func inBubble(look func() []goroutine) (left []goroutine) {
	for range looks {
		left = look()
		if !slices.ContainsFunc(left, func(g goroutine) bool { return !g.durable }) {
			return left
		}
		for range 100 {
			runtime.Gosched()
		}
	}
	return left
}
