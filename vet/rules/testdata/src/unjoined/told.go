// Groups that nobody waits for, of which a channel tells the end.

package unjoined

import "sync"

type scanner struct {
	wg       sync.WaitGroup
	quit     chan struct{}
	shutdown chan struct{}
}

func (s *scanner) Start() {
	s.wg.Add(1)
	go s.run()
}

func (s *scanner) run() {
	defer close(s.shutdown)
	<-s.quit
}

func (s *scanner) Stop() {
	close(s.quit)
	<-s.shutdown
}

type asked struct {
	wg   sync.WaitGroup
	done chan struct{}
}

func (a *asked) start(work func()) {
	a.wg.Go(func() {
		defer func() {
			close(a.done)
		}()
		work()
	})
}

func (a *asked) Done() <-chan struct{} { return a.done }

type counted struct {
	wg   sync.WaitGroup
	out  chan int
	quit chan struct{}
}

func (c *counted) start(work func() int) {
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		for range 10 {
			c.out <- work()
		}
		close(c.out)
	}()
}

func (c *counted) sum() (n int) {
	for v := range c.out {
		n += v
	}
	return n
}

type unheard struct {
	wg       sync.WaitGroup
	quit     chan struct{}
	shutdown chan struct{}
}

func (u *unheard) start() {
	u.wg.Add(1) // want `wg is never waited for in this package`
	go u.run()
}

func (u *unheard) run() {
	defer close(u.shutdown)
	<-u.quit
}

type halfTold struct {
	wg   sync.WaitGroup
	done chan struct{}
}

func (h *halfTold) start(work func()) {
	h.wg.Add(2) // want `wg is never waited for in this package`
	go func() {
		defer h.wg.Done()
		defer close(h.done)
		work()
	}()
	go func() {
		defer h.wg.Done()
		work()
	}()
}

func (h *halfTold) stop() { <-h.done }

type toldEarly struct {
	wg   sync.WaitGroup
	done chan struct{}
}

func (t *toldEarly) start(work func() error) {
	t.wg.Go(func() { // want `wg is never waited for in this package`
		if work() != nil {
			return
		}
		close(t.done)
	})
}

func (t *toldEarly) stop() { <-t.done }
