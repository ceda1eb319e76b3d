package stream

import (
	"context"
	"sync"
	"sync/atomic"
)

// This file holds the queue between tasks that have results and the consumer
// that takes them one by one.
//
// The consumer takes all there are at once into a batch of its own, so that it
// meets the others at the mutex once a batch. What is in the batch counts until
// it is delivered: invariant, who has put something in goes on only when fewer
// than most have not been delivered. So each who puts holds back its source, and
// no more than most, and one for each that puts but the first, are ever held.

type pipe[T any] struct {
	most int64
	held atomic.Int64 // put in and not delivered

	waiting atomic.Bool // somebody waits for room
	left    atomic.Bool // nobody takes any more

	mu      sync.Mutex
	items   []T
	asleep  bool            // the consumer sleeps
	ended   bool            // nothing more will come
	all     bool            // the sources came to their end, or failed with failure
	failure error           // a source's own
	room    []chan struct{} // of those who wait for it, in the order in which they came

	woken chan struct{}
	batch []T // the consumer's
	at    int
}

func newPipe[T any](most int64) *pipe[T] {
	return &pipe[T]{most: most, woken: make(chan struct{}, 1)}
}

// put adds an item. It does not wait.
func (p *pipe[T]) put(item T) {
	p.mu.Lock()
	if p.left.Load() {
		p.mu.Unlock()
		return
	}
	p.items = append(p.items, item)
	p.held.Add(1)
	p.wake()
	p.mu.Unlock()
}

// wake wakes the consumer. The mutex is held.
func (p *pipe[T]) wake() {
	if p.asleep {
		p.asleep = false
		p.woken <- struct{}{}
	}
}

// awaitRoom waits until there is room for an item. It gives false if ctx dies
// first, or if nobody takes any more.
func (p *pipe[T]) awaitRoom(ctx context.Context) bool {
	if p.held.Load() < p.most {
		return !p.left.Load()
	}
	var woken chan struct{}
	for {
		p.mu.Lock()
		p.waiting.Store(true) // before the look at held; the consumer does it the other way round
		if left := p.left.Load(); left || p.held.Load() < p.most {
			p.waiting.Store(len(p.room) > 0)
			p.mu.Unlock()
			return !left
		}
		if woken == nil {
			woken = make(chan struct{}, 1)
		}
		p.room = append(p.room, woken)
		p.mu.Unlock()
		select {
		case <-woken:
		case <-ctx.Done():
			return false
		}
	}
}

// send is put and awaitRoom.
func (p *pipe[T]) send(ctx context.Context, item T) bool {
	p.put(item)
	return p.awaitRoom(ctx)
}

// end says that nothing more will come: all there was, and then failure; or,
// where all is false, that something was cut short. The first word counts.
func (p *pipe[T]) end(all bool, failure error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.ended, p.all, p.failure = true, all, failure
		p.wake()
	}
}

// next waits for the next item and delivers it. It gives false at the end, or
// if ctx dies first.
func (p *pipe[T]) next(ctx context.Context) (item T, ok bool) {
	if item, ok = p.take(ctx); ok {
		p.delivered()
	}
	return item, ok
}

// take is next for an item that has yet to be delivered.
func (p *pipe[T]) take(ctx context.Context) (item T, ok bool) {
	for p.at == len(p.batch) {
		p.mu.Lock()
		p.at = 0
		p.batch, p.items = p.items, p.batch[:0]
		if len(p.batch) > 0 {
			p.mu.Unlock()
			break
		}
		if p.ended {
			p.mu.Unlock()
			return item, false
		}
		p.asleep = true
		p.mu.Unlock()
		select {
		case <-p.woken:
		case <-ctx.Done():
			p.mu.Lock()
			if !p.asleep { // too late, it has been woken
				<-p.woken
			}
			p.asleep = false
			p.mu.Unlock()
			return item, false
		}
	}
	var none T
	item, p.batch[p.at] = p.batch[p.at], none
	p.at++
	return item, true
}

// delivered makes room for another item.
func (p *pipe[T]) delivered() {
	p.held.Add(-1)
	if p.waiting.Load() {
		p.mu.Lock()
		if len(p.room) > 0 {
			p.room[0] <- struct{}{}
			p.room = p.room[1:]
		}
		p.waiting.Store(len(p.room) > 0)
		p.mu.Unlock()
	}
}

// complete reports whether everything has been delivered, and what the sources
// failed with.
func (p *pipe[T]) complete() (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended && p.all && len(p.items) == 0 && p.at == len(p.batch), p.failure
}

// reason gives what the sources failed with, to whoever asks.
func (p *pipe[T]) reason() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failure
}

// leave says that nobody takes any more. Any goroutine may call it; the batch is
// left to the consumer.
func (p *pipe[T]) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left.Store(true)
	p.items = nil
	for _, woken := range p.room {
		woken <- struct{}{}
	}
	p.room = nil
}

// feed is a task that puts what source yields into the pipe, and ends it.
func (p *pipe[T]) feed(ctx context.Context, source Stream[T]) error {
	all := false
	var failure error
	defer func() { p.end(all, failure) }()
	all, failure, err := pump(ctx, source, func(item T) bool { return p.send(ctx, item) })
	return err
}

// pump hands what source yields to put, until that gives false or the end. It
// reports whether the source came to its end, or failed with failure; err is
// what cut it short.
func pump[T any](ctx context.Context, source Stream[T], put func(T) bool) (all bool, failure, err error) {
	for item, err := range source(ctx) {
		if err != nil {
			if ctx.Err() != nil { // it may be no more than the cancellation
				return false, nil, err
			}
			return true, err, nil
		}
		if !put(item) {
			return false, nil, context.Cause(ctx)
		}
	}
	if ctx.Err() != nil { // that may be why it ended
		return false, nil, context.Cause(ctx)
	}
	return true, nil, nil
}
