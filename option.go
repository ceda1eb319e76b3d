package braid

import (
	"math"
	"time"

	"github.com/braid-go/braid/internal/option"
	"github.com/braid-go/braid/internal/seam"
)

// This file holds the options. They are the same words everywhere; the types
// say where each may stand. An option given twice is refused with a panic at
// the call, as is a value that makes no sense.

// Forever, as a duration, means no bound: Grace(Forever) turns the report of
// disobedient tasks off, Shield(ctx, Forever, fn) waits as long as fn takes.
const Forever = time.Duration(math.MaxInt64)

// DefaultGrace is how long a cancelled group waits before it reports tasks that
// are still running, and what its cleanup functions have to do their work.
const DefaultGrace = 30 * time.Second

// DefaultKeep is how many failures a [Supervised] group keeps.
const DefaultKeep = 1000

// A GroupOption is an option of [Run], [Call], [Open] and the functions built on them.
type GroupOption interface{ applyToGroup(*groupConfig) }

// A TaskOption is an option of a task.
type TaskOption interface{ applyToTask(*taskConfig) }

// A ScopeOption is an option of [Timeout], [MoveOn], [Reserve], [Shield] and [Abandon].
type ScopeOption interface{ applyToScope(*scopeConfig) }

// A StreamOption is an option of the functions of package stream.
type StreamOption interface{ ApplyToStream(*option.Stream) }

// A FlowOption is an option of whatever works through many things: of groups,
// and of the functions of package stream.
type FlowOption interface {
	GroupOption
	StreamOption
}

// An Option may stand wherever options may.
type Option interface {
	GroupOption
	TaskOption
	ScopeOption
	StreamOption
}

type groupConfig struct {
	seen  uint32
	name  string
	limit int

	supervised bool
	keep       int
	onFailure  func(*TaskError)
	failed     func(te *TaskError, ends bool) // see race.go

	panicsAsErrors bool
	crashOnPanic   bool
	crashOnStall   bool

	grace   time.Duration // inherited, as are the next two
	onStall func(Stall)

	noise func(error) bool
	rate  Limiter
	track Tracker

	observers []func(Event) // inherited, as is the next
	shows     lookOption    // see trace.go
	steer     seam.Steer    // see steer.go

	attended bool // somebody is told of each task: an observer, a tracker, or a test

	feed *feed // see mapseq.go
}

type taskConfig struct {
	seen   uint32
	name   string
	weight int

	background bool
	always     bool
	own        bool

	keyed bool    // the task is called for what goes by key
	key   any     // see mapseq.go
	at    locator // of a task that works on one item after the other
}

type scopeConfig struct {
	seen     uint32
	name     string
	deadline *Deadline
}

const (
	seenName uint32 = 1 << iota
	seenLimit
	seenGrace
	seenOnStall
	seenSupervised
	seenKeep
	seenOnFailure
	seenPanicsAsErrors
	seenCrashOnPanic
	seenCrashOnStall
	seenNoise
	seenRate
	seenTrack
	seenBackground
	seenAlways
	seenOwn
	seenWeight
	seenDeadline
	seenLabels
	seenTrace
)

func once(seen *uint32, bit uint32, name string) { option.Once(seen, bit, name) }

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

// ApplyToStream is for package stream.
func (o nameOption) ApplyToStream(c *option.Stream) {
	once(&c.Seen, option.SeenName, "Name")
	c.Name = string(o)
}

type limitOption int

// Limit lets at most n tasks of the group run at once, or items of a stream;
// what has no slot is queued. It panics if n is less than one. See [Group.SetLimit] and [Weight].
func Limit(n int) FlowOption {
	if n < 1 {
		panic("braid: Limit must be at least 1")
	}
	return limitOption(n)
}

func (o limitOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenLimit, "Limit")
	c.limit = int(o)
}

// ApplyToStream is for package stream.
func (o limitOption) ApplyToStream(c *option.Stream) {
	once(&c.Seen, option.SeenLimit, "Limit")
	c.Limit = int(o)
}

type graceOption time.Duration

// Grace sets how long tasks may go on after their group was cancelled before
// they are reported (see [OnStall]), and how long the functions given to
// [Group.Defer] have. The default is [DefaultGrace]; groups opened below
// inherit it. Grace([Forever]) never reports and sets no bound. It panics if d
// is not positive.
func Grace(d time.Duration) GroupOption {
	if d <= 0 {
		panic("braid: Grace must be positive; Grace(Forever) turns the report off")
	}
	return graceOption(d)
}

func (o graceOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenGrace, "Grace")
	c.grace = time.Duration(o)
}

type onStallOption func(Stall)

// OnStall sets who is told of tasks that do not obey a cancel within the
// [Grace]. The default writes a warning to slog.Default(). Groups opened below
// inherit it. The function runs on a goroutine of its own, which the group
// joins; a panic in it is logged.
func OnStall(fn func(Stall)) GroupOption {
	if fn == nil {
		panic("braid: OnStall called with a nil function")
	}
	return onStallOption(fn)
}

func (o onStallOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenOnStall, "OnStall")
	c.onStall = o
}

type keepOption int

// Keep sets how many failures a [Supervised] group keeps for its error, the
// first ones; further ones are counted. The default is [DefaultKeep]. It
// panics if n is less than one.
func Keep(n int) GroupOption {
	if n < 1 {
		panic("braid: Keep must be at least 1")
	}
	return keepOption(n)
}

func (o keepOption) applyToGroup(c *groupConfig) { once(&c.seen, seenKeep, "Keep"); c.keep = int(o) }

type onFailureOption func(*TaskError)

// OnFailure sets a function that sees every failure of the group when it
// happens, also those that a [Supervised] group does not keep. It is called
// on a goroutine of its own while the failed task waits, before the task counts
// as ended, possibly by several at once; if it panics or calls
// [runtime.Goexit], that is one more panic or Goexit of the group.
func OnFailure(fn func(*TaskError)) GroupOption {
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

// CancelNoise names errors that are mere consequences of a cancellation
// although they do not say so, such as net.ErrClosed in a group that closes
// its connections on cancel. In a task whose context is dead, a leaf for which
// is reports true counts as cancellation.
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

const notOred = "options are given one after the other, and not or-ed: Supervised, PanicsAsErrors"

type groupFlag uint32

const (
	// Supervised groups record a task's failure and let its siblings go on.
	// The failures come out at the join; [Keep] bounds them and [OnFailure]
	// sees each. A failure of the body still cancels. If the group is cut
	// short from outside as well, [GroupError.Cut] tells.
	Supervised = groupFlag(seenSupervised)
	// PanicsAsErrors makes a panic a failure like others, a [*PanicError] in
	// the group's error, instead of raising it again after the join.
	PanicsAsErrors = groupFlag(seenPanicsAsErrors)
	// CrashOnPanic leaves panics alone: the program crashes at once, with the
	// runtime's own report of the goroutine that panicked.
	CrashOnPanic = groupFlag(seenCrashOnPanic)
	// CrashOnStall makes the program crash with a task's panic when the join
	// that has to come first is still held up by other tasks after the [Grace].
	CrashOnStall = groupFlag(seenCrashOnStall)
)

func (f groupFlag) applyToGroup(c *groupConfig) {
	switch f {
	case Supervised:
		once(&c.seen, seenSupervised, "Supervised")
		c.supervised = true
	case PanicsAsErrors:
		once(&c.seen, seenPanicsAsErrors, "PanicsAsErrors")
		c.panicsAsErrors = true
	case CrashOnPanic:
		once(&c.seen, seenCrashOnPanic, "CrashOnPanic")
		c.crashOnPanic = true
	case CrashOnStall:
		once(&c.seen, seenCrashOnStall, "CrashOnStall")
		c.crashOnStall = true
	default:
		panic("braid: " + notOred)
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
	// that it can dispose of what it was given. Where the call itself gives an
	// error nothing was handed over, and the task does not run: [Group.GoWait]
	// if its ctx dies first, [Group.TryGo] and [TryFork] on an ended group. Who
	// calls them then disposes of it.
	Always = taskFlag(seenAlways)
	// OwnGoroutine runs the task on a goroutine that runs nothing before and
	// nothing after it. A task that locks its OS thread and does not unlock
	// it, or changes the thread's state, needs it.
	OwnGoroutine = taskFlag(seenOwn)
)

func (f taskFlag) applyToTask(c *taskConfig) {
	switch f {
	case Background:
		once(&c.seen, seenBackground, "Background")
		c.background = true
	case Always:
		once(&c.seen, seenAlways, "Always")
		c.always = true
	case OwnGoroutine:
		once(&c.seen, seenOwn, "OwnGoroutine")
		c.own = true
	default:
		panic("braid: " + notOred)
	}
}

type weightOption int

// Weight makes the task count as n towards the group's [Limit]; others count
// as one. It panics if n is less than one, and handing a task to a group whose
// limit is smaller than its weight panics too. If the limit is lowered
// afterwards, such a task runs alone.
func Weight(n int) TaskOption {
	if n < 1 {
		panic("braid: Weight must be at least 1")
	}
	return weightOption(n)
}

func (o weightOption) applyToTask(c *taskConfig) {
	once(&c.seen, seenWeight, "Weight")
	c.weight = int(o)
}

func taskConfigOf(opts []TaskOption) *taskConfig {
	if len(opts) == 0 {
		return nil
	}
	return newTaskConfig(opts)
}

func newTaskConfig(opts []TaskOption) *taskConfig {
	c := new(taskConfig)
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToTask(c)
	}
	if c.background && c.weight > 0 {
		panic("braid: Weight has no meaning for a Background task, which takes no slot")
	}
	return c
}

func scopeConfigOf(opts []ScopeOption) (c scopeConfig) {
	if len(opts) > 0 {
		c = newScopeConfig(opts)
	}
	return c
}

// newScopeConfig is apart from scopeConfigOf since options have what they write to on
// the heap.
func newScopeConfig(opts []ScopeOption) (c scopeConfig) {
	for _, o := range opts {
		if o == nil {
			panic("braid: nil option")
		}
		o.applyToScope(&c)
	}
	return c
}
