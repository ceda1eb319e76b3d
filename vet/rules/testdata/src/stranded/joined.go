// Receivers that a context ends, and when it is cancelled.

package stranded

import (
	"context"
	"errors"
	"sync"
)

func collects(keys []string, add func(string), wait func(string) bool) {
	done := make(chan string)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case key := <-done:
				add(key)
			}
		}
	}()
	var wg sync.WaitGroup
	wg.Add(len(keys))
	for _, key := range keys {
		go func() {
			defer wg.Done()
			if !wait(key) {
				return
			}
			done <- key
		}()
	}
	wg.Wait()
	cancel()
}

func collector(ctx context.Context, done <-chan string, add func(string)) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-done:
			add(key)
		}
	}
}

func tellsDone(key string, done chan<- string, wg *sync.WaitGroup) {
	done <- key
	wg.Done()
}

func collectsHanded(keys []string, add func(string)) error {
	if len(keys) == 0 {
		return errors.New("no keys")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan string)
	go collector(ctx, done, add)
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go tellsDone(key, done, &wg)
	}
	wg.Wait()
	return nil
}

func collectsInGroup(keys []string, add func(string)) <-chan struct{} {
	background := context.Background()
	ctx, cancel := context.WithCancel(background)
	done := make(chan string)
	go collector(ctx, done, add)
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Go(func() { done <- key })
	}
	go func() {
		defer cancel()
		wg.Wait()
	}()
	return ctx.Done()
}

func collectsOwn(keys []string, add func(string)) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan string)
	go collector(ctx, done, add)
	for _, key := range keys {
		done <- key
	}
}

func cancelsBefore(keys []string, add func(string)) {
	done := make(chan string)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case key := <-done:
				add(key)
			}
		}
	}()
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			done <- key // want `all who receive from done may have ended`
		}()
	}
	cancel()
	wg.Wait()
}

func returnsBefore(keys []string, add func(string), check func() error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan string)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case key := <-done:
				add(key)
			}
		}
	}()
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			done <- key // want `all who receive from done may have ended`
		}()
	}
	if err := check(); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func parentEnds(ctx context.Context, keys []string, add func(string)) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan string)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case key := <-done:
				add(key)
			}
		}
	}()
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			done <- key // want `all who receive from done may have ended`
		}()
	}
	wg.Wait()
	cancel()
}

func doneBefore(keys []string, add func(string)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan string)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case key := <-done:
				add(key)
			}
		}
	}()
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go func() {
			wg.Done()
			done <- key // want `all who receive from done may have ended`
		}()
	}
	wg.Wait()
	cancel()
}

func cancelsInBetween(keys []string, add func(string)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan string)
	go collector(ctx, done, add)
	for _, key := range keys {
		done <- key // want `all who receive from done may have ended`
		if key == "last" {
			cancel()
		}
	}
	cancel()
}

func cancelsEachRound(rounds [][]string, add func(string)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan string)
	go collector(ctx, done, add)
	for _, keys := range rounds {
		var wg sync.WaitGroup
		for _, key := range keys {
			wg.Go(func() { done <- key }) // want `all who receive from done may have ended`
		}
		wg.Wait()
		cancel()
	}
}

func fieldEnds(o *owner, keys []string, add func(string)) {
	ctx, cancel := context.WithCancel(o.ctx)
	done := make(chan string)
	go collector(ctx, done, add)
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Go(func() { done <- key }) // want `all who receive from done may have ended`
	}
	wg.Wait()
	cancel()
}

type owner struct{ ctx context.Context }

// The workers are given the context that ends when the function returns.
func workersGiven(jobs []int, work func(int)) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	queue := make(chan int, 1)
	for range 4 {
		go func(ctx context.Context, queue chan int) {
			for {
				select {
				case job := <-queue:
					work(job)
				case <-ctx.Done():
					return
				}
			}
		}(ctx, queue)
	}
	for _, job := range jobs {
		queue <- job
	}
}

func workersGivenTheOuter(ctx context.Context, jobs []int, work func(int) error) {
	queue := make(chan int, 1)
	for range 4 {
		go func(ctx context.Context, queue chan int) {
			for {
				select {
				case job := <-queue:
					if err := work(job); err != nil {
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}(ctx, queue)
	}
	for _, job := range jobs {
		queue <- job // want `may have ended`
	}
}
