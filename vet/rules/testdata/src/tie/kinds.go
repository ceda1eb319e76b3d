package tie

import (
	"context"
	"net"
	"sync"
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

// One that ends within the function that starts it belongs to no object either.

type watcher struct {
	events, errors chan int
	asked          chan question
}

type question struct {
	n       int
	answers chan int
}

func (w *watcher) Close() error { return nil }

func (w *watcher) drain() {
	done := make(chan struct{})
	defer close(done)
	go func() { // want `ends it by closing done`
		for {
			select {
			case <-w.events:
			case <-w.errors:
			case <-done:
				return
			}
		}
	}()
	w.Close()
}

func (w *watcher) execute(ctx context.Context) int {
	heard, enough := context.WithCancel(ctx)
	first := make(chan int, 1)
	go func() { // want `ends it with heard`
		for {
			select {
			case <-heard.Done():
				return
			case n := <-w.events:
				select {
				case <-heard.Done():
				case first <- n:
					return
				}
			}
		}
	}()
	defer enough()
	select {
	case <-ctx.Done():
		return 0
	case n := <-w.errors:
		return n
	}
}

func (w *watcher) askAll(list []int) (sum int) {
	answers := make(chan int)
	var all []question
	for _, n := range list {
		all = append(all, question{n, answers})
	}
	go func() { // want `ends it by waiting for what comes of all`
		for _, q := range all {
			w.asked <- q
		}
	}()
	for i := 0; i < len(all); i++ {
		answer := <-answers
		sum += answer
	}
	return sum
}

// These go on: the channel is the object's, the context the caller's, and nobody waits for as many answers.
func (w *watcher) start(ctx context.Context, all []question) {
	go func() { // want `this goroutine belongs to watcher, which has a Close`
		for {
			select {
			case n := <-w.events:
				use(n)
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() { // want `this goroutine belongs to watcher, which has a Close`
		for _, q := range all {
			w.asked <- q
		}
	}()
	for range all {
		use(0)
	}
}

// An object's end may have any name: it closes what the goroutine waits for, or waits for what that counts down.

type output struct {
	stop chan struct{}
	wg   sync.WaitGroup
}

func (o *output) periodically(f func()) {
	o.wg.Add(1)
	go func() { // want `this goroutine belongs to output, which has a StopWithTestError`
		defer o.wg.Done()
		for {
			select {
			case <-o.stop:
				return
			default:
				f()
			}
		}
	}()
}

func (o *output) alone() {
	go use(1) // want `nothing here waits for this goroutine`
}

func (o *output) StopWithTestError(error) error {
	close(o.stop)
	o.wg.Wait()
	return nil
}
