package stranded_field

import "context"

type server struct {
	asks  chan int // its receiver leaves with the context
	jobs  chan int // its receivers go on until it is closed
	roomy chan int
	given chan int
	quit  chan struct{}
}

func newServer(ctx context.Context, given chan int) *server {
	s := &server{asks: make(chan int), jobs: make(chan int), roomy: make(chan int, 8), given: given, quit: make(chan struct{})}
	go s.loop(ctx)
	go s.work()
	return s
}

func (s *server) loop(ctx context.Context) {
	for {
		select {
		case n := <-s.asks:
			println(n)
		case n := <-s.roomy:
			println(n)
		case n := <-s.given:
			println(n)
		case <-ctx.Done():
			return
		}
	}
}

func (s *server) work() {
	for job := range s.jobs {
		println(job)
	}
}

func (s *server) ask(n int) {
	s.asks <- n // want `all who receive from asks may have left`
}

func (s *server) askOrQuit(n int) {
	select {
	case s.asks <- n:
	case <-s.quit:
	}
}

func (s *server) try(n int) {
	select {
	case s.asks <- n:
	default:
	}
}

func (s *server) put(n int)   { s.jobs <- n }
func (s *server) room(n int)  { s.roomy <- n }
func (s *server) other(n int) { s.given <- n }

// One of two receivers stays.

type both struct {
	in   chan int
	quit chan struct{}
}

func newBoth() *both {
	b := &both{in: make(chan int), quit: make(chan struct{})}
	go func() {
		for {
			select {
			case <-b.in:
			case <-b.quit:
				return
			}
		}
	}()
	go func() {
		for range b.in {
		}
	}()
	return b
}

func (b *both) send(n int) { b.in <- n }
