//go:build go1.21

package tie

import "sync"

// A file of an older Go, whose loops share one variable among their rounds.
func sharedVariable(in []int) {
	var wg sync.WaitGroup // want `its file is older than Go 1.22`
	for _, n := range in {
		wg.Add(1)
		go func(n int) {
			defer wg.Done()
			use(n)
		}(n)
	}
	wg.Wait()
}
