package stream

import (
	"context"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/braid-go/braid"
)

// This file runs a parallel stage: its state, and the side of the consumer.
//
// A task, the feeder, takes items from the source and puts them into the ring
// (feed.go). Tasks, the workers, call the function on them (worker.go). The
// consumer, which is the goroutine that ranges over the stream, takes the
// results out in the order of their positions. Nobody holds the mutex while
// anything blocks, and nobody wakes who is awake.

// flow is one run of a stage.
type flow[T, R any] struct {
	*scope
	cfg    *config
	source Stream[T]
	fn     func(ctx context.Context, item T) (R, error)
	pc     uintptr
	procs  int64
	dead   <-chan struct{} // the group's Done

	// Whether items and results have pointers: only then are they taken out of
	// the ring for the sake of the collector.
	pointers struct{ in, out bool }

	ring    atomic.Pointer[ring[T, R]]
	failure error // the source's own; set before ended

	// What one side writes often does not share a cache line with what others
	// read for every item.
	_       [64]byte
	ended   atomic.Bool // the source has nothing more
	stopped atomic.Bool // nothing is started any more
	brisk   atomic.Bool // items take microseconds at most
	hungry  atomic.Bool // one more worker may be started, and none is on its way
	_       [64]byte
	drain   sleeper // the consumer; wants a position's mark
	_       [64]byte
	feeder  sleeper       // the feeder; wants that so many have been delivered
	blocked atomic.Uint32 // or that the item with this mark has been taken
	_       [64]byte
	tail    atomic.Int64 // items put into the ring
	_       [64]byte
	head    atomic.Int64 // results delivered
	_       [64]byte
	tickets atomic.Int64 // results finished, in an unordered stage
	_       [64]byte

	told atomic.Int64 // items whose end the tracker has been told

	mu      sync.Mutex
	next    int64           // the first item that has not been claimed
	left    []uint64        // claims that were handed back
	size    int64           // of a claim
	spread  bool            // claims may have items that their owners have not come to
	running int             // workers that were handed over and have not ended
	looking int             // of these, those that have not looked for an item yet
	workers []*worker[T, R] // all there are
	idle    []*worker[T, R] // of these, those that are not running
}

// steps is how often who has nothing to do lets others go first before it
// sleeps or ends, where items are brisk.
const steps = 4

func newFlow[T, R any](sc *scope, cfg *config, source Stream[T], pc uintptr, fn func(context.Context, T) (R, error)) *flow[T, R] {
	f := &flow[T, R]{scope: sc, cfg: cfg, source: source, fn: fn, pc: pc, size: 1, procs: int64(runtime.GOMAXPROCS(0))}
	f.ring.Store(newRing[T, R](min(cfg.window(), MostAhead), 0, nil, cfg.Unordered))
	f.hungry.Store(true)
	f.dead = sc.ctx.Done()
	f.drain, f.feeder = newSleeper(), newSleeper()
	f.pointers.in, f.pointers.out = pointers(reflect.TypeFor[T]()), pointers(reflect.TypeFor[R]())
	return f
}

// run is the consumer. It yields results, and in the end the error, once all
// have been joined.
func (f *flow[T, R]) run(ctx context.Context, yield func(R, error) bool) {
	defer f.leave()
	done := ctx.Done()
	f.Go(f.feed, sourceName)
	h := f.head.Load()
	for {
		if f.isReady(h) || f.await(done, h) {
			if closed(done) {
				break
			}
			if !yield(f.deliver(h), nil) {
				return
			}
			h++
			continue
		}
		break
	}
	complete := f.ended.Load() && h == f.tail.Load()
	if err := f.finish(ctx, complete, f.failure); err != nil {
		for ; !closed(done) && f.isReady(h); h++ { // what had been started and went well
			if !yield(f.deliver(h), nil) {
				return
			}
		}
		fail(yield, err)
	}
}

// leave is what comes last, however the loop was left.
func (f *flow[T, R]) leave() {
	defer f.account()
	if !f.joined {
		f.stop()
		f.close()
	}
}

// account tells the tracker of items that were never started.
func (f *flow[T, R]) account() {
	if t := f.cfg.track; t != nil {
		if left := f.tail.Load() - f.told.Load(); left > 0 {
			t.Ended(braid.Skipped, int(left))
		}
	}
}

func (f *flow[T, R]) isReady(h int64) bool {
	r := f.ring.Load().of(h)
	return r.ready[uint32(h)&r.mask].Load() == mark(uint32(h))
}

// deliver takes result h out of the ring. The source is told of the room.
func (f *flow[T, R]) deliver(h int64) R {
	r := f.ring.Load().of(h)
	slot := &r.out[uint32(h)&r.mask]
	v := *slot
	if f.pointers.out {
		var none R
		*slot = none
	}
	f.head.Store(h + 1)
	if w := f.feeder.wants.Load(); w != 0 && h+1 >= w {
		f.feeder.wake(w)
	}
	return v
}

// await waits for result h. It gives false if there will be none, or if none is
// to be waited for any more because ctx has died.
func (f *flow[T, R]) await(done <-chan struct{}, h int64) bool {
	for range steps {
		if !f.brisk.Load() {
			break
		}
		runtime.Gosched()
		if f.isReady(h) {
			return true
		}
	}
	for {
		f.drain.wants.Store(int64(mark(uint32(h))))
		switch {
		case f.isReady(h):
			f.drain.wants.Store(0)
			return true
		case f.stopped.Load() || f.ended.Load() && h == f.tail.Load():
			return f.isReady(h)
		}
		f.feeder.stir() // however little room there is for it
		select {
		case <-f.drain.woken:
		case <-done:
			f.stop()
			return false
		}
	}
}

// stop keeps further items from being started, and lets the consumer see to the
// end.
func (f *flow[T, R]) stop() {
	f.stopped.Store(true)
	f.drain.stir()
}
