package busyloop

import (
	"runtime"
	"sync/atomic"
)

func drainAll(channels []chan func()) {
next:
	for _, ch := range channels {
		for {
			select {
			case f := <-ch:
				f()
			default:
				continue next
			}
		}
	}
}

func spins(ch chan func()) {
again:
	for {
		select {
		case f := <-ch:
			f()
		default: // want `the loop never blocks`
			continue again
		}
	}
}

func spinsOnPurpose(slot *atomic.Pointer[int]) {
	for slot.Load() != nil {
		// Another goroutine is still cleaning up. We spin because this resolves itself
		// momentarily.
		runtime.Gosched()
	}
}

func spinsWithout(slot *atomic.Pointer[int]) {
	for slot.Load() != nil { // want `this loop burns a processor`
		runtime.Gosched()
	}
}
