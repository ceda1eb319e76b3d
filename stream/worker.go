package stream

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file holds the workers of a parallel stage.
//
// A worker claims items and calls the function on them, one after the other. As
// a rule a claim is one item and the worker a task of its own. Where items take
// a few microseconds at most, that would cost more than the items do: there a
// worker goes on with the next claim, and a claim is as many items as take some
// 40 µs. How long items take is measured; a clock that stands still, as in a
// synctest bubble, makes no claim longer.
//
// Invariant: while there may be an item that has not been started, be it claimed
// or not, and fewer workers than the limit are running, one is on its way that
// has not looked yet. A worker that finds nothing to claim takes from a claim what
// its owner has not come to. So an item that turns out to be slow holds up none
// behind it, unless the limit does. Where there is always something to claim, as
// an unordered stage may have, it looks now and then for claims that lag behind.

const (
	claimTime = 40 * time.Microsecond // worth of a claim
	slowItem  = 8 * time.Microsecond  // from here on an item is a task of its own

	auditEvery = 512 // items after which claims from before the last such look are helped out
)

type worker[T, R any] struct {
	seam.Work
	f      *flow[T, R]
	block  atomic.Pointer[block[T, R]] // what it has claimed; written with the flow's mutex held
	last   atomic.Int64                // position of the item it has done last, or -1 while one of the block is the one it is at
	looked bool                        // guarded by f.mu
	busy   bool                        // with an item that was started
	done   int                         // items that have succeeded and that the tracker has not been told of
}

func newWorker[T, R any](f *flow[T, R]) *worker[T, R] {
	w := &worker[T, R]{f: f}
	w.Call, w.At, w.Ended = w.call, w.at, w.hasEnded
	return w
}

// at gives the item that the worker is at, or has done last, for its name.
func (w *worker[T, R]) at() (uintptr, int) {
	p := w.last.Load()
	if b := w.block.Load(); p < 0 && b != nil {
		p = b.first.Load() + int64(b.word.Load()>>32) - 1
	}
	return w.f.pc, int(p)
}

// start hands a worker over if there is an item for it and none is on its way.
func (f *flow[T, R]) start() {
	f.mu.Lock()
	w := f.hire()
	f.mu.Unlock()
	if w != nil {
		seam.Go(f.Group, &w.Work)
	}
}

// hire gives the worker to be started so that the invariant holds, or nil. The
// mutex is held.
func (f *flow[T, R]) hire() (w *worker[T, R]) {
	if f.running < f.cfg.Limit && f.looking == 0 {
		f.setHungry(true) // before the look at tail; the feeder does it the other way round
		if (f.next < f.tail.Load() || len(f.left) > 0 || f.spread) && !f.stopped.Load() {
			if n := len(f.idle); n > 0 {
				w, f.idle = f.idle[n-1], f.idle[:n-1]
			} else {
				w = newWorker(f)
				f.workers = append(f.workers, w)
			}
			w.looked = false
			f.running++
			f.looking++
		}
	}
	f.setHungry(f.running < f.cfg.Limit && f.looking == 0)
	return w
}

// setHungry writes only what is new: the feeder reads it for every item.
func (f *flow[T, R]) setHungry(hungry bool) {
	if f.hungry.Load() != hungry {
		f.hungry.Store(hungry)
	}
}

// look claims items for w, and reports whether there were any.
func (f *flow[T, R]) look(w *worker[T, R]) bool {
	f.mu.Lock()
	if !w.looked {
		w.looked = true
		f.looking--
	}
	b := f.claim(w)
	if b != nil {
		if f.cfg.Unordered && len(b.in) > 1 {
			b.listed = true
			f.opened = append(f.opened, b)
		}
		w.block.Store(b)
	}
	more := f.hire()
	f.mu.Unlock()
	if more != nil {
		seam.Go(f.Group, &more.Work)
	}
	return b != nil
}

// claim finds items for w, or gives nil. The mutex is held.
func (f *flow[T, R]) claim(w *worker[T, R]) *block[T, R] {
	if len(f.left) > 0 {
		b := f.left[0]
		f.left = slices.Delete(f.left, 0, 1)
		f.spread = f.spread || len(b.in) > 1
		return b
	}
	n := f.tail.Load() - f.next
	if f.spread && n > 0 && f.next >= f.audit {
		if b := f.steal(w, f.audited); b != nil {
			return b
		}
		f.audited, f.audit = f.next, f.next+auditEvery
	}
	if n == 0 {
		if !f.spread {
			return nil
		}
		b := f.steal(w, math.MaxInt64)
		f.spread = b != nil
		return b
	}
	// Leave some for the others: at the end all should end together.
	n = max(1, min(f.size, n/(2*f.procs)))
	f.spread = f.spread || n > 1
	b := f.blockFor(f.next, int(n))
	f.queue.move(b.in, f.next, n, f.pointers.in)
	f.next += n
	if f.last != nil {
		f.last.following, f.last = b, b
	}
	return b
}

// blockFor gives a block for n items. The mutex is held.
func (f *flow[T, R]) blockFor(first int64, n int) (b *block[T, R]) {
	if last := len(f.free) - 1; last >= 0 {
		b, f.free[last], f.free = f.free[last], nil, f.free[:last]
	} else {
		b = new(block[T, R])
	}
	b.reset(first, n)
	return b
}

// steal gives w the second half of what another has claimed and not come to, if
// that begins before the position given. The mutex is held.
func (f *flow[T, R]) steal(w *worker[T, R], before int64) *block[T, R] {
	for _, other := range f.workers {
		b := other.block.Load()
		for other != w && b != nil && b.first.Load() < before {
			word := b.word.Load()
			taken, end := uint32(word>>32), uint32(word)
			if taken >= end {
				break
			}
			if half := taken + (end-taken)/2; b.cut(word, half) {
				return f.split(b, half, end)
			}
		}
	}
	return nil
}

// split moves items of b that have been cut off it to a block of their own. The
// mutex is held.
func (f *flow[T, R]) split(b *block[T, R], from, to uint32) *block[T, R] {
	rest := f.blockFor(b.first.Load()+int64(from), int(to-from))
	copy(rest.in, b.in[from:to])
	if f.pointers.in {
		clear(b.in[from:to])
	}
	if f.last != nil {
		rest.following, b.following = b.following, rest
		if f.last == b {
			f.last = rest
		}
	}
	return rest
}

// handBack leaves item i of b, which w has taken, and what is left of its claim
// to others.
func (w *worker[T, R]) handBack(b *block[T, R], i uint32) {
	f := w.f
	f.mu.Lock()
	defer f.mu.Unlock()
	end := uint32(b.word.Load()) // which nobody but thieves change, who hold the mutex
	f.left = append(f.left, f.split(b, i, end))
	if f.cfg.Unordered && !b.listed {
		f.filled = append(f.filled, b)
	}
	b.word.Store(uint64(i+1)<<32 | uint64(i)) // from here on it is the consumer's
}

// call is the task.
func (w *worker[T, R]) call(ctx context.Context) error {
	f := w.f
	for f.look(w) || f.linger(w) {
		began := time.Now()
		more, err := w.work(ctx)
		if err != nil {
			f.stop()
			return err
		}
		if !f.measure(time.Since(began), w.done) || !more {
			return nil
		}
		w.tell(braid.Succeeded, w.done)
		w.done = 0
		runtime.Gosched() // source and consumer wait for a processor, perhaps
	}
	return nil
}

// linger lets others go first a few times, since brisk items are mostly followed
// by more. Meanwhile w counts as one that has not looked yet.
func (f *flow[T, R]) linger(w *worker[T, R]) bool {
	for range steps {
		if !f.brisk.Load() || f.ended.Load() || f.stopped.Load() {
			return false
		}
		f.mu.Lock()
		if f.looking > 0 {
			f.mu.Unlock()
			return false
		}
		f.looking++
		w.looked = false
		f.setHungry(false)
		f.mu.Unlock()
		runtime.Gosched()
		if f.look(w) {
			return true
		}
	}
	return false
}

// measure learns from n items that took d, and reports whether the worker is to
// go on.
func (f *flow[T, R]) measure(d time.Duration, n int) bool {
	if !sharing || f.cfg.Rate != nil || f.stopped.Load() {
		return false
	}
	each := d / time.Duration(max(n, 1))
	brisk := d > 0 && each < slowItem
	if f.brisk.Load() != brisk {
		f.brisk.Store(brisk)
	}
	f.mu.Lock()
	if brisk {
		f.size = min(2*f.size, max(1, int64(claimTime/max(each, 1))))
	} else {
		f.size = 1
	}
	f.mu.Unlock()
	return brisk
}

// work does what has been claimed. It gives false if the task is not to go on.
func (w *worker[T, R]) work(ctx context.Context) (bool, error) {
	f, b := w.f, w.block.Load()
	first, in, out, listed := b.first.Load(), b.in, b.out, b.listed
	unordered, paced := f.cfg.Unordered, f.cfg.Rate != nil
	for i := uint32(0); ; i++ {
		over := i >= uint32(b.word.Add(oneTaken)) // and the item before is finished
		if over && unordered && !listed {
			f.mu.Lock()
			f.filled = append(f.filled, b)
			f.mu.Unlock()
		}
		if i > 0 || over { // if all were stolen, the consumer may wait for word that it can go on to the thief's
			if want := f.drain.wants.Load(); want != 0 && (unordered || want == first+max(int64(i), 1)) {
				f.drain.wake(want)
			}
		}
		if over || f.stopped.Load() {
			if i > 0 {
				w.last.Store(first + int64(i) - 1)
			}
			return true, nil
		}
		if verdict := seam.Again(ctx); verdict != seam.Fresh {
			if i > 0 {
				w.last.Store(first + int64(i) - 1)
			}
			w.handBack(b, i)
			if verdict == seam.Dead {
				return false, context.Cause(ctx)
			}
			return false, nil
		}
		if i == 0 {
			w.last.Store(-1)
		}
		item := in[i]
		if f.pointers.in {
			var none T
			in[i] = none
		}
		w.busy = true
		if paced {
			if err := f.cfg.pace(ctx); err != nil {
				return false, err
			}
		}
		result, err := f.fn(ctx, item)
		if err != nil {
			return false, err
		}
		w.busy = false
		w.done++
		out[i] = result
	}
}

// hasEnded is called when the task is over, however it ended.
func (w *worker[T, R]) hasEnded(state uint32) {
	f := w.f
	w.tell(braid.Succeeded, w.done)
	w.done = 0
	if s := braid.State(state); s != braid.Succeeded {
		f.stop()
		if w.busy {
			w.tell(s, 1)
		}
	}
	f.mu.Lock()
	if !w.looked {
		f.looking--
	}
	f.running--
	f.idle = append(f.idle, w)
	next := f.hire()
	f.mu.Unlock()
	if next != nil {
		seam.Go(f.Group, &next.Work)
	}
}

// tell tells the tracker how n items ended.
func (w *worker[T, R]) tell(s braid.State, n int) {
	if t := w.f.cfg.track; t != nil && n > 0 {
		t.Ended(s, n)
		w.f.told.Add(int64(n))
	}
}
