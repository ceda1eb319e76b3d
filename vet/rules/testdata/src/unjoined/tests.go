package unjoined

import "sync"

type controller struct {
	// for testing purposes
	wg sync.WaitGroup

	n int

	other sync.WaitGroup
}

func (c *controller) start(f func()) {
	c.wg.Add(1)
	go func() {
		defer c.wg.Done()
		f()
	}()
	c.other.Add(1) // want `other is never waited for in this package`
	go func() {
		defer c.other.Done()
		f()
	}()
}
