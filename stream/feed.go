package stream

import (
	"context"
	"time"

	"github.com/braid-go/braid"
)

// This file holds the feeder of a parallel stage, which takes items from the
// source. It asks for the next only when there is room for it, so what has been
// taken and not been delivered is bounded by the window.
//
// The window grows where items pass in no time, source, function and consumer
// together: sleeping and waking after every few of them would cost more than
// they do. It is measured each time the window is full. The queue grows when it
// is full and the window is not. While the window is larger than it has to be,
// the consumer tells of what it has delivered only now and then.

// MostAhead is how many items a stage takes ahead at most, unless [Ahead] says
// more, and only where they pass in microseconds.
const MostAhead = 4096

const (
	quickPass = 2 * time.Microsecond // an item for which the window grows
	slowPass  = 5 * time.Microsecond // an item for which it does not stay large
)

var sourceName = braid.Name("source")

// feed is the task.
func (f *flow[T, R]) feed(ctx context.Context) error {
	defer f.drain.stir() // panics and Goexits of the source included
	all := false
	defer func() {
		if !all {
			f.stopped.Store(true)
		}
	}()
	all, err := f.take(ctx)
	if all {
		f.ended.Store(true)
	}
	return err
}

// take reports whether the source is at its end.
func (f *flow[T, R]) take(ctx context.Context) (all bool, err error) {
	var (
		t      = f.tail.Load() // items taken
		items  = f.queue.items
		mask   = f.queue.mask
		free   = t + mask + 1 // up to here there is room in the queue
		base   = f.cfg.window()
		window = base
		room   = min(t+window, free) // up to here there is some in both
		since  = time.Now()          // the window was full last
		passed = t
	)
	for item, err := range f.source(ctx) {
		if err != nil {
			if ctx.Err() != nil {
				return false, err // which may be no more than the cancellation
			}
			f.failure = err
			return true, nil
		}
		items[t&mask] = item
		if f.cfg.track != nil {
			f.cfg.track.Added(1)
		}
		t++
		f.tail.Store(t)
		if f.hungry.Load() {
			f.start()
		}
		if f.stopped.Load() {
			return false, nil
		}
		if t < room {
			continue
		}
		head := f.head.Load()
		if t >= head+window {
			if !f.cfg.fixed() {
				now := time.Now()
				if each := now.Sub(since) / time.Duration(t-passed); each >= slowPass || now == since {
					window = base
				} else if each < quickPass && sharing {
					window = max(base, min(4*window, MostAhead))
				}
				since, passed = now, t
				f.slack.Store((window - base) / 8)
			}
			least := t - window + 1
			want := least
			if f.brisk.Load() {
				want = max(least, t-window/2)
			}
			if !f.awaitRoom(ctx, least, want) {
				return false, context.Cause(ctx)
			}
			head = f.head.Load()
		}
		if t >= free {
			items, mask, free = f.makeRoom(t, window)
		}
		room = min(head+window, free)
	}
	if ctx.Err() != nil { // that may be why it ended
		return false, context.Cause(ctx)
	}
	return true, nil
}

// awaitRoom waits until so many results have been delivered as are wanted, or
// at least as many as are needed if the consumer waits in turn. It gives false
// if nobody takes any more.
func (f *flow[T, R]) awaitRoom(ctx context.Context, least, want int64) bool {
	for f.head.Load() < want {
		f.feeder.wants.Store(want)
		if h := f.head.Load(); h >= want || h >= least && f.drain.wants.Load() != 0 {
			f.feeder.wants.Store(0)
			return true
		}
		select {
		case <-f.feeder.woken:
			if f.head.Load() >= least {
				return true
			}
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// makeRoom finds room in the queue, or makes it larger, when t items have been
// put into it. It gives where to put further ones, and how far that goes.
func (f *flow[T, R]) makeRoom(t, window int64) (items []T, mask, free int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if size := f.queue.mask + 1; t-f.next == size {
		q := newQueue[T](min(4*size, window))
		for p := f.next; p < t; p++ {
			q.items[p&q.mask] = f.queue.items[p&f.queue.mask]
		}
		f.queue = q
	}
	return f.queue.items, f.queue.mask, f.next + f.queue.mask + 1
}
