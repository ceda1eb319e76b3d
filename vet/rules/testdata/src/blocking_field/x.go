package blocking_field

import "context"

type server struct {
	ch    chan int
	ready chan struct{}
	done  chan struct{}
}

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

func (s *server) waits(ctx context.Context) {
	<-s.ready // want `this receive on ready ignores ctx`
}

func (s *server) joins(ctx context.Context) {
	<-s.done
}
