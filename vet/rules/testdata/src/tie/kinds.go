package tie

import (
	"context"
	"net"
)

func answer() int { return 42 }

func promise(done chan bool) int {
	ch := make(chan int, 1)
	go func() { ch <- answer() }() // want `a promise: braid.Fork`
	select {
	case n := <-ch:
		return n
	case <-done:
		return 0
	}
}

func watchdog(ctx context.Context, c net.Conn, done chan struct{}) {
	go func() { // want `a watchdog: context.AfterFunc`
		select {
		case <-ctx.Done():
			c.Close()
		case <-done:
		}
	}()
	go func() { // want `a watchdog: context.AfterFunc`
		<-ctx.Done()
		c.Close()
	}()
}

type server struct{ l net.Listener }

func newServer(l net.Listener) *server {
	s := &server{l}
	go s.serve() // want `this goroutine belongs to server, which has a Close`
	return s
}

func (s *server) serve() {
	for {
		c, err := s.l.Accept()
		if err != nil {
			return
		}
		go c.Close() // want `this goroutine belongs to server, which has a Close`
	}
}

func (s *server) Close() error { return s.l.Close() }

func loose(in chan int) {
	go func() { // want `nothing here waits for this goroutine`
		for n := range in {
			use(n)
		}
	}()
	go work() // want `nothing here waits for this goroutine`
}

// A goroutine that the function that starts it hears of belongs to no object.

func (s *server) load(lines func(yield func(string) bool)) (n int) {
	decoded := make(chan string, 10)
	go func() { // want `hears of it over decoded`
		defer close(decoded)
		for line := range lines {
			decoded <- line
		}
	}()
	for range decoded {
		n++
	}
	return n
}

func each(hosts []string, ask func(string, chan<- error)) (err error) {
	errs := make(chan error)
	for _, host := range hosts {
		go ask(host, errs) // want `hears of it over errs`
	}
	for range hosts {
		if e := <-errs; e != nil {
			err = e
		}
	}
	return err
}

// One whose function is a method belongs to that object.

func dedupe(l net.Listener) *server {
	s := &server{l}
	go s.serve() // want `this goroutine belongs to server, which has a Close`
	return s
}

type holder struct{ s *server }

func (h *holder) enable() {
	go h.s.serve() // want `this goroutine belongs to server, which has a Close`
}

func ending(s *server) {
	go s.Close() // want `nothing here waits for this goroutine`
}
