package unstopped_collected

import "time"

func another(changes <-chan int, done chan int, reload func()) {
	var due <-chan time.Time
	for {
		select {
		case <-changes:
			due = time.NewTimer(time.Second).C // want `each round makes another`
		case <-due:
			reload()
		case <-done:
			return
		}
	}
}

func amongOthers(changes <-chan int) {
	for {
		select {
		case <-changes:
			return
		case <-time.NewTimer(time.Second).C: // want `each round makes another`
		}
	}
}

func fired(n int) {
	for range n {
		<-time.NewTimer(time.Second).C
	}
}

func once(changes <-chan int) {
	select {
	case <-changes:
	case <-time.NewTimer(time.Second).C:
	}
}
