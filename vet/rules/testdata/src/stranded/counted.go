package stranded

import "sync"

func waitsForAll(checks []func() bool) (all bool) {
	var wg sync.WaitGroup
	done := make(chan bool)
	for _, check := range checks {
		wg.Go(func() { done <- check() })
	}
	all = true
	for range len(checks) {
		all = <-done && all
	}
	wg.Wait()
	return all
}

func waitsBefore(checks []func() bool) (all bool) {
	var wg sync.WaitGroup
	done := make(chan bool)
	for _, check := range checks {
		wg.Go(func() { done <- check() }) // want `deadlock`
	}
	wg.Wait()
	all = true
	for range len(checks) {
		all = <-done && all
	}
	return all
}
