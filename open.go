package braid

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"github.com/braid-go/braid/internal/seam"
)

// This file is the owner form of a group: for an object that lives longer than
// one call, such as a server, a pool or a watcher.

// owner is what a group made with Open has beside others.
type owner struct {
	left    bool          // somebody has called Close or Wait; guarded by g.mu
	inner   bool          // no user's: an iterator joins it
	settled chan struct{} // closed when the rest is final
	err     error
	raise   *PanicError
	exit    bool
	cleanup runtime.Cleanup
}

// Open opens a group that belongs to an object instead of a block, and gives
// it with its context. The object's Close calls [Group.Close]:
//
//	s.group, ctx = braid.Open(ctx)
//	…
//	func (s *Server) Close() error { return s.group.Close() }
//
// A group opened with the context of a task, or of a body, is part of it: if
// that ends while the group is open, the group is cancelled and joined then
// and there, and the task fails with an error that matches [ErrNotClosed] and
// names the call of Open. A group that is garbage collected without having
// been closed is reported through slog.
//
// If ctx dies before Close, the group is cancelled by that, from outside, and if it
// cut something short Close and Wait return that cancellation: so it is with
// t.Context() and a Close in t.Cleanup, which comes later, and with the context of
// signal.NotifyContext. Where only Close is to end the group, give it
// [context.WithoutCancel] of ctx.
//
// Under a dead ctx the group is cancelled from the start. Open panics if ctx is
// nil or an option makes no sense.
func Open(ctx context.Context, opts ...GroupOption) (*Group, context.Context) {
	g := newGroup(ctx, "Open", callerPC(), opts)
	g.own().owner = &owner{settled: make(chan struct{})}
	g.opened("Open")
	if !g.adopted() {
		g.owner.cleanup = runtime.AddCleanup(g, reportUnclosed, unclosed{g.cfg.name, g.pc, g.sight})
	}
	return g, g.handedOut()
}

// adopted reports whether somebody above will close g.
func (g *Group) adopted() bool {
	switch {
	case g.upTask != nil:
		return g.upTask.adopt(g) || g.upTask.g.adopt(g)
	case g.upGroup != nil:
		return g.upGroup.adopt(g)
	}
	return false
}

type unclosed struct {
	name  string
	pc    uintptr
	sight *sight
}

func reportUnclosed(u unclosed) {
	u.sight.drop()
	slog.LogAttrs(context.Background(), slog.LevelWarn,
		"braid: a group was garbage collected without having been closed",
		slog.String("group", u.name), slog.String("opened", siteOf(u.pc).String()))
}

// Close cancels a group made with [Open], waits until all its tasks have ended,
// and returns its error: nil, or what failed. That Close itself cancelled is no
// failure.
//
// It may be called more than once and by several goroutines: all wait, and all
// get the same error (a panic of a task is raised on each, a Goexit likewise).
// A task that closes its own group could never end: Close then gives, at once,
// an error that matches [ErrDeadlock], and so it does in the group's callbacks
// ([AfterFunc], [OnFailure], [OnStall]). Close panics if the group was not made
// with Open.
func (g *Group) Close() error {
	pc := callerPC()
	return g.leave("Close", func() {
		g.passes(seam.Cancel)
		g.cancel(&Cancellation{by: g.path(), at: time.Now(), pc: pc})
	})
}

// Wait waits until all tasks of a group made with [Open] have ended, and ends
// the group. It returns what [Group.Close] would return and may be mixed with
// it: a Close while others Wait cancels. If tasks were cut short by a
// cancellation from outside, that is the error, as for [Run].
func (g *Group) Wait() error { return g.leave("Wait", nil) }

func (g *Group) leave(caller string, cancel func()) error {
	g.checkMade()
	o := g.owner
	if o == nil {
		panic("braid: " + caller + " is for groups made with Open; Run and Call join theirs")
	}
	if err := g.calledFromWithin(caller); err != nil {
		return err
	}
	if cancel != nil {
		cancel()
	}
	return g.left()
}

// left waits for the end, and gives, raises or exits with it.
func (g *Group) left() error {
	g.settle()
	o := g.owner
	switch {
	case o.raise != nil:
		panic(o.raise)
	case o.exit:
		g.reportLost(o.err)
		runtime.Goexit()
	}
	return o.err
}

// settle joins the group for its owner, whoever comes first doing the work.
func (g *Group) settle() {
	o := g.owner
	g.mu.Lock()
	first := !o.left
	o.left = true
	g.mu.Unlock()
	if first {
		o.err, o.raise, o.exit = g.conclude(g.join())
		o.cleanup.Stop()
		switch {
		case g.upTask != nil:
			g.upTask.disown(g)
			g.upTask.g.disown(g)
		case g.upGroup != nil:
			g.upGroup.disown(g)
		}
		close(o.settled)
	}
	<-o.settled
}

// A task, or a group on behalf of its body, answers for the groups that were
// opened in it. For those that were opened with the context of a body or a task
// that has returned, the group does.

// adopt reports whether t will close child.
func (t *task) adopt(child *Group) bool {
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	if t.ended() {
		return false
	}
	m := t.ext()
	m.children = append(m.children, child)
	t.flags.Or(hasChildren)
	return true
}

func (t *task) disown(child *Group) {
	t.g.mu.Lock()
	defer t.g.mu.Unlock()
	if t.more != nil {
		t.more.children = without(t.more.children, child)
	}
}

func (t *task) closeChildren() error {
	if t.flags.Load()&hasChildren == 0 {
		return nil
	}
	return closeAll(t.g, func() *[]*Group { return &t.more.children })
}

// bequeath leaves to the group what was opened in an ended task after its look for
// that; t.g.mu is held.
//
//go:norace
func (t *task) bequeath() {
	if len(t.more.children) > 0 {
		raceOn() // the runtime tells the detector of a copy, norace or not
		seen(&t.g.mu)
		m := t.g.ext()
		m.children = append(m.children, t.more.children...)
		t.more.children = nil
		published(&t.g.mu)
		raceOff()
		t.g.flags.Or(hasChildren)
	}
}

func (g *Group) adopt(child *Group) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.concluded {
		return false
	}
	m := g.ext()
	m.children = append(m.children, child)
	g.flags.Or(hasChildren)
	return true
}

func (g *Group) disown(child *Group) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.more != nil {
		g.more.children = without(g.more.children, child)
	}
}

func (g *Group) closeChildren() error {
	if g.flags.Load()&hasChildren == 0 {
		return nil
	}
	return closeAll(g, func() *[]*Group { return &g.more.children })
}

func without(groups []*Group, g *Group) []*Group {
	return slices.DeleteFunc(groups, func(x *Group) bool { return x == g })
}

// closeAll closes what was left open in g or one of its tasks, the last first, and
// says so, until nothing new has come meanwhile.
func closeAll(g *Group, children func() *[]*Group) (err error) {
	for {
		g.mu.Lock()
		open := *children()
		*children() = nil
		g.mu.Unlock()
		if len(open) == 0 {
			return err
		}
		for _, child := range slices.Backward(open) {
			err = join(err, child.closeLeftOpen())
		}
	}
}

// closeLeftOpen closes a group that its owner has not closed, and gives that as an
// error, with what has failed in it.
func (g *Group) closeLeftOpen() error {
	o := g.owner
	g.cancel(&Cancellation{by: g.path(), reason: ErrNotClosed, at: time.Now()})
	g.settle()
	err := join(fmt.Errorf("%w: opened at %v", ErrNotClosed, siteOf(g.pc)), o.err)
	if o.raise != nil {
		err = join(err, o.raise)
	}
	if o.exit {
		err = join(err, ErrGoexit)
	}
	return err
}
