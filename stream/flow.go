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
// A task, the feeder, takes items from the source and puts them into a queue
// (feed.go). Tasks, the workers, claim blocks of them and call the function on
// each (worker.go, block.go). The consumer, which is the goroutine that ranges
// over the stream, takes the results out of the blocks (cursor.go). Nobody holds
// the mutex while anything blocks, and nobody wakes who is awake.

// flow is one run of a stage.
type flow[T, R any] struct {
	*scope
	cfg    *config
	source Stream[T]
	fn     func(ctx context.Context, item T) (R, error)
	pc     uintptr
	procs  int64

	// Whether items and results have pointers: only then are they taken out of
	// the blocks for the sake of the collector.
	pointers struct{ in, out bool }

	failure error // the source's own; set before ended
	cursor  cursor[T, R]

	// What one side writes often does not share a cache line with what others
	// read for every item.
	_       [64]byte
	ended   atomic.Bool  // the source has nothing more
	stopped atomic.Bool  // nothing is started any more
	brisk   atomic.Bool  // items take microseconds at most
	hungry  atomic.Bool  // one more worker may be started, and none is on its way
	slack   atomic.Int64 // of so many results the feeder need not be told
	_       [64]byte
	drain   sleeper // the consumer; wants the result with this number, from 1, or in an unordered stage any
	_       [64]byte
	feeder  sleeper // the feeder; wants that so many have been delivered
	_       [64]byte
	tail    atomic.Int64 // items put into the queue
	_       [64]byte
	head    atomic.Int64 // results delivered, as far as the feeder knows
	_       [64]byte

	told atomic.Int64 // items whose end the tracker has been told

	mu      sync.Mutex
	queue   queue[T]
	next    int64           // the first item that has not been claimed
	last    *block[T, R]    // the end of the chain
	left    []*block[T, R]  // claims that were handed back
	free    []*block[T, R]  // to be used again
	opened  []*block[T, R]  // the consumer has yet to hear of these,
	filled  []*block[T, R]  // and of these that they are finished
	size    int64           // of a claim
	audit   int64           // at this item one looks for claims that began
	audited int64           // before this one
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
	f.queue = newQueue[T](min(cfg.window(), MostAhead))
	if !cfg.Unordered {
		f.last = new(block[T, R])
		f.last.word.Store(oneTaken) // of none
		f.cursor.block = f.last
	}
	f.hungry.Store(true)
	f.drain, f.feeder = newSleeper(), newSleeper()
	f.pointers.in, f.pointers.out = pointers(reflect.TypeFor[T]()), pointers(reflect.TypeFor[R]())
	return f
}

// run is the consumer. It yields results, and in the end the error, once all
// have been joined.
func (f *flow[T, R]) run(ctx context.Context, yield func(R, error) bool) {
	defer f.leave()
	done := ctx.Done()
	prepare(f.ctx)
	f.Go(f.feed, sourceName)
	for f.isReady() || f.await(done) {
		if done != nil && ctx.Err() != nil {
			break
		}
		if !yield(f.deliver(), nil) {
			return
		}
	}
	complete := f.ended.Load() && f.cursor.delivered == f.tail.Load()
	if err := f.finish(ctx, complete, f.failure); err != nil {
		for ctx.Err() == nil && f.isReady() { // what had been started and went well
			if !yield(f.deliver(), nil) {
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

// await waits for the next result. It gives false if there will be none, or if
// none is to be waited for any more because ctx has died.
func (f *flow[T, R]) await(done <-chan struct{}) bool {
	f.show()
	for range steps {
		if !f.brisk.Load() {
			break
		}
		for range 8 { // each look takes the worker a cache line that it writes
			runtime.Gosched()
		}
		if f.isReady() {
			return true
		}
	}
	for {
		f.drain.wants.Store(f.cursor.delivered + 1)
		switch {
		case f.isReady():
			f.drain.wants.Store(0)
			return true
		case f.stopped.Load() || f.ended.Load() && f.cursor.delivered == f.tail.Load():
			return f.isReady()
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
