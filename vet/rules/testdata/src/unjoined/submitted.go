package unjoined

import "sync"

// What a call could not take on was not started.

func waits(submit func(func()) error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	err := submit(func() {
		wg.Done()
	})
	if err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func waitsIfTaken(enqueue func(func()) bool) {
	var wg sync.WaitGroup
	wg.Add(1)
	taken := enqueue(func() { wg.Done() })
	if !taken {
		return
	}
	wg.Wait()
}

func waitsIfNotTaken(enqueue func(func()) bool) {
	var wg sync.WaitGroup
	wg.Add(1)
	taken := enqueue(func() { wg.Done() })
	if taken {
		return // want `this return leaves wg before its Wait`
	}
	wg.Wait()
}

func waitsNot(submit func(func()) error, check func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	if err := submit(func() { wg.Done() }); err != nil {
		return err
	}
	if err := check(); err != nil {
		return err // want `this return leaves wg before its Wait`
	}
	wg.Wait()
	return nil
}
