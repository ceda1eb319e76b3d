//go:build go1.22

package unstopped_timerpath

import "time"

func some(done chan int, b bool) {
	t := time.NewTimer(time.Minute) // want `t is not stopped on every path`
	select {
	case <-t.C:
	case <-done:
		if b {
			return
		}
		t.Stop()
	}
}

func every(done chan int) {
	t := time.NewTimer(time.Minute)
	select {
	case <-t.C:
	case <-done:
		t.Stop()
	}
}
