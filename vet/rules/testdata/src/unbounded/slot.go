package unbounded

import (
	"iter"
	"sync"
)

func slotOfEach(seq iter.Seq[string], f func(string)) {
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for s := range seq {
		wg.Go(func() { // want `a goroutine for each value of a sequence takes its slot itself`
			slots <- struct{}{}
			defer func() { <-slots }()
			f(s)
		})
	}
	wg.Wait()
}

func slotOfEachReceived(in <-chan string, f func(string)) {
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for s := range in {
		wg.Go(func() { // want `a goroutine for each value of a channel takes its slot itself`
			slots <- struct{}{}
			defer func() { <-slots }()
			f(s)
		})
	}
	wg.Wait()
}

func slotBefore(in <-chan string, f func(string)) {
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for s := range in {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f(s)
		})
	}
	wg.Wait()
}

func eachReceived(in <-chan string, f func(string)) {
	var wg sync.WaitGroup
	for s := range in {
		wg.Go(func() { f(s) })
	}
	wg.Wait()
}
