package b

import (
	"context"
	"net"
	"slices"
	"sync"
)

type sorter struct {
	wg sync.WaitGroup
}

// partition puts what is smaller than the pivot before it and tells where that is.
func partition(a []int) int {
	pivot, p := a[len(a)-1], 0
	for i, v := range a[:len(a)-1] {
		if v < pivot {
			a[i], a[p] = a[p], a[i]
			p++
		}
	}
	a[p], a[len(a)-1] = a[len(a)-1], a[p]
	return p
}

// want-rule (b): the new goroutine counts itself in, maybe after the Wait is over
func (s *sorter) sort(a []int, depth int) {
	s.wg.Add(1)
	defer s.wg.Done()
	if depth == 0 || len(a) < 1024 {
		slices.Sort(a)
		return
	}
	p := partition(a)
	go s.sort(a[:p], depth-1)
	s.sort(a[p+1:], depth-1)
}

func parallelSort(a []int) {
	var s sorter
	s.sort(a, 4)
	s.wg.Wait()
}

// fine: both halves are counted before they begin
func (s *sorter) sortOK(a []int, depth int) {
	defer s.wg.Done()
	if depth == 0 || len(a) < 1024 {
		slices.Sort(a)
		return
	}
	p := partition(a)
	s.wg.Add(2)
	go s.sortOK(a[:p], depth-1)
	s.sortOK(a[p+1:], depth-1)
}

func parallelSortOK(a []int) {
	var s sorter
	s.wg.Add(1)
	s.sortOK(a, 4)
	s.wg.Wait()
}

// want-rule (b): the function of AfterFunc leaves a goroutine behind that nothing waits for
func (f *front) serve(ctx context.Context, ln net.Listener, accept func(net.Listener) error) error {
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		go f.kickIdle()
		ln.Close()
	})
	defer func() {
		if !stop() {
			<-closed
		}
	}()
	return accept(ln)
}

// fine: it kicks them itself, and is waited for
func (f *front) serveOK(ctx context.Context, ln net.Listener, accept func(net.Listener) error) error {
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		ln.Close()
		f.kickIdle()
	})
	defer func() {
		if !stop() {
			<-closed
		}
	}()
	return accept(ln)
}
