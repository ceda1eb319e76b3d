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
