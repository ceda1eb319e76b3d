package braidtest

import (
	"flag"
	"os"
	"strings"
	"sync"
	"time"
)

// This file speaks up for tests that do not return, while there is still
// somebody to speak: at its deadline the test binary ends, and what the test
// has logged is lost.

// maxNotice is how long before the deadline the report is written; of a short
// deadline it is a tenth.
const maxNotice = 5 * time.Second

// An alarm writes the report of a check if it is not stopped in time.
type alarm struct{ timer *time.Timer }

// speaking is held by the alarm whose turn it is.
var speaking sync.Mutex

// setAlarm gives nil if there is no deadline.
func setAlarm(k *check) *alarm {
	left := timeLeft(k)
	if left <= 0 {
		return nil
	}
	notice := min(left/10, maxNotice)
	if k.t == nil {
		notice -= notice / 10 // after those of the tests that have a check
	}
	return &alarm{time.AfterFunc(left-notice, func() {
		speaking.Lock()
		defer speaking.Unlock()
		os.Stderr.WriteString(k.late(notice))
	})}
}

func (a *alarm) stop() {
	if a != nil {
		a.timer.Stop()
	}
}

// timeLeft gives 0 if there is no deadline.
func timeLeft(k *check) time.Duration {
	if k.t == nil {
		return timeLeftForAll()
	}
	if t, ok := k.t.(interface{ Deadline() (time.Time, bool) }); ok {
		if d, ok := t.Deadline(); ok {
			return time.Until(d)
		}
	}
	return 0
}

// timeLeftForAll gives what -timeout says, which does not hold for benchmarks
// and fuzzing.
func timeLeftForAll() time.Duration {
	if !flag.Parsed() {
		flag.Parse()
	}
	for _, name := range []string{"test.bench", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return 0
		}
	}
	if f := flag.Lookup("test.timeout"); f != nil {
		if d, ok := f.Value.(flag.Getter).Get().(time.Duration); ok {
			return d
		}
	}
	return 0
}

// late is the report of an alarm.
func (k *check) late(notice time.Duration) string {
	showLabels()
	proveLeaks()
	c := takeCensus()
	var gs []goroutine
	for i := range c.all {
		if g := &c.all[i]; k.concerns(c, g) {
			gs = append(gs, *g)
		}
	}
	if len(gs) == 0 {
		return ""
	}
	who := "the tests have"
	if k.t != nil {
		who = k.t.Name() + " has"
	}
	return "\nbraidtest: " + who + " not returned, and the deadline of -timeout is " + notice.Round(time.Millisecond).String() + " away.\n" +
		draw(gs, k) + "\n"
}

// concerns reports whether a goroutine has to do with why the test does not
// return. Those that wait for another test have not.
func (k *check) concerns(c *census, g *goroutine) bool {
	if g.has("internal/synctest.Run") || g.has(own+"inBubbleOf") || g.created.fn == own+"setAlarm" || g.has(own+"setAlarm.func1") || g.steers() {
		return false // it waits for the bubble, is an alarm, or steers
	}
	if g.id == k.test && k.t != nil {
		return true
	}
	for _, f := range g.frames {
		if strings.HasPrefix(f.fn, "runtime.") {
			continue
		}
		if strings.HasPrefix(f.fn, "testing.") || strings.HasPrefix(f.fn, "testing/") {
			return false
		}
		break
	}
	test := g.index("testing.tRunner") >= 0
	if k.before[g.id] || g.system() && !test {
		return false
	}
	owner, before := c.owner(g, k)
	if k.t == nil {
		return owner == 0
	}
	if owner == 0 && !before {
		return c.byID[k.test] != nil && c.alone(c.byID[k.test]) && !test
	}
	return owner == k.id
}
