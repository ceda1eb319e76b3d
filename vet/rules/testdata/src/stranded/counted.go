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

func countsDown(checks []func() error) (errs []error) {
	answers := make(chan error)
	left := len(checks)
	for _, check := range checks {
		go func() { answers <- check() }()
	}
	for err := range answers {
		left--
		if err != nil {
			errs = append(errs, err)
		}
		if left == 0 {
			break
		}
	}
	return errs
}

func countsUp(checks []func() error) (errs []error) {
	answers := make(chan error)
	for i := range checks {
		go func() { answers <- checks[i]() }()
	}
	heard := 0
	for err := range answers {
		errs = append(errs, err)
		if heard++; heard >= len(checks) {
			break
		}
	}
	return errs
}

func countsOthers(checks, others []func() error) (errs []error) {
	answers := make(chan error)
	left := len(others)
	for _, check := range checks {
		go func() { answers <- check() }() // want `the rest would block for ever`
	}
	for err := range answers {
		errs = append(errs, err)
		if left--; left == 0 {
			break
		}
	}
	return errs
}

func countsFailures(checks []func() error) (errs []error) {
	answers := make(chan error)
	left := len(checks)
	for _, check := range checks {
		go func() { answers <- check() }() // want `the rest would block for ever`
	}
	for err := range answers {
		if errs = append(errs, err); len(errs) == 3 {
			break
		}
		left--
	}
	return errs
}

func countsMany(parts [][]int, most int) (sum int) {
	ch := make(chan int)
	for _, p := range parts {
		go func() {
			for _, x := range p {
				ch <- x // want `the rest would block for ever`
			}
		}()
	}
	n := 0
	for range most {
		sum += <-ch
		if n++; n == len(parts) {
			return sum
		}
	}
	return sum
}

func leavesElse(parts []int) int {
	ch := make(chan int)
	for _, p := range parts {
		go func() { ch <- p }() // want `the rest would block for ever`
	}
	n := 0
	for range parts {
		v := <-ch
		n++
		if n == len(parts) {
			continue
		} else {
			return v
		}
	}
	return 0
}

func leavesAtOnce(parts []int) int {
	ch := make(chan int)
	left := len(parts)
	for _, p := range parts {
		go func() { ch <- p }() // want `the rest would block for ever`
	}
	for range parts {
		v := <-ch
		left--
		if left >= 0 {
			return v
		}
	}
	return 0
}
