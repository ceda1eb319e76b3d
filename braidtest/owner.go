package braidtest

import (
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/braid-go/braid/internal/seam"
)

// This file tells whose a goroutine is. A check labels the goroutine of its
// test, and the go statement hands labels on; braid's goroutines, which run one
// task after the other, get the label anew for each (see seam.Inherit). Where a
// program sets labels of its own, and the check's is lost, the number of the
// goroutine that started it tells, as long as that one is there. What neither
// tells is the test's own if no other test can have started it.

// active is how many checks there are whose tests have not ended. Who starts a
// group looks at nothing else, and takes no lock: it would order for the race
// detector what is not.
var active atomic.Int32

// checks keeps account of all.
var checks struct {
	mu   sync.Mutex
	last int // number given to a check
	// reported are goroutines that a check has told of: Main does not again.
	reported map[int]bool
}

func init() {
	seam.Inherit = inherit
	seam.Watch = true
}

// inherit is seam.Inherit.
func inherit(ctx context.Context) context.Context {
	if active.Load() == 0 {
		return ctx
	}
	if owner := self().owner; owner != 0 {
		return labelled(ctx, owner)
	}
	return ctx
}

func labelled(ctx context.Context, owner int) context.Context {
	return pprof.WithLabels(ctx, pprof.Labels(label, strconv.Itoa(owner)))
}

// A census is one look at all goroutines.
type census struct {
	all  []goroutine
	byID map[int]*goroutine
}

func takeCensus() *census {
	c := &census{all: all(), byID: map[int]*goroutine{}}
	for i := range c.all {
		c.byID[c.all[i].id] = &c.all[i]
	}
	return c
}

// owner gives the number of the check that the goroutine belongs to, or tells
// that it comes from one that was there before k began. If nothing tells it is
// 0 and false.
func (c *census) owner(g *goroutine, k *check) (owner int, before bool) {
	for range len(c.all) {
		switch {
		case g.owner != 0:
			return g.owner, false
		case g.id == k.test:
			return k.id, false
		case k.before[g.id]:
			return 0, true
		case c.byID[g.creator] == nil:
			return 0, false
		}
		g = c.byID[g.creator]
	}
	return 0, false
}

// alone reports whether no other test can have run while the test did: each of
// those above it is waiting in T.Run, so none is parallel.
func (c *census) alone(test *goroutine) bool {
	for g := test; ; {
		if i := g.index("testing.tRunner"); i >= 0 && g.created.fn == "testing.(*T).Run" {
			up := c.byID[g.creator]
			if up == nil || !up.waitsFor("testing.(*T).Run") {
				return false
			}
			g = up
			continue
		}
		up := c.byID[g.creator]
		if up == nil {
			return true // the main goroutine, or one that nobody else's test has started
		}
		g = up
	}
}

// index gives the place of the innermost frame of the function, or -1.
func (g *goroutine) index(fn string) int {
	for i, f := range g.frames {
		if f.fn == fn {
			return i
		}
	}
	return -1
}

// waitsFor reports whether the innermost frame outside the runtime is of fn.
func (g *goroutine) waitsFor(fn string) bool {
	for _, f := range g.frames {
		if !strings.HasPrefix(f.fn, "runtime.") {
			return f.fn == fn
		}
	}
	return false
}

// steers reports whether a goroutine is one of a sweep's own.
func (g *goroutine) steers() bool {
	return g.created.fn == own+"(*pilot).fly" || g.has(own+"freeze") || g.has(own+"(*trial).bound.func1") || g.created.fn == own+"inBubbleOf"
}

// system reports whether a goroutine is of the runtime or of package testing.
func (g *goroutine) system() bool {
	for _, f := range g.frames {
		switch f.fn {
		case "testing.tRunner", "testing.(*M).Run", "testing.(*B).run1.func1", "testing.(*B).launch", "testing.(*T).Parallel",
			"testing.(*F).Fuzz.func1.1", "testing.runFuzzing", "testing.runFuzzTests", "testing.runExample",
			"testing.fRunner", "testing/synctest.testingSynctestTest", "testing/synctest.Test.func1",
			"os/signal.signal_recv", "os/signal.loop", "runtime.ensureSigM", "runtime.ReadTrace",
			"runtime.runCleanups", "runtime.runFinalizers", "runtime.runfinq", // a new one's dump does not say who made it
			"runtime/pprof.profileWriter", "runtime/trace.Start.func1", "main.main":
			return true
		}
	}
	switch {
	case strings.HasPrefix(g.created.fn, "runtime/trace."), strings.HasPrefix(g.created.fn, "testing.(*M)."),
		strings.HasPrefix(g.created.fn, "runtime."):
		return true
	}
	return false
}
