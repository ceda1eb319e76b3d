// Objects whose Stop cancels and waits: they get a group.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

func main() {
	p := NewPoller(context.Background())
	p.Start(context.Background())
	fmt.Println(<-p.out)
	p.Stop()
	fmt.Println("stopped", p.ended)
	q := NewQueue(context.Background())
	q.in <- 3
	fmt.Println(<-q.out)
	q.Close()
	fmt.Println("closed", q.ended)
	others(context.Background())
}

// Poller starts in a method.
type Poller struct {
	out    chan int
	ended  bool
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func NewPoller(ctx context.Context) *Poller { return &Poller{out: make(chan int)} }

func (p *Poller) Start(ctx context.Context) {
	ctx, p.cancel = context.WithCancel(ctx) // want `the goroutines of Poller are a group that belongs to it: braid.Open`
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		p.ended = p.run(ctx)
	}()
}

func (p *Poller) run(ctx context.Context) bool {
	for i := 0; ; i++ {
		select {
		case p.out <- i:
		case <-ctx.Done():
			return true
		}
	}
}

func (p *Poller) Stop() {
	p.cancel()
	p.wg.Wait()
}

// Queue starts when it is made, one task by its name.
type Queue struct {
	in, out chan int
	ended   bool
	wg      sync.WaitGroup
	cancel  context.CancelFunc
}

func NewQueue(ctx context.Context) *Queue {
	q := &Queue{in: make(chan int), out: make(chan int)}
	ctx, q.cancel = context.WithCancel(ctx) // want `the goroutines of Queue are a group that belongs to it: braid.Open`
	q.wg.Go(func() {
		q.loop(ctx)
		q.ended = true
	})
	return q
}

func (q *Queue) loop(ctx context.Context) {
	for {
		select {
		case n := <-q.in:
			select {
			case q.out <- n * n:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// Close may be called more than once.
func (q *Queue) Close() error {
	q.cancel()
	q.wg.Wait()
	return nil
}

// Objects whose goroutines are not surely one group stay as they are, but for the last two.
func others(ctx context.Context) {
	a := &flusher{done: make(chan struct{})}
	a.Start(ctx)
	a.Stop()
	b := &twice{}
	b.Start(ctx)
	b.Start(ctx)
	b.Stop()
	fmt.Println(b.n)
	c := &parent{kids: []*parent{{}}}
	c.Start(ctx)
	c.Stop()
	for _, kid := range c.kids {
		kid.wg.Wait()
	}
	d := &caller{}
	d.Start(ctx)
	d.on()
	d.Stop()
	e := &valued{}
	e.Start(ctx)
	e.Stop()
	f := &outer{group: "own"}
	f.Start(ctx)
	f.Stop()
	fmt.Println(f.group)
	for range 100 {
		g := &brief{}
		g.Start(ctx)
		if g.Stop(); g.left == "" {
			fmt.Println("nothing is left behind")
		}
	}
	h := &guarded{got: make(chan any, 1)}
	h.Start(ctx)
	h.Start(ctx)
	fmt.Println(<-h.got)
	h.Stop()
	j := &tracer{got: make(chan any, 1)}
	j.Start(ctx)
	fmt.Println(<-j.got)
	j.Stop()
}

// What a task leaves behind does not depend on when its object is stopped; who only waits has nothing to leave.
type brief struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	out    chan int
	left   string
}

func (s *brief) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx) // want `the goroutines of brief are a group that belongs to it: braid.Open`
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				s.out <- 1
			}
		}
	}()
	s.wg.Go(func() { s.loop(ctx) })
	s.wg.Go(func() {
		s.loop(ctx)
		s.left = "flushed"
	})
}

func (s *brief) loop(ctx context.Context) {
	for {
		select {
		case n := <-s.out:
			fmt.Println(n)
		case <-ctx.Done():
			return
		}
	}
}

func (s *brief) Stop() {
	s.cancel()
	s.wg.Wait()
}

// In a context that is dead already no task would start, and Stop would wait for done.
type flusher struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	done   chan struct{}
}

func (s *flusher) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Add(1)
	go func() { // want `a watchdog`
		defer s.wg.Done()
		<-ctx.Done()
		close(s.done)
	}()
}

func (s *flusher) Stop() {
	s.cancel()
	s.wg.Wait()
	<-s.done
}

// Stop waits for the tasks of both.
type twice struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	n      int
}

func (s *twice) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Go(func() {
		_ = ctx
		s.mu.Lock()
		defer s.mu.Unlock()
		s.n++
	})
}

func (s *twice) Stop() {
	s.cancel()
	s.wg.Wait()
}

// The groups of others.
type parent struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	kids   []*parent
}

func (s *parent) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Go(func() { <-ctx.Done() })
	for _, s := range s.kids {
		s.wg.Go(func() { <-ctx.Done() })
	}
}

func (s *parent) Stop() {
	s.cancel()
	s.wg.Wait()
}

// A task is started at any time.
type caller struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	on     func()
}

func (s *caller) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.on = func() {
		s.wg.Go(func() {
			<-ctx.Done()
			fmt.Println("event")
		})
	}
}

func (s *caller) Stop() {
	s.cancel()
	s.wg.Wait()
}

type key struct{}

// Its tasks' context is another one.
type valued struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func (s *valued) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	ctx = context.WithValue(ctx, key{}, "v")
	s.wg.Go(func() {
		<-ctx.Done()
		fmt.Println(ctx.Value(key{}))
	})
}

func (s *valued) Stop() {
	s.cancel()
	s.wg.Wait()
}

// The name of the group is taken where this is embedded.
type inner struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

type outer struct {
	inner
	group string
}

func (s *outer) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Go(func() { <-ctx.Done() })
}

func (s *outer) Stop() {
	s.cancel()
	s.wg.Wait()
}

// This one starts once.
type guarded struct {
	got     chan any
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	started bool
}

func (s *guarded) Start(ctx context.Context) {
	if s.started {
		return
	}
	s.started = true
	ctx, s.cancel = context.WithCancel(ctx) // want `the goroutines of guarded are a group that belongs to it: braid.Open`
	s.wg.Go(func() { s.got <- ctx.Value(key{}) })
}

func (s *guarded) Stop() {
	s.cancel()
	s.wg.Wait()
}

// The task declares its context anew.
type tracer struct {
	got    chan any
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func (s *tracer) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx) // want `the goroutines of tracer are a group that belongs to it: braid.Open`
	s.wg.Go(func() {
		ctx := context.WithValue(ctx, key{}, "v")
		s.got <- ctx.Value(key{})
		<-ctx.Done()
	})
}

func (s *tracer) Stop() {
	s.cancel()
	s.wg.Wait()
}
