package recovered

import (
	"context"
	"fmt"
	"log"
	"sync"

	"golang.org/x/sync/errgroup"
)

func f() error { return nil }

func inTask(g *errgroup.Group) {
	g.Go(func() error {
		defer func() {
			if r := recover(); r != nil { // want `after this recover the function returns nil`
				log.Println(r)
			}
		}()
		return f()
	})
}

func inFunction() error {
	defer func() {
		recover() // want `after this recover the function returns nil`
	}()
	return f()
}

func named() (err error) {
	defer func() {
		if r := recover(); r != nil { // want `after this recover the function returns nil`
			fmt.Println("panic", r)
		}
	}()
	return f()
}

func value() (int, error) {
	defer func() { _ = recover() }() // want `after this recover`
	return 1, f()
}

func inGoroutine(wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer func() { recover() }() // want `what was recovered is dropped`
		f()
	}()
}

func withContext(ctx context.Context) {
	defer func() {
		if r := recover(); r != nil { // want `what was recovered is dropped`
		}
	}()
	f()
}

func inGroup(wg *sync.WaitGroup) {
	wg.Go(func() {
		defer func() {
			if recover() != nil { // want `what was recovered is dropped`
				return
			}
		}()
		f()
	})
}

// What follows is fine.

func set() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return f()
}

func again() error {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
			panic(r)
		}
	}()
	return f()
}

func sent(errs chan<- any) error {
	defer func() {
		if r := recover(); r != nil {
			errs <- r
		}
	}()
	return f()
}

func handed(report func(any)) error {
	defer func() {
		if r := recover(); r != nil {
			report(r)
		}
	}()
	return f()
}

func kept() (n int) {
	defer func() {
		if recover() != nil {
			n = 1
		}
	}()
	f()
	return 0
}

func logs(wg *sync.WaitGroup) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				log.Println(r)
			}
		}()
		f()
	}()
}

func outside() {
	defer func() { recover() }()
	f()
}

func ends() error {
	defer func() {
		if r := recover(); r != nil {
			log.Panicln(r)
		}
	}()
	return f()
}

type s struct{ err any }

func (s *s) stored() error {
	defer func() { s.err = recover() }()
	return f()
}

func notDeferred() error {
	recover()
	return f()
}
