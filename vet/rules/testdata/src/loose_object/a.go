package loose

import "context"

type server struct{}

func (s *server) Close() error { return nil }

func (s *server) refresh(ctx context.Context) {
	go func() { // want `object with a Close`
		<-s.do(ctx)
	}()
}

func (s *server) do(ctx context.Context) chan int { return nil }

type value struct{}

func (v *value) refresh() {
	go v.refresh()
}
