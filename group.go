package braid

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"sync"
)

// This file makes groups and takes a group through its life: opened, the body
// run, joined, cleaned up, concluded. How tasks are queued and run is in
// engine.go, what their results mean in outcome.go.

// A Group is a set of tasks that end before the block that opened it does.
//
// Groups come from [Run], [Call] and [Open]; the zero Group cannot be used.
// All methods may be called from any goroutine.
type Group struct {
	scope
	parent  context.Context
	cfg     *groupConfig
	pc      uintptr // the body, or the call of Open
	upTask  *task   // the task that opened the group,
	upGroup *Group  // or the group whose body did
	highest *Group  // see top

	// mu guards what follows, for a few instructions at a time, never while
	// something blocks and never around foreign code.
	mu sync.Mutex

	// The live tasks hang in one list: those that run, then those that are
	// queued, in the order in which they came. It is the run queue, and what
	// cancelling and looking walk.
	first, last *task
	queue       *task // the first queued task
	queued      int32

	pending   int32 // what the join waits for: tasks, workers, the body
	fore      int32 // of these, ordinary tasks and the body
	back      int32 // of these, background tasks
	starters  int32 // workers that were started and have not looked yet
	procs     int16 // how many starters there may be
	spares    int16 // how many tasks are free
	plain     bool  // nobody is told of its tasks, see opened
	bundles   bool  // it has had one
	limited   bool  // it has slots of its own
	closed    bool  // nothing is accepted any more,
	concluded bool  // nor are groups and handlers
	bodyDone  bool
	noticed   bool   // the death of the context has been acted upon; see cancel.go
	free      *task  // tasks to use again, linked by next
	work      func() // g.worker, made once
	batches   *batches

	*slots
	*particulars
	*waits
	more *groupMore
	node task // the first that is used; a group of one needs no other
}

// Run opens a group, calls body with it on the caller's goroutine, and returns
// when body and every task of the group have returned.
//
// The ctx given to body is the group's: it dies with the outer ctx, at the
// first failure, at [Group.Cancel], and when Run returns. It shadows the outer
// one on purpose.
//
// Run returns nil if body and all tasks succeeded. The first failure of a task
// or of body (an error, a panic, a [runtime.Goexit]) cancels the group; the
// others are waited for and the result is a [*GroupError] with every failure.
// What a task returns only because it was cancelled is no failure. If
// something was cut short by a cancellation from outside and nothing failed,
// Run returns one plain error that matches context.Canceled or
// context.DeadlineExceeded and the cause given by whoever cancelled. If ctx is
// dead already, body is not called.
//
// A panic is raised again, as a [*PanicError], once all have been joined; a
// Goexit of a task becomes one of the caller. Panics at once if ctx or body is
// nil or an option makes no sense.
//
// The shape is that of Trio's nursery and asyncio.TaskGroup.
func Run(ctx context.Context, body func(ctx context.Context, g *Group) error, opts ...GroupOption) error {
	return run(ctx, "Run", 0, body, opts)
}

// Call is [Run] for a body with a result. It returns the body's value if Run
// would return nil, and else the zero value and what Run would return.
func Call[T any](ctx context.Context, body func(ctx context.Context, g *Group) (T, error), opts ...GroupOption) (T, error) {
	if body == nil {
		panic("braid: Call called with a nil body")
	}
	var v T
	err := run(ctx, "Call", funcPC(body), func(ctx context.Context, g *Group) (err error) {
		v, err = body(ctx, g)
		return err
	}, opts)
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// run is Run and all its like. With a pc of 0 the body's own is taken: Run leaves
// that and the check to run so as to be inlined, since it is on the stack of each
// group within a group.
func run(ctx context.Context, caller string, pc uintptr, body func(context.Context, *Group) error, opts []GroupOption) (err error) {
	if body == nil {
		panic("braid: " + caller + " called with a nil body")
	}
	if pc == 0 {
		pc = funcPC(body)
	}
	g := newGroup(ctx, caller, pc, opts)
	if ctx.Err() != nil {
		return outside(ctx)
	}
	g.opened(caller)
	returned := false
	defer func() {
		if returned {
			return
		}
		// The body panicked or called Goexit. Join first, whichever it was.
		var v any
		crash := g.cfg.crashOnPanic && panicking()
		if !crash {
			v = recover()
		}
		g.bodyUnwound(v, crash)
		var raise *PanicError
		var exit bool
		err, raise, exit = g.conclude(g.join())
		switch {
		case raise != nil:
			panic(raise)
		case v == nil || exiting(): // the Goexit goes on, or the panic that was left alone
			g.reportLost(err)
		case exit:
			g.reportLost(err)
			runtime.Goexit()
		}
	}()
	g.bodyReturned(callBody([2]*Group{g}, g, body))
	returned = true
	err, raise, exit := g.conclude(g.join())
	switch {
	case raise != nil:
		panic(raise)
	case exit:
		g.reportLost(err)
		runtime.Goexit()
	}
	return err
}

// callBody puts the group's address where a stack dump shows it; see dump.go.
//
//go:noinline
func callBody(_ [2]*Group, g *Group, body func(context.Context, *Group) error) error {
	return body(g.handedOut(), g)
}

var defaultConfig = &groupConfig{grace: DefaultGrace}

func newGroup(ctx context.Context, caller string, pc uintptr, opts []GroupOption) *Group {
	if ctx == nil {
		panic("braid: " + caller + " called with a nil context")
	}
	ctx = bare(ctx)
	g := &Group{parent: ctx, pc: pc, cfg: defaultConfig, pending: 1, fore: 1, slots: boundless, particulars: ordinary}
	if labels := labelsOf(ctx); labels != nil {
		g.own().labels = labels
	}
	g.node.g, g.free, g.spares = g, &g.node, 1
	g.upTask, g.upGroup = current(ctx)
	if straight(ctx) {
		g.highest = g.above().top()
	}
	up := defaultConfig
	switch {
	case g.upTask != nil:
		up = g.upTask.g.cfg
		g.upTask.flags.Or(hasGroups)
	case g.upGroup != nil:
		up = g.upGroup.cfg
	default:
		if s := steering(ctx); s != nil {
			up = &groupConfig{grace: DefaultGrace, steer: s, shows: steered}
		}
	}
	if len(opts) > 0 || up.grace != defaultConfig.grace || up.onStall != nil || len(up.observers) > 0 || up.shows != 0 {
		g.cfg = &groupConfig{}
		for _, o := range opts {
			if o == nil {
				panic("braid: nil option")
			}
			o.applyToGroup(g.cfg)
		}
		g.cfg.inherit(up)
		if g.cfg.limit > 0 {
			g.slots, g.limited = &slots{limit: g.cfg.limit}, true
		}
	}
	return g
}

func (c *groupConfig) inherit(up *groupConfig) {
	if c.grace == 0 {
		c.grace = up.grace
	}
	if c.onStall == nil {
		c.onStall = up.onStall
	}
	c.observers = slices.Concat(up.observers, c.observers)
	c.shows |= up.shows
	c.steer = up.steer
	c.attended = c.track != nil || len(c.observers) > 0 || c.steer != nil
	if c.keep == 0 {
		c.keep = DefaultKeep
	}
	if c.panicsAsErrors && c.crashOnPanic {
		panic("braid: PanicsAsErrors and CrashOnPanic exclude each other")
	}
	if !c.supervised && c.seen&seenKeep != 0 {
		panic("braid: Keep is for Supervised groups")
	}
}

// join waits until the tasks have ended; the body has. When it returns the
// group is closed. It gives g.more.
func (g *Group) join() (m *groupMore) {
	g.mu.Lock()
	g.bodyDone = true
	g.fore--
	if g.hasHandlers() {
		g.dropUncalled()
	}
	g.pending--
	quiesce := g.fore == 0 && g.back > 0
	if g.pending == 0 {
		g.closed = true
		m = g.more
		g.concluded = m == nil
		g.mu.Unlock()
		g.sees(taskEnded)
		return m
	}
	starter := reuse && !quiesce
	if starter {
		g.starters++
	}
	g.mu.Unlock()
	if quiesce {
		g.quiesce()
	}
	// Tasks that are short end while the caller steps aside, and neither a
	// channel nor a registration above is needed. Meanwhile it is one of those
	// that will look for queued tasks, so no worker is started for that alone.
	if !g.crowded() {
		runtime.Gosched()
	}
	g.mu.Lock()
	if starter {
		g.starters--
	}
	for !g.closed { // handlers that are called late may have handed over more
		if g.pending > 0 {
			g.await(starter)
			starter = false
			continue
		}
		g.pending++
		g.dropUncalled()
		g.pending--
		g.closed = g.pending == 0
	}
	m = g.more
	g.concluded = m == nil
	g.mu.Unlock()
	g.sees(taskEnded)
	return m
}

// crowdedLevels is how many groups above are looked at, each under its lock: in
// a tree one of the next few tells, and a chain of thousands is not to be climbed
// at each join.
const crowdedLevels = 4

// crowded reports whether tasks are queued in the groups above. Who steps aside
// then is behind all of them, each of which may open groups in its turn: a tree
// would be gone through level by level, and half of its groups wait at once. Who
// waits for the last task is the next to run after it.
//
//go:norace
func (g *Group) crowded() bool {
	up := g.above()
	for range crowdedLevels {
		if up == nil {
			break
		}
		up.lockUnseen()
		queued := up.queued
		up.unlockUnseen()
		if queued > 0 {
			return true
		}
		up = up.above()
	}
	return false
}

// await waits until nothing is pending, for a starter after a look for queued
// tasks. It acts on the death of the context if it sees it. It is called with
// g.mu locked, and unlocks it meanwhile.
func (g *Group) await(starter bool) {
	w := g.waiting()
	if w.joined == nil {
		w.joined = make(chan struct{})
	}
	joined, noticed := w.joined, g.noticed
	var l launch
	if starter {
		l = g.next()
	}
	g.mu.Unlock()
	defer g.mu.Lock()
	g.launch(l)
	if !noticed && !(g.listen() && g.dead()) {
		// Where nothing outside can end it, a group whose own Done somebody has
		// asked for listens to that, only so as to watch for its stall itself.
		if top := g.top(); top.parent.Done() != nil || top == g && g.std.Load() != nil {
			if top == g {
				g.flags.Or(hearsItself)
			}
			select {
			case <-joined:
				return
			case <-top.ctx().Done():
				g.dead()
				g.expectEnd()
			}
		}
	}
	<-joined
}

// conclude runs what has to run after the join, and gives what the group
// returns, raises or exits with. The group lets go of all it kept.
func (g *Group) conclude(m *groupMore) (err error, raise *PanicError, exit bool) {
	g.free, g.batches = nil, nil // nobody takes from there any more
	if m != nil {
		for round := 1; !g.woundUp(round); round++ {
			if rest, _, dead := g.judge(g.closeChildren(), g.ctx()); rest != nil {
				g.record(&TaskError{Err: rest, AfterCancel: dead, body: true, pc: g.pc, in: g.info()})
			}
			g.stopHandlers()
			g.runDefers()
		}
		if m.stall != nil {
			m.stall.Stop()
		}
	}
	if cut := g.flags.Load()&wasCut != 0; m != nil || cut {
		err, raise, exit = g.outcome(m, cut)
	}
	if !g.plain {
		g.note(err, raise, exit)
		g.happensJoined(err, raise, exit)
		if m != nil && m.traceTask != nil {
			m.traceTask.End()
		}
	}
	g.end(Succeeded)
	g.unlist()
	if g.sight != nil {
		g.sight.drop()
	}
	if m != nil {
		g.mu.Lock()
		g.more = nil
		g.mu.Unlock()
	}
	return err, raise, exit
}

// maxRounds ends what goes on for ever: an OnFailure that opens a group for each one
// that it is told was left open.
const maxRounds = 1000

// woundUp reports whether nothing is left that has to run before the end. From then
// on nothing more of it is accepted.
func (g *Group) woundUp(round int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.more
	if len(m.children) == 0 && len(m.handlers) == 0 && len(m.defers) == 0 {
		g.concluded = true
		return true
	}
	g.concluded = round > maxRounds // what has come by now is seen to
	return false
}

// reportLost tells of failures that cannot be returned, because a Goexit, or a
// panic that CrashOnPanic leaves alone, unwinds the goroutine they would be
// returned on.
func (g *Group) reportLost(err error) {
	if err != nil {
		slog.LogAttrs(context.Background(), slog.LevelError,
			"braid: a Goexit or a panic leaves nobody to return these failures to",
			slog.String("group", g.label()), slog.Any("error", err))
	}
}
