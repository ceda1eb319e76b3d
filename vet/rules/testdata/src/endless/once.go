// Goroutines for the life of the program.

package endless

import "sync"

type cacher struct{ tasks chan int }

func newCacher() *cacher {
	c := &cacher{tasks: make(chan int)}
	go c.loop()
	return c
}

func (c *cacher) loop() {
	for range c.tasks {
	}
}

var theCacher = sync.OnceValue(func() *cacher { return newCacher() })

type other struct{ tasks chan int }

func newOther() *other {
	o := &other{tasks: make(chan int)}
	go o.loop() // want `nothing in this package closes it`
	return o
}

func (o *other) loop() {
	for range o.tasks {
	}
}

func useOther() { newOther().tasks <- 1 }
