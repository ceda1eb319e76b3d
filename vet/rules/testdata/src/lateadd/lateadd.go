package lateadd

import "sync"

func do() {}

// Found.

func literal() {
	var wg sync.WaitGroup
	for range 4 {
		go func() {
			wg.Add(1) // want `Add runs in the goroutine that it counts \(line 12 starts it\)`
			defer wg.Done()
			do()
		}()
	}
	wg.Wait()
}

func notFirst() {
	var wg sync.WaitGroup
	go func() {
		do()
		wg.Add(1) // want `Add runs in the goroutine`
		do()
		wg.Done()
	}()
	wg.Wait()
}

func worker(wg *sync.WaitGroup) {
	wg.Add(1) // want `Add runs in the goroutine`
	defer wg.Done()
	do()
}

func named() {
	var wg sync.WaitGroup
	go worker(&wg)
	wg.Wait()
}

func argument() {
	var wg sync.WaitGroup
	go func(g *sync.WaitGroup) {
		g.Add(1) // want `Add runs in the goroutine`
		defer func() {
			do()
			g.Done()
		}()
	}(&wg)
	wg.Wait()
}

type pool struct{ wg sync.WaitGroup }

func (p *pool) run() {
	p.wg.Add(1) // want `Add runs in the goroutine`
	defer p.wg.Done()
	do()
}

func (p *pool) start() {
	for range 4 {
		go p.run()
	}
}

func (p *pool) stop() { p.wg.Wait() }

func further() {
	var wg sync.WaitGroup
	go func() {
		wg.Add(1) // want `Add runs in the goroutine`
		go func() {
			defer wg.Done()
			do()
		}()
	}()
	wg.Wait()
}

// Left alone.

func before() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		do()
	}()
	wg.Wait()
}

func countedAddsOthers(jobs []func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for _, job := range jobs {
			wg.Add(1)
			go func() {
				defer wg.Done()
				job()
			}()
		}
	}()
	wg.Wait()
}

func ofItsOwn() {
	go func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			do()
		}()
		wg.Wait()
	}()
}

func done(wg *sync.WaitGroup) {
	defer wg.Done()
	do()
}

func namedBefore() {
	var wg sync.WaitGroup
	wg.Add(1)
	go done(&wg)
	wg.Wait()
}

type server struct{ wg sync.WaitGroup }

func (s *server) loop() {
	defer s.wg.Done()
	for range 4 {
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			do()
		}()
	}
}

func (s *server) start() {
	s.wg.Add(1)
	go s.loop()
}

func (s *server) Close() { s.wg.Wait() }

// Called, not started.
func (s *server) serve() {
	s.wg.Add(1)
	defer s.wg.Done()
	do()
}

func (s *server) Serve() { s.serve() }

func (s *server) accept() {
	go func() {
		for {
			s.wg.Add(1) // counts what follows, not itself
			go func() {
				defer s.wg.Done()
				do()
			}()
		}
	}()
}

func groupGo() {
	var wg sync.WaitGroup
	wg.Go(func() {
		wg.Add(1)
		defer wg.Done()
		do()
	})
	wg.Wait()
}

func variable(n int) {
	var wg sync.WaitGroup
	run := func() {
		wg.Add(1) // want `Add runs in the goroutine that it counts`
		defer wg.Done()
	}
	for range n {
		go run()
	}
	wg.Wait()
}

func variableOK(n int) {
	var wg sync.WaitGroup
	run := func() {
		defer wg.Done()
	}
	for range n {
		wg.Add(1)
		go run()
	}
	wg.Wait()
}

type embeds struct {
	sync.WaitGroup
	n int
}

func (e *embeds) one() {
	e.Add(1) // want `Add runs in the goroutine that it counts`
	defer e.Done()
	do()
}

func (e *embeds) all() {
	for range e.n {
		go e.one()
	}
	e.Wait()
}

func (e *embeds) counted() {
	defer e.Done()
	do()
}

func (e *embeds) allCounted() {
	e.Add(e.n)
	for range e.n {
		go e.counted()
	}
	e.Wait()
}
