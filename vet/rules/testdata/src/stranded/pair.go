package stranded

import "context"

// A function that starts the sender and receives from it: whoever calls it may leave before, and after, and not between.

func loop(ctx context.Context, tick <-chan int) {
	results := make(chan int)
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-tick:
			round(n, results)
		}
	}
}

func round(n int, results chan int) {
	go answer(n, results)
	for {
		select {
		case r := <-results:
			println(r)
			return
		}
	}
}

func answer(n int, results chan<- int) { results <- n }

// A way out that is taken only if nothing was started.

func counted(dials []func() int, on func(int) bool) int {
	ready := make(chan int)
	started := 0
	for i, dial := range dials {
		if !on(i) {
			continue
		}
		started++
		go func() { ready <- dial() }()
	}
	if started == 0 {
		return -1
	}
	best := 0
	for started > 0 {
		best = max(best, <-ready)
		started--
	}
	return best
}

func notCounted(dials []func() int, on func(int) bool) int {
	ready := make(chan int)
	started := 0
	for i, dial := range dials {
		if !on(i) {
			continue
		}
		started++
		go func() { ready <- dial() }() // want `the receiver may leave at line`
	}
	if started == 1 {
		return -1
	}
	best := 0
	for started > 0 {
		best = max(best, <-ready)
		started--
	}
	return best
}
