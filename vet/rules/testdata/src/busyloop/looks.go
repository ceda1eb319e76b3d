package busyloop

import (
	"context"
	"sync"
	"sync/atomic"
)

type server struct {
	mu    sync.Mutex
	n     int
	up    atomic.Bool
	ready func() bool
	next  func() bool
	ch    chan int
}

func (s *server) isUp() bool { return s.up.Load() }

func (s *server) isEmpty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n == 0
}

func (s *server) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n--
	return s.n > 0
}

func (s *server) received() bool { return <-s.ch > 0 }

func (s *server) waitUp(ctx context.Context) {
	for !s.isUp() { // want `this loop burns a processor until what it looks at changes`
	}
}

func (s *server) waitEmpty(ctx context.Context) error {
	for { // want `this loop burns a processor until what it looks at changes`
		if s.isEmpty() {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (s *server) waitEmptyOrEnd(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		default: // want `with this default the loop never blocks`
		}
		if s.isEmpty() {
			return nil
		}
	}
}

func (s *server) waitReady() {
	for !s.ready() { // want `this loop burns a processor until what it looks at changes`
	}
}

// They work, or wait.
func (s *server) takes() {
	for s.take() {
	}
	for s.received() {
	}
	for s.next() {
	}
}

// It works between two looks.
func (s *server) serves(f func()) {
	for !s.isEmpty() {
		f()
	}
}
