package lateadd

import "sync"

type tree struct{ kids []*tree }

type sizer struct {
	wg sync.WaitGroup
}

func (s *sizer) size(root *tree) {
	s.visit(root)
	s.wg.Wait()
}

func (s *sizer) visit(t *tree) {
	s.wg.Add(1) // want `Add runs in the goroutine that it counts`
	defer s.wg.Done()
	for _, kid := range t.kids {
		go s.visit(kid)
	}
}

func (s *sizer) sizeCounted(root *tree) {
	s.wg.Add(1)
	s.visitCounted(root)
	s.wg.Wait()
}

func (s *sizer) visitCounted(t *tree) {
	defer s.wg.Done()
	for _, kid := range t.kids {
		s.wg.Add(1)
		go s.visitCounted(kid)
	}
}

type selfPool struct{ wg sync.WaitGroup }

func (p *selfPool) loop(depth int, work func() int) {
	defer p.wg.Done()
	for range depth {
		n := work()
		p.wg.Add(1)
		n++
		n *= 2
		n--
		work()
		go p.loop(n, work)
	}
}
