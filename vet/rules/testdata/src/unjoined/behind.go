package unjoined

import "sync"

func oneMore(fs []func()) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(f)
	}
	wg.Wait()
	wg.Go(fs[0]) // want `the Wait of wg has come before, in line 10: what is started here goes on`
}

func lastRound(fs []func()) {
	var wg sync.WaitGroup
	for i, f := range fs {
		if i%8 == 0 {
			wg.Wait()
		}
		wg.Add(1) // want `the Wait of wg has come before, in line 18`
		go func() {
			defer wg.Done()
			f()
		}()
	}
}

func twoRounds(fs []func()) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(f)
	}
	wg.Wait()
	for _, f := range fs {
		wg.Go(f)
	}
	wg.Wait()
}

func lastRoundToo(fs []func()) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for i, f := range fs {
		if i%8 == 0 {
			wg.Wait()
		}
		wg.Go(f)
	}
}

type many struct{ all sync.WaitGroup }

func (m *many) countedTwice(fs []func()) {
	var wg sync.WaitGroup
	for i, f := range fs {
		if i%8 == 0 {
			wg.Wait()
		}
		m.all.Add(1)
		wg.Add(1)
		go func() {
			defer m.all.Done()
			defer wg.Done()
			f()
		}()
	}
}

func (m *many) wait() { m.all.Wait() }

func countsAgain(f func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	f()
	wg.Done()
	wg.Wait()
	wg.Add(1)
}
