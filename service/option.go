package service

import (
	"log/slog"
	"math"
	"os"
	"time"
)

// This file holds the options of a service. One given twice is refused with a
// panic at the call, as is a value that makes no sense.

// An Option is an option of [Run], [New] and [Supervise]: what the functions
// below give, a [Strategy], or a [Backoff] for all parts that have none.
type Option interface{ apply(*config) }

// DefaultGrace is how long a soft stop may take if no [Grace] is given.
const DefaultGrace = 10 * time.Second

// DefaultSlowAfter is when a part that does not obey the hard stop is reported.
const DefaultSlowAfter = 5 * time.Second

// DefaultRestarts and DefaultWindow are the [Intensity] if none is given: five
// restarts within thirty seconds are borne, the sixth is too much.
const (
	DefaultRestarts = 5
	DefaultWindow   = 30 * time.Second
)

// unlimited is how many restarts are not counted at all.
const unlimited = math.MaxInt

type config struct {
	seen      uint32
	name      string
	grace     time.Duration
	slowAfter time.Duration
	strategy  Strategy
	restarts  int
	window    time.Duration
	backoff   Backoff
	signals   []os.Signal
	from      <-chan os.Signal
	observe   func(Event)
	log       *slog.Logger
	onRunning func() // of a service that is a part
}

const (
	seenName uint32 = 1 << iota
	seenGrace
	seenSlowAfter
	seenStrategy
	seenIntensity
	seenBackoff
	seenSignals
	seenObserve
	seenLog
)

func (c *config) once(bit uint32, option string) {
	if c.seen&bit != 0 {
		panic("service: option " + option + " given twice")
	}
	c.seen |= bit
}

func configOf(opts []Option) config {
	c := config{grace: DefaultGrace, slowAfter: DefaultSlowAfter, restarts: DefaultRestarts, window: DefaultWindow}
	for _, o := range opts {
		if o == nil {
			panic("service: nil option")
		}
		o.apply(&c)
	}
	return c
}

type option func(*config)

func (o option) apply(c *config) { o(c) }

// Name names the service: it comes first in the paths of its errors and stands
// in its events. It panics if name is empty.
func Name(name string) Option {
	if name == "" {
		panic("service: Name called with an empty name")
	}
	return option(func(c *config) {
		c.once(seenName, "Name")
		c.name = name
	})
}

// Grace sets how long the soft half of a stop may take, from its beginning,
// for all parts together: what a process manager allows, less a little. When
// it is over the contexts of all parts that are left die at once. The default
// is [DefaultGrace]; Grace([braid.Forever]) sets no bound; Grace(0) stops hard
// at once. A service that is a part and has no Grace of its own has that of the
// service around when that stops it. Grace panics if d is negative. See also the
// field Grace of [Part].
func Grace(d time.Duration) Option {
	if d < 0 {
		panic("service: Grace called with a negative duration")
	}
	return option(func(c *config) {
		c.once(seenGrace, "Grace")
		c.grace = d
	})
}

// SlowAfter sets how long a part may take to end after its context died before
// an [Event] tells where it is blocked. The default is [DefaultSlowAfter];
// SlowAfter([braid.Forever]) turns the report off. It panics if d is not
// positive.
func SlowAfter(d time.Duration) Option {
	if d <= 0 {
		panic("service: SlowAfter called with a duration that is not positive; SlowAfter(braid.Forever) turns the report off")
	}
	return option(func(c *config) {
		c.once(seenSlowAfter, "SlowAfter")
		c.slowAfter = d
	})
}

// Intensity sets how many restarts the service bears within the window before
// it gives up: one more stops it with [ErrTooManyRestarts]. The restart of
// several parts at once counts as one. A part that has been ready for as long
// as the window begins its [Backoff] anew. The default is [DefaultRestarts]
// within [DefaultWindow]; Intensity(0, d) restarts nothing, and a restarts of
// math.MaxInt never gives up. It panics if restarts is negative or the window
// not positive.
func Intensity(restarts int, window time.Duration) Option {
	switch {
	case restarts < 0:
		panic("service: Intensity called with a negative number of restarts")
	case window <= 0:
		panic("service: Intensity called with a window that is not positive")
	}
	return option(func(c *config) {
		c.once(seenIntensity, "Intensity")
		c.restarts, c.window = restarts, window
	})
}

// A Strategy says which parts are restarted when one has to be. It is an
// option. Parts that are restarted with another are stopped first, softly and
// in order, within their own Grace or else the service's; their Restart does
// not matter, nor does it if their work was done.
type Strategy uint8

const (
	// OneForOne restarts the one part. It is the default.
	OneForOne Strategy = iota
	// OneForAll restarts all parts.
	OneForAll
	// RestForOne restarts the part and all that need it, directly or through
	// others.
	RestForOne
)

// String gives the name in lower case.
func (s Strategy) String() string { return nameOf(s, "one for one", "one for all", "rest for one") }

func (s Strategy) apply(c *config) {
	c.once(seenStrategy, "Strategy")
	if s > RestForOne {
		panic("service: unknown Strategy")
	}
	c.strategy = s
}

// Observe has fn called with every [Event], one at a time and in order, on the
// goroutine of Run, which does nothing else meanwhile: fn must not block, but
// may call methods of [Service]. A panic of fn ends all parts hard and comes
// out of Run. Observe panics if fn is nil.
func Observe(fn func(Event)) Option {
	if fn == nil {
		panic("service: Observe called with a nil function")
	}
	return option(func(c *config) {
		c.once(seenObserve, "Observe")
		c.observe = fn
	})
}

// Log writes every [Event] to the logger: failures, restarts, hard stops and
// slow parts as warnings, the failure that stops the service as an error, all
// else as information. Without Log and [Observe] the warnings and errors go to
// slog.Default(). Log panics if the logger is nil.
func Log(logger *slog.Logger) Option {
	if logger == nil {
		panic("service: Log called with a nil logger")
	}
	return option(func(c *config) {
		c.once(seenLog, "Log")
		c.log = logger
	})
}
