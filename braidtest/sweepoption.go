package braidtest

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"
)

// This file holds the options of what runs a function again and again.

// A SweepOption is an option of [CancelSweep], [FailSweep] and [Explore]: every
// [Option] is one, and [Invariant], [Accept], [Within] and [Replay] make others.
type SweepOption interface{ applyToSweep(*sweepConfig) }

type sweepConfig struct {
	config
	invariant func(error) error
	accept    []func(error) bool
	within    time.Duration
	replay    replay
}

func (o Option) applyToSweep(c *sweepConfig) { o(&c.config) }

type sweepOption func(*sweepConfig)

func (o sweepOption) applyToSweep(c *sweepConfig) { o(c) }

// Invariant is what must hold after each run, however it went: fn has returned,
// and nothing moves any more. It is given what fn returned, and gives an error
// that says what does not hold, or nil. If fn panicked because of an injected
// failure, the error is braid's PanicError. Invariant panics if check is nil.
func Invariant(check func(err error) error) SweepOption {
	if check == nil {
		panic("braidtest: Invariant called with a nil function")
	}
	return sweepOption(func(c *sweepConfig) { c.invariant = check })
}

// Accept names errors that fn may return beside those it has to: is reports
// whether it may. It may be given several times. Accept panics if is is nil.
func Accept(is func(err error) bool) SweepOption {
	if is == nil {
		panic("braidtest: Accept called with a nil function")
	}
	return sweepOption(func(c *sweepConfig) { c.accept = append(c.accept, is) })
}

// DefaultWithin is how long fn may take to return once it was cancelled, or one
// of its tasks has failed.
const DefaultWithin = time.Minute

// Within sets how long fn may take to return, of virtual time: once it was
// cancelled, in [CancelSweep], or one of its tasks has failed, in [FailSweep],
// where it is [DefaultWithin] otherwise; in all, in [Explore], where there is no
// bound otherwise. Within panics if d is not positive.
func Within(d time.Duration) SweepOption {
	if d <= 0 {
		panic("braidtest: Within must be positive")
	}
	return sweepOption(func(c *sweepConfig) { c.within = d })
}

// replayVariable is read where there is no Replay.
const replayVariable = "BRAIDTEST_REPLAY"

// Replay runs fn once only, as the message of a failure says: at "point 3", with
// "task 2 error" or "task 2 panic", or under "seed 17" or certain "choices". The
// environment variable BRAIDTEST_REPLAY does the same without a change of code.
// Replay panics if what is none of these.
func Replay(what string) SweepOption {
	r, err := readReplay(what)
	if err != nil {
		panic("braidtest: Replay: " + err.Error())
	}
	return sweepOption(func(c *sweepConfig) { c.replay = r })
}

// A replay is one run out of many.
type replay struct {
	point  int
	task   int
	panics bool
	seed   uint64
	script []int
	kind   string // the first word; "" for no replay
}

func readReplay(what string) (r replay, err error) {
	words := strings.Fields(what)
	ok := len(words) >= 2
	if ok {
		r.kind = words[0]
		switch n, bad := strconv.ParseUint(words[1], 10, 31); {
		case r.kind == "choices":
			r.script, ok = readScript(words[1:])
		case bad != nil:
			ok = false
		case r.kind == "point":
			r.point, ok = int(n), len(words) == 2
		case r.kind == "seed":
			r.seed, ok = n, len(words) == 2
		case r.kind == "task":
			r.task, ok = int(n), len(words) == 3 && (words[2] == "error" || words[2] == "panic")
			r.panics = ok && words[2] == "panic"
		default:
			ok = false
		}
	}
	if !ok {
		return replay{}, errors.New(strconv.Quote(what) + ` is none of "point 3", "task 2 error", "task 2 panic", "seed 17", "choices 4:1 7:2"`)
	}
	return r, nil
}

// sweepConfigOf gives the configuration; a replay of another kind than those
// named is somebody else's.
func sweepConfigOf(caller string, opts []SweepOption, kinds ...string) sweepConfig {
	c := sweepConfig{config: configOf(caller, nil)}
	for _, o := range opts {
		if o == nil {
			panic("braidtest: " + caller + " called with a nil option")
		}
		o.applyToSweep(&c)
	}
	if what := os.Getenv(replayVariable); c.replay.kind == "" && what != "" {
		r, err := readReplay(what)
		if err != nil {
			panic("braidtest: " + replayVariable + ": " + err.Error())
		}
		c.replay = r
	}
	for _, kind := range kinds {
		if c.replay.kind == kind {
			return c
		}
	}
	c.replay = replay{}
	return c
}
