// Objects whose Stop cancels and waits: they get a group.
package main

import (
	"context"
	"fmt"
	"sync"
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
