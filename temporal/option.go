package temporal

import (
	"time"

	"github.com/braid-go/braid"
)

// This file holds the options. They are the words of package braid that mean
// something in a workflow; the types say where each may stand. An option given
// twice is refused with a panic at the call, as is a value that makes no sense.

// A GroupOption is an option of [Run], [Call] and the functions built on them.
type GroupOption interface{ applyToGroup(*groupConfig) }

// A TaskOption is an option of a task.
type TaskOption interface{ applyToTask(*taskConfig) }

// A ScopeOption is an option of [Timeout], [MoveOn] and [Shield].
type ScopeOption interface{ applyToScope(*scopeConfig) }

// An Option may stand wherever options may.
type Option interface {
	GroupOption
	TaskOption
	ScopeOption
}

type groupConfig struct {
	seen           uint32
	name           string
	limit          int
	grace          time.Duration // inherited
	supervised     bool
	keep           int
	panicsAsErrors bool
	onFailure      func(*braid.TaskError)
	noise          func(error) bool
	onStall        func(braid.Stall) // inherited; see stall.go

	failed func(te *braid.TaskError, ends bool) // see race.go
}

type taskConfig struct {
	seen       uint32
	name       string
	background bool
	always     bool
}

type scopeConfig struct {
	seen     uint32
	name     string
	deadline *MovableDeadline
}

const (
	seenName uint32 = 1 << iota
	seenLimit
	seenGrace
	seenSupervised
	seenKeep
	seenOnFailure
	seenOnStall
	seenNoise
	seenPanicsAsErrors
	seenBackground
	seenAlways
	seenDeadline
)

func once(seen *uint32, bit uint32, name string) {
	if *seen&bit != 0 {
		panic("braid: the option " + name + " is given twice")
	}
	*seen |= bit
}

type nameOption string

// Name names a group, a task or a time limit in errors and reports. Without it
// a task goes by the name of its function, and a group is left out of paths. An
// empty name is refused.
func Name(name string) Option {
	if name == "" {
		panic("braid: Name called with an empty name")
	}
	return nameOption(name)
}

func (o nameOption) applyToGroup(c *groupConfig) { once(&c.seen, seenName, "Name"); c.name = string(o) }
func (o nameOption) applyToTask(c *taskConfig)   { once(&c.seen, seenName, "Name"); c.name = string(o) }
func (o nameOption) applyToScope(c *scopeConfig) { once(&c.seen, seenName, "Name"); c.name = string(o) }

type limitOption int

// Limit lets at most n tasks of the group run at once; what has no slot is
// queued. It panics if n is less than one.
func Limit(n int) GroupOption {
	if n < 1 {
		panic("braid: Limit must be at least 1")
	}
	return limitOption(n)
}

func (o limitOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenLimit, "Limit")
	c.limit = int(o)
}

// A GraceOption is an option of groups and of workers.
type GraceOption interface {
	GroupOption
	WorkerOption
}

type graceOption time.Duration

// Grace sets how long the functions given to [Group.Defer] of a group may take and
// how long its tasks may go on after a cancel before they are reported ([OnStall]),
// whose default is [braid.DefaultGrace] and which groups opened below inherit, and
// how long what runs on a worker may go on when that stops ([Serve]).
// Grace(braid.Forever) sets no bound, and never reports. It panics if d is not positive.
func Grace(d time.Duration) GraceOption {
	if d <= 0 {
		panic("braid: Grace must be positive; Grace(Forever) sets no bound")
	}
	return graceOption(d)
}

func (o graceOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenGrace, "Grace")
	c.grace = time.Duration(o)
}

type keepOption int

// Keep sets how many failures a [Supervised] group keeps for its error, the
// first ones; further ones are counted. The default is [braid.DefaultKeep]. It
// panics if n is less than one.
func Keep(n int) GroupOption {
	if n < 1 {
		panic("braid: Keep must be at least 1")
	}
	return keepOption(n)
}

func (o keepOption) applyToGroup(c *groupConfig) { once(&c.seen, seenKeep, "Keep"); c.keep = int(o) }

type onFailureOption func(*braid.TaskError)

// OnFailure sets a function that sees every failure of the group when it
// happens, also those that a [Supervised] group does not keep. It is called on
// the failed task's coroutine and must not block. A panic or a Goexit in it is one
// failure more, which ends the group, and the last that it is told of.
func OnFailure(fn func(*braid.TaskError)) GroupOption {
	if fn == nil {
		panic("braid: OnFailure called with a nil function")
	}
	return onFailureOption(fn)
}

func (o onFailureOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenOnFailure, "OnFailure")
	c.onFailure = o
}

type noiseOption func(error) bool

// CancelNoise names errors that are mere consequences of a cancellation although they
// do not say so, such as what an activity returns whose connection is closed on cancel.
// In a task whose context is dead, a leaf for which is reports true counts as
// cancellation.
func CancelNoise(is func(error) bool) GroupOption {
	if is == nil {
		panic("braid: CancelNoise called with a nil function")
	}
	return noiseOption(is)
}

func (o noiseOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenNoise, "CancelNoise")
	c.noise = o
}

type groupFlag uint32

const (
	// Supervised groups record a task's failure and let its siblings go on.
	// The failures come out at the join; [Keep] bounds them and [OnFailure]
	// sees each. A failure of the body still cancels.
	Supervised = groupFlag(seenSupervised)
	// PanicsAsErrors makes a panic a failure like others, a [*braid.PanicError]
	// in the group's error, instead of raising it again after the join. The
	// outermost group does so in any case.
	PanicsAsErrors = groupFlag(seenPanicsAsErrors)
)

func (f groupFlag) applyToGroup(c *groupConfig) {
	switch f {
	case Supervised:
		once(&c.seen, seenSupervised, "Supervised")
		c.supervised = true
	case PanicsAsErrors:
		once(&c.seen, seenPanicsAsErrors, "PanicsAsErrors")
		c.panicsAsErrors = true
	}
}

type taskFlag uint32

const (
	// Background tasks serve the others (a progress reporter, a heartbeat):
	// when the body and all ordinary tasks have ended they are cancelled and
	// joined, and that cancellation is no error. They take no slot of a
	// [Limit].
	Background = taskFlag(seenBackground)
	// Always runs the task even in a cancelled group, with a dead context, so
	// that it can dispose of what it was given.
	Always = taskFlag(seenAlways)
)

func (f taskFlag) applyToTask(c *taskConfig) {
	switch f {
	case Background:
		once(&c.seen, seenBackground, "Background")
		c.background = true
	case Always:
		once(&c.seen, seenAlways, "Always")
		c.always = true
	}
}

func groupConfigOf(opts []GroupOption, up *Group) (c groupConfig) {
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToGroup(&c)
	}
	if !c.supervised && c.seen&seenKeep != 0 {
		panic("braid: Keep is for Supervised groups")
	}
	if c.grace == 0 {
		c.grace = braid.DefaultGrace
		if up != nil {
			c.grace = up.cfg.grace
		}
	}
	if c.onStall == nil && up != nil {
		c.onStall = up.cfg.onStall
	}
	if c.keep == 0 {
		c.keep = braid.DefaultKeep
	}
	return c
}

func taskConfigOf(opts []TaskOption) (c taskConfig) {
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToTask(&c)
	}
	return c
}

func scopeConfigOf(opts []ScopeOption) (c scopeConfig) {
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToScope(&c)
	}
	return c
}
