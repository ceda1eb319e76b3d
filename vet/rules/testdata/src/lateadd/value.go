package lateadd

import "sync"

// Functions that are started by another name.

type crew struct{ jobs chan int }

func (c *crew) toil(wg *sync.WaitGroup) {
	wg.Add(1) // want `Add runs in the goroutine that it counts \(line 18 starts it\)`
	defer wg.Done()
	do()
}

func (c *crew) byMethodValue() {
	var wg sync.WaitGroup
	toil := c.toil
	go toil(&wg)
	wg.Wait()
}

func digger(wg *sync.WaitGroup) {
	wg.Add(1) // want `Add runs in the goroutine`
	defer wg.Done()
	do()
}

func byFunctionValue() {
	var wg sync.WaitGroup
	dig := digger
	go dig(&wg)
	wg.Wait()
}

func carrier(wg *sync.WaitGroup) {
	wg.Add(1) // want `Add runs in the goroutine that it counts \(line 43 starts it\)`
	defer wg.Done()
	do()
}

func byLiteral(done chan<- struct{}) {
	var wg sync.WaitGroup
	go func() {
		defer close(done)
		carrier(&wg)
	}()
	wg.Wait()
}

// Left alone.

func counted(wg *sync.WaitGroup) {
	defer wg.Done()
	do()
}

func byValueOK(c *crew) {
	var wg sync.WaitGroup
	wg.Add(2)
	dig, toil := counted, counted
	go dig(&wg)
	go toil(&wg)
	wg.Wait()
}

func nested(wg *sync.WaitGroup) {
	wg.Add(1)
	defer wg.Done()
	do()
}

// What runs the function is itself counted, or does more.
func byCounted() {
	var wg sync.WaitGroup
	wg.Go(func() { nested(&wg) })
	wg.Add(1)
	go func() {
		defer wg.Done()
		nested(&wg)
	}()
	wg.Wait()
}

func bySteps(next func() bool) {
	var wg sync.WaitGroup
	go func() {
		for next() {
			nested(&wg)
		}
	}()
	wg.Wait()
}

// Somebody else waits.
func (s *served) start() {
	go func() { s.serve() }()
}

type served struct{ wg sync.WaitGroup }

func (s *served) serve() {
	s.wg.Add(1)
	defer s.wg.Done()
	do()
}

// One of several functions.
func either(first bool) {
	var wg sync.WaitGroup
	work := counted
	if first {
		work = nested
	}
	wg.Add(1)
	go work(&wg)
	wg.Wait()
}
