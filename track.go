package braid

import "github.com/braid-go/braid/internal/option"

// This file tells a tracker how a group's work goes.

// A Tracker is told how many tasks a group was handed and how they ended.
// *progress.Progress of package progress is one. Its methods are called from
// many goroutines at once, a task's end before the group's; they must neither
// block nor panic.
type Tracker interface {
	// Added tells that n more tasks or items were handed over; 0, if a [Map] or
	// [Each] has none at all.
	Added(n int)
	// Ended tells that n of them ended in state s. One that is handed to a group
	// that has ended counts as Skipped.
	Ended(s State, n int)
}

type trackOption struct{ Tracker }

// Track tells t of each task of the group, or of each item of a stream.
// [Background] tasks and the functions of [Group.Defer] do not count. It panics if t is nil.
func Track(t Tracker) FlowOption {
	if t == nil {
		panic("braid: Track called with a nil tracker")
	}
	return trackOption{t}
}

func (o trackOption) applyToGroup(c *groupConfig) {
	once(&c.seen, seenTrack, "Track")
	c.track = o.Tracker
}

// ApplyToStream is for package stream.
func (o trackOption) ApplyToStream(c *option.Stream) {
	once(&c.Seen, option.SeenTrack, "Track")
	c.Track = o.Tracker
}

// trackAdded comes before the task can end.
func (g *Group) trackAdded(t *task) {
	if g.cfg.track != nil && t.counts() {
		g.cfg.track.Added(1)
	}
}

// trackEnded tells those who count, and the owner of work (see seam.go).
func (g *Group) trackEnded(t *task) {
	if t == nil {
		return
	}
	if !g.plain {
		t.happens(EventEnded)
	}
	g.counted(t)
}

// refused ends a task that a group which has ended does not take: who counts is
// told, and who observes the group is not, since that is over.
func (g *Group) refused(t *task) error {
	t.phase.Store(uint32(Skipped))
	g.counted(t)
	return ErrClosed
}

// counted tells those who count that t has ended.
func (g *Group) counted(t *task) {
	switch r := t.run.(type) {
	case *work:
		r.Ended(t.phase.Load())
	case *share:
		r.ended(State(t.phase.Load()))
	}
	if g.plain {
		return
	}
	if g.cfg.feed != nil {
		g.cfg.feed.ended()
	}
	if g.cfg.track != nil && t.counts() {
		g.cfg.track.Ended(State(t.phase.Load()), 1)
	}
}

// counts tells whether t is work: no background task, no cleanup function, and
// no share of a slice, whose items count instead.
func (t *task) counts() bool {
	return !t.background() && t.opts != deferConfig && (t.opts == nil || t.opts.at == nil)
}
