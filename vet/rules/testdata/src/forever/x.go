package forever

import (
	"context"
	"sync"
	"time"
)

// Found: channels.

func madeInPlace() {
	go func() {
		<-make(chan int) // want `nobody else has this channel: this waits for ever`
	}()
	for range make(chan int) { // want `nobody else has this channel`
	}
	make(chan int) <- 1 // want `nobody else has this channel`
}

func neverSet(ctx context.Context) {
	var ch chan int
	go func() { ch <- 1 }() // want `ch is never set, and nil: this waits for ever`
	select {
	case <-ch:
	case <-ctx.Done():
	}
	<-(chan int)(nil) // want `a nil channel: this waits for ever`
}

// Found: counts.

func noDone() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { time.Sleep(time.Second) }()
	wg.Wait() // want `nobody calls wg.Done: this waits for ever`
}

func noDoneElsewhere() {
	wg := &sync.WaitGroup{}
	wg.Add(2)
	go func() {
		wg.Wait() // want `nobody calls wg.Done`
	}()
}

func noSignal() {
	cond := sync.NewCond(&sync.Mutex{})
	cond.L.Lock()
	cond.Wait() // want `nobody signals cond: this waits for ever`
	cond.L.Unlock()
}

// Found: locks.

func twice() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock() // want `mu is held since line \d+`
}

func readThenWrite(mu *sync.RWMutex, do func() error) error {
	mu.RLock()
	defer mu.RUnlock()
	if err := do(); err != nil {
		return err
	}
	return nil
}

func readAndWrite(mu *sync.RWMutex, n map[int]int) {
	mu.RLock()
	if n[0] == 0 {
		mu.Lock() // want `mu is held since line \d+`
		n[0] = 1
		mu.Unlock()
	}
	mu.RUnlock()
}

func writeInOther() {
	mu := sync.RWMutex{}
	mu.Lock()
	go func() {
		mu.RLock() // want `mu is taken more than once, and nobody gives it back`
	}()
}

type cache struct {
	sync.RWMutex
	mu    sync.Mutex
	other sync.Mutex
	items map[string]int
	next  *cache
}

func (c *cache) get(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.items[key]
}

func (c *cache) through(key string) int {
	n := len(key)
	return n + c.get(key)
}

func (c *cache) double(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log()
	return 2 * c.get(key) // want `get takes c.mu, which is held since line \d+`
}

func (c *cache) triple(key string) int {
	c.mu.Lock()
	n := 3 * c.through(key) // want `through takes c.mu, which is held since line \d+`
	c.mu.Unlock()
	return n
}

func (c *cache) log() {}

func (c *cache) embedded() {
	c.Lock()
	defer c.Unlock()
	c.RLock() // want `c.RWMutex is held since line \d+`
}

func (c *cache) onEachWay(fast bool) {
	if fast {
		c.mu.Lock()
	} else {
		time.Sleep(time.Second)
		c.mu.Lock()
	}
	c.mu.Lock() // want `c.mu is held since line \d+`
}

func beforeAnybody(fail func() error) <-chan error {
	errc := make(chan error)
	if err := fail(); err != nil {
		errc <- err // want `nobody else has errc yet: this waits for ever`
		return errc
	}
	go func() { errc <- nil }()
	return errc
}
