package braidtest

import "testing"

// This file runs tests in bubbles of testing/synctest, and says more than that
// does when one ends badly.

// Run runs fn in a bubble of testing/synctest, where time is virtual: a sleep
// takes no time and exactly as long as it says. It fails the test as [Check]
// does if fn leaves anything behind.
//
// A deadlock in the bubble fails the test and does not end the process: the
// message shows every goroutine of the bubble as a tree, tasks by their paths,
// with where each waits and on what. What was blocked stays so, out of the way
// of other tests. As always in a bubble, a goroutine that waits for a mutex, a
// socket or a system call is not seen as blocked; if that is what hangs, the
// report before the deadline tells, as that of Check does.
//
// Run panics if t or fn is nil, and inside a bubble.
func Run(t *testing.T, fn func(t *testing.T), opts ...Option) {
	if t == nil {
		panic("braidtest: Run called with a nil test")
	}
	if fn == nil {
		panic("braidtest: Run called with a nil function")
	}
	t.Helper()
	outer := begin(t, configOf("Run", opts), 0)
	defer outer.close()
	var (
		inner   *check
		over    bool   // fn has returned
		message string // about what it left
	)
	deadlock, _ := inBubbleOf(t, nil, func(t *testing.T) {
		inner = begin(t, outer.config, outer.id)
		t.Cleanup(func() {
			over = true
			message = inner.find()
		})
		fn(t)
	})
	if deadlock && !over {
		showLabels()
		stuck := inner.stuck()
		report(stuck)
		message = inner.deadlocked(stuck)
	}
	switch {
	case message != "":
		t.Fatal(message)
	case t.Failed():
		t.FailNow()
	}
}

// stuck gives the goroutines of the bubble, but for those of package testing.
func (k *check) stuck() (gs []goroutine) {
	for _, g := range all() {
		if g.bubble == k.bubble && (g.id == k.test || !g.system()) && !g.steers() {
			gs = append(gs, g)
		}
	}
	return gs
}

func (k *check) deadlocked(stuck []goroutine) string {
	return k.t.Name() + " is deadlocked: nothing in its bubble can go on.\n" + draw(stuck, k)
}
