package endless

import "sync"

// Workers that sync.Once starts are there for the life of the program.

type dispatcher struct {
	once sync.Once
	in   chan func()
}

func (d *dispatcher) serve(f func()) {
	d.once.Do(func() {
		work := make(chan func(), 4)
		for range 2 {
			go func() {
				for f := range work {
					f()
				}
			}()
		}
		in := make(chan func())
		go func() {
			for f := range in { // the dispatcher's own
				work <- f
			}
		}()
		d.in = in
	})
	d.in <- f
}
