// Shapes of large programs that look like the rule's, and are meant.

package lateadd

import "sync"

type target struct {
	wg sync.WaitGroup
}

func (t *target) start() {
	go t.loop()
}

func (t *target) loop() {
	t.wg.Add(1) // want `Add runs in the goroutine that it counts`
	defer t.wg.Done()

	t.wg.Add(1) // counted above
	go func() {
		defer t.wg.Done()
	}()
}

func (t *target) stop() { t.wg.Wait() }

func (t *target) starts(spawn func(func()) bool) {
	go func() {
		t.wg.Add(1)
		if !spawn(func() { defer t.wg.Done() }) {
			t.wg.Done()
		}
	}()
}
