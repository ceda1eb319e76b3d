package odd

import (
	"context"
	"sync"
)

// circle has two loops that call each other for ever.
type circle struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newCircle(ctx context.Context) *circle {
	s := &circle{}
	ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Go(func() { s.there(ctx) })
	return s
}

func (s *circle) there(ctx context.Context) { s.back(ctx) }
func (s *circle) back(ctx context.Context)  { s.there(ctx) }

func (s *circle) Stop() {
	s.cancel()
	s.wg.Wait()
}
