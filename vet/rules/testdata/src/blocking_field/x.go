package blocking_field

import "context"

type server struct{ ch chan int }

func (s *server) sends(ctx context.Context) {
	s.ch <- 1 // want `this send on ch ignores ctx`
}

func (s *server) noContext() { s.ch <- 1 }

func (s *server) selects(ctx context.Context) {
	select {
	case s.ch <- 1:
	case <-ctx.Done():
	}
}
