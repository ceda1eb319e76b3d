package unjoined

import "sync"

func hears(work func() error, feed func(chan<- int)) error {
	var wg sync.WaitGroup
	in, done := make(chan int), make(chan error)
	wg.Go(func() {
		for range in {
			_ = work()
		}
		done <- work()
	})
	feed(in)
	close(in)
	return <-done
}

func hearsClosed(work func()) {
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Add(1)
	go func() {
		defer wg.Done()
		work()
		close(done)
	}()
	<-done
}

func hearsTooEarly(work func() error) error {
	var wg sync.WaitGroup
	done := make(chan error, 1)
	wg.Go(func() { // want `wg is never waited for`
		done <- work()
		_ = work()
	})
	return <-done
}

func hearsOne(work func() error) error {
	var wg sync.WaitGroup
	done := make(chan error, 1)
	wg.Go(func() { done <- work() }) // want `wg is never waited for`
	wg.Go(func() { _ = work() })
	return <-done
}

func hearsPerhaps(work func() error, stop <-chan struct{}) error {
	var wg sync.WaitGroup
	done := make(chan error, 1)
	wg.Go(func() { done <- work() }) // want `wg is never waited for`
	select {
	case err := <-done:
		return err
	case <-stop:
		return nil
	}
}

func hearsNobody(work func() error) {
	var wg sync.WaitGroup
	done := make(chan error, 1)
	wg.Go(func() { done <- work() }) // want `wg is never waited for`
}

func hearsFirst(work []func() error) error {
	var wg sync.WaitGroup
	done := make(chan error, len(work))
	for _, w := range work {
		wg.Go(func() { done <- w() }) // want `wg is never waited for`
	}
	return <-done
}

func hearsIf(work func() error, now bool) error {
	var wg sync.WaitGroup
	done := make(chan error, 1)
	wg.Go(func() { done <- work() }) // want `wg is never waited for`
	if now {
		return <-done
	}
	return nil
}
