package forever

import (
	"errors"
	"net"
	"sync"
	"time"
)

type proxy struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	conns map[string]net.Conn
	n     int
}

func (p *proxy) early(key string) error {
	p.mu.Lock()
	if p.conns[key] == nil {
		return errors.New("none") // want `p.mu, taken at line 18, is not given back on this way`
	}
	p.n++
	p.mu.Unlock()
	return nil
}

func (p *proxy) reads(key string) int {
	p.rw.RLock()
	c := p.conns[key]
	if c == nil {
		return 0 // want `p.rw, taken at line 28, is not given back`
	}
	n := p.n
	p.rw.RUnlock()
	return n
}

func (p *proxy) run() {
	for {
		p.mu.Lock()
		c, err := net.Dial("udp", ":0")
		if err != nil {
			continue // want `p.mu, taken at line 40, is not given back`
		}
		p.conns["x"] = c
		p.mu.Unlock()
	}
}

func (p *proxy) later(gone bool) {
	time.AfterFunc(time.Second, func() {
		p.mu.Lock()
		if gone {
			return // want `p.mu, taken at line 52, is not given back`
		}
		p.n--
		p.mu.Unlock()
	})
}

func table(keys []string) (n int) {
	var mu sync.Mutex
	for _, key := range keys {
		mu.Lock()
		if key == "" {
			return n // want `mu, taken at line 64, is not given back`
		}
		n++
		mu.Unlock()
	}
	return n
}

// Those give it back on every way, or are not to.

func (p *proxy) fine(key string) error {
	p.mu.Lock()
	if p.conns[key] == nil {
		p.mu.Unlock()
		return errors.New("none")
	}
	p.mu.Unlock()
	return nil
}

func (p *proxy) deferred(key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns[key] == nil {
		p.mu.Unlock()
		p.mu.Lock()
		return errors.New("none")
	}
	return nil
}

func (p *proxy) byAnother(key string) error {
	p.mu.Lock()
	if p.conns[key] == nil {
		p.done()
		return errors.New("none")
	}
	p.mu.Unlock()
	return nil
}

func (p *proxy) done() { p.mu.Unlock() }

func (p *proxy) inReturn(key string) error {
	p.mu.Lock()
	if p.conns[key] == nil {
		return p.fail()
	}
	p.mu.Unlock()
	return nil
}

func (p *proxy) fail() error {
	p.mu.Unlock()
	return errors.New("none")
}

// lockIfThere leaves the lock to its caller.
func (p *proxy) lockIfThere(key string) bool {
	p.mu.Lock()
	if p.conns[key] != nil {
		return true
	}
	p.mu.Unlock()
	return false
}

// find gives a connection, and keeps p.mu locked then.
func (p *proxy) find(key string) net.Conn {
	p.mu.Lock()
	if c := p.conns[key]; c != nil {
		return c
	}
	p.mu.Unlock()
	return nil
}

func (p *proxy) gives(key string) (net.Conn, func()) {
	p.mu.Lock()
	if c := p.conns[key]; c != nil {
		return c, p.mu.Unlock
	}
	p.mu.Unlock()
	return nil, func() {}
}

func (p *proxy) gives2(key string) (net.Conn, func()) {
	p.mu.Lock()
	c := p.conns[key]
	if c == nil {
		p.mu.Unlock()
		return nil, nil
	}
	return c, func() { p.mu.Unlock() }
}

func (p *proxy) commented(key string) net.Conn {
	p.mu.Lock()
	if c := p.conns[key]; c != nil {
		// Who gets it gives the lock back.
		return c
	}
	p.mu.Unlock()
	return nil
}

func (p *proxy) sometimes(safe bool) int {
	if safe {
		p.mu.Lock()
	}
	n := p.n
	if n == 0 {
		return 1
	}
	if safe {
		p.mu.Unlock()
	}
	return n
}

func (p *proxy) waits(c *sync.Cond) int {
	c.L.Lock()
	for p.n == 0 {
		c.Wait()
	}
	n := p.n
	c.L.Unlock()
	return n
}

func (p *proxy) rounds(keys []string) {
	p.mu.Lock()
	for _, key := range keys {
		if key == "" {
			continue
		}
		p.n++
	}
	p.mu.Unlock()
	for _, key := range keys {
		if key == "" {
			p.mu.Lock()
			p.n++
			p.mu.Unlock()
			continue
		}
		p.mu.Lock()
		p.n--
		p.mu.Unlock()
	}
}

func (p *proxy) handsOver(keys []string) {
	for range keys {
		p.mu.Lock()
		if p.n > 1 {
			go p.done()
			continue
		}
		p.mu.Unlock()
	}
}

// What follows a lock that cannot be taken is never reached.

func (p *proxy) stop(gone bool) {
	p.mu.Lock()
	if gone {
		p.mu.Lock() // want `p.mu is held since line 232`
		return
	}
	p.n = 0
	p.mu.Unlock()
}
