package forever

import (
	"context"
	"sync"
)

// Not found.

func blockForever() { <-make(chan struct{}) }

func init() {
	if false {
		<-make(chan struct{})
	}
}

func empty() { select {} }

func freeze() func() { return func() { <-make(chan struct{}) } }

func buffered() { make(chan int, 1) <- 1 }

func switchedOff(ctx context.Context, in chan int) {
	var out chan int
	for {
		select {
		case <-in:
			out = in
		case out <- 1:
			out = nil
		case <-ctx.Done():
			return
		}
	}
}

func setElsewhere(make func() chan int) {
	var ch chan int
	set := func() { ch = make() }
	set()
	<-ch
}

func byAddress(set func(*chan int)) {
	var ch chan int
	set(&ch)
	<-ch
}

func doneElsewhere(start func(*sync.WaitGroup)) {
	var wg sync.WaitGroup
	wg.Add(1)
	start(&wg)
	wg.Wait()
}

func countedDown() {
	var wg sync.WaitGroup
	wg.Add(1)
	go wg.Add(-1)
	wg.Wait()
}

func methodValue(start func(func())) {
	var wg sync.WaitGroup
	wg.Add(1)
	start(wg.Done)
	wg.Wait()
}

func signalled() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	go cond.Broadcast()
	mu.Lock()
	cond.Wait()
	mu.Unlock()
}

func inOrder(a, b *sync.Mutex) {
	a.Lock()
	b.Lock()
	b.Unlock()
	a.Unlock()
	a.Lock()
	a.Unlock()
}

func perhaps(mu *sync.Mutex, held bool) {
	if !held {
		mu.Lock()
	}
	if held {
		mu.Lock()
	}
	mu.Unlock()
}

func readTwice(mu *sync.RWMutex) {
	mu.RLock()
	mu.RLock()
	mu.RUnlock()
	mu.RUnlock()
}

func inLoop(mu *sync.Mutex, n int) {
	for range n {
		mu.Lock()
		n++
		mu.Unlock()
	}
}

func otherOne(list []*sync.Mutex) {
	for _, mu := range list {
		mu.Lock()
	}
	for _, mu := range list {
		mu.Unlock()
	}
}

func walk(c *cache) {
	for c != nil {
		c.mu.Lock()
		next := c.next
		if next != nil {
			next.mu.Lock()
			next.mu.Unlock()
		}
		c.mu.Unlock()
		c = next
	}
}

func handOverHand(c *cache) {
	c.mu.Lock()
	for c.next != nil {
		c.next.mu.Lock()
		last := c
		c = c.next
		last.mu.Unlock()
	}
	c.mu.Unlock()
}

func (c *cache) unlocked(key string) int {
	c.mu.Lock()
	c.release()
	return c.get(key)
}

func (c *cache) release() { c.mu.Unlock() }

func (c *cache) byValue(unlock func()) int {
	c.mu.Lock()
	unlock()
	return c.get("a")
}

func (c *cache) anotherLock() int {
	c.other.Lock()
	defer c.other.Unlock()
	return c.get("a")
}

func (c *cache) ofAnother() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.next.get("a")
}

func (c *cache) sometimes(locked bool) int {
	if !locked {
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	return c.items["a"]
}

func (c *cache) callsSometimes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sometimes(true)
}

func (c *cache) inGoroutine() {
	c.mu.Lock()
	defer c.mu.Unlock()
	go c.get("a")
	defer func() { _ = len(c.items) }()
	f := func() int { return c.get("a") }
	_ = f
}

func given(start func(chan int)) int {
	ch := make(chan int)
	start(ch)
	return <-ch
}

func inOneOf(start bool) int {
	ch := make(chan int)
	if start {
		go func() { ch <- 1 }()
	}
	return <-ch
}

func withRoom() int {
	ch := make(chan int, 1)
	ch <- 1
	return <-ch
}
