package braidtest

import (
	"strings"
	"time"
)

// This file holds the options.

// An Option changes what a check does. [Allow] and [Patience] make them.
type Option func(*config)

type config struct {
	allow    []string
	patience time.Duration
}

func configOf(caller string, opts []Option) config {
	c := config{patience: DefaultPatience}
	for _, o := range opts {
		if o == nil {
			panic("braidtest: " + caller + " called with a nil option")
		}
		o(&c)
	}
	return c
}

// Allow names functions whose goroutines may be left: those that have one of the
// functions on their stack, or were started by one. A name is the full one, as
// a goroutine dump shows it, "example.com/db.(*Pool).janitor"; one that ends in
// a star stands for all that begin like it. It may be given several times.
// Allow panics if a name is empty.
func Allow(functions ...string) Option {
	for _, fn := range functions {
		if strings.TrimSuffix(fn, "*") == "" {
			panic("braidtest: Allow called with an empty name")
		}
	}
	return func(c *config) { c.allow = append(c.allow, functions...) }
}

// DefaultPatience is how long a check waits for goroutines that are still on
// their way to their end.
const DefaultPatience = 5 * time.Second

// Patience is how long a check waits, at most, for goroutines that may still
// end by themselves: that run, sleep, or wait for the outside world. A check
// that finds nothing left does not wait, and one whose leftovers are all blocked
// and do not move waits no longer than half a second. Nor does a check wait until
// the deadline of -timeout, or, in a bubble of testing/synctest, for anything.
// Patience panics if d is negative.
func Patience(d time.Duration) Option {
	if d < 0 {
		panic("braidtest: Patience called with a negative duration")
	}
	return func(c *config) { c.patience = d }
}

// allows reports whether a goroutine may be left.
func (c *config) allows(g *goroutine) bool {
	for _, name := range c.allow {
		if matches(g.created.fn, name) {
			return true
		}
		for _, f := range g.frames {
			if matches(f.fn, name) {
				return true
			}
		}
	}
	return false
}

func matches(fn, name string) bool {
	if prefix, ok := strings.CutSuffix(name, "*"); ok {
		return strings.HasPrefix(fn, prefix)
	}
	return fn == name
}
