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
// 15 µs. How long items take is measured; a clock that stands still, as in a
// synctest bubble, makes no claim longer.
//
// Invariant: while there may be an item that has not been started, be it claimed
// or not, and fewer workers than the limit are running, one is on its way that
// has not looked yet. A worker that finds nothing to claim takes from a claim what
// its owner has not come to. So an item that turns out to be slow holds up none
// behind it, unless the limit does.

const (
	claimTime = 15 * time.Microsecond // worth of a claim
	slowItem  = 8 * time.Microsecond  // from here on an item is a task of its own
)

type worker[T, R any] struct {
	seam.Work
	f      *flow[T, R]
	_      [64]byte      // the next word is written for every item, by one worker
	claim  atomic.Uint64 // positions: the next item, and the end of the claim
	looked bool          // guarded by f.mu
	next   int64         // the first item that had not been claimed when w looked
	last   uint32        // position of the last item it has done
	busy   bool          // with an item that was started
	done   int           // items that have succeeded and that the tracker has not been told of
}

func newWorker[T, R any](f *flow[T, R]) *worker[T, R] {
	w := &worker[T, R]{f: f, last: math.MaxUint32}
	w.Call, w.At, w.Ended = w.call, w.at, w.hasEnded
	return w
}

// at gives the item that the worker is at, or has done last, for its name.
func (w *worker[T, R]) at() (uintptr, int) {
	at := uint32(w.claim.Load()>>32) - 1
	return w.f.pc, int(full(w.f.tail.Load(), at))
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
	n := f.tail.Load() - f.next
	if len(f.left) > 0 {
		w.claim.Store(f.left[0])
		f.left = slices.Delete(f.left, 0, 1)
		n = 1
	} else if n > 0 {
		// Leave some for the others: at the end all should end together.
		n = max(1, min(f.size, n/(2*f.procs)))
		f.spread = f.spread || n > 1
		w.claim.Store(uint64(uint32(f.next))<<32 | uint64(uint32(f.next+n)))
		f.next += n
	} else if n = 0; f.spread && f.steal(w) {
		n = 1
	}
	w.next = f.next
	more := f.hire()
	f.mu.Unlock()
	if more != nil {
		seam.Go(f.Group, &more.Work)
	}
	return n > 0
}

// steal gives w the second half of what another has claimed and not come to.
// The mutex is held.
func (f *flow[T, R]) steal(w *worker[T, R]) bool {
	for _, other := range f.workers {
		for other != w {
			claim := other.claim.Load()
			next, end := uint32(claim>>32), uint32(claim)
			left := int32(end - next)
			if left <= 0 {
				break
			}
			half := end - uint32(left+1)/2
			if other.claim.CompareAndSwap(claim, uint64(next)<<32|uint64(half)) {
				w.claim.Store(uint64(half)<<32 | uint64(end))
				return true
			}
		}
	}
	f.spread = false
	return false
}

// handBack leaves item p, which w has taken, and what is left of its claim to
// others.
func (w *worker[T, R]) handBack(p uint32) {
	f := w.f
	f.mu.Lock()
	defer f.mu.Unlock()
	end := uint32(w.claim.Load()) // which nobody but thieves change, who hold the mutex
	w.claimNone()
	f.left = append(f.left, uint64(p)<<32|uint64(end))
}

// claimNone leaves w without a claim, and at the item it has done last.
func (w *worker[T, R]) claimNone() {
	next := w.last + 1
	w.claim.Store(uint64(next)<<32 | uint64(next))
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
	f := w.f
	rings := f.ring.Load()
	unordered, paced := f.cfg.Unordered, f.cfg.Rate != nil
	for {
		claim := w.claim.Add(1 << 32)
		p := uint32(claim>>32) - 1
		if int32(uint32(claim)-p) <= 0 || f.stopped.Load() {
			w.claimNone()
			return true, nil
		}
		if dead := closed(f.dead); dead || !seam.Fresh(ctx) {
			w.handBack(p)
			if dead {
				return false, context.Cause(ctx)
			}
			return false, nil
		}
		r := rings.of(full(w.next, p))
		slot := &r.in[p&r.mask]
		item := *slot
		if f.pointers.in {
			var none T
			*slot = none
		}
		if unordered {
			m := mark(p)
			r.taken[p&r.mask].Store(m)
			if f.blocked.Load() == m {
				f.feeder.stir()
			}
		}
		w.busy = true
		if paced {
			if err := f.cfg.pace(ctx); err != nil {
				return false, err
			}
		}
		out, err := f.fn(ctx, item)
		if err != nil {
			return false, err
		}
		w.busy, w.last = false, p
		w.done++
		if sharing {
			seam.Relabel(ctx)
		}
		if unordered {
			ticket := f.tickets.Add(1) - 1
			// Who finished enough items for this ticket has seen its ring.
			r, p = f.ring.Load().of(ticket), uint32(ticket)
		}
		r.out[p&r.mask] = out
		m := mark(p)
		r.ready[p&r.mask].Store(m)
		if f.drain.wants.Load() == int64(m) {
			f.drain.wake(int64(m))
		}
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
