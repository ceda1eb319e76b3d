package noctx

import (
	"context"
	"sync"
)

// What only looks waits for nothing; its twin waits until there is something. What is known to wait is told of.

type info struct{ name string }

func (i *info) clone() *info { other := *i; return &other }

type keeper struct {
	mu      sync.Mutex
	primary *info
	changed chan struct{}
}

func (s *keeper) isPrimary() bool { return s.primary == nil }

func (s *keeper) PrimaryInfo() (bool, *info) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isPrimary(), s.primary.clone()
}

func (s *keeper) PrimaryInfoWithContext(ctx context.Context) (bool, *info) {
	for ctx.Err() == nil {
		if ok, i := s.PrimaryInfo(); i != nil {
			return ok, i
		}
		select {
		case <-s.changed:
		case <-ctx.Done():
		}
	}
	return false, nil
}

func (s *keeper) Next() *info {
	<-s.changed
	return s.primary
}

func (s *keeper) NextContext(ctx context.Context) *info {
	select {
	case <-s.changed:
	case <-ctx.Done():
	}
	return s.primary
}

func promote(ctx context.Context, s *keeper) string {
	_, i := s.PrimaryInfo()
	i = s.Next() // want `Next does not know ctx`
	return i.name
}
