package braid_test

import "fmt"

// ending is how a call left its goroutine.
type ending struct {
	how   string // "returned", "panicked" or "exited"
	value any    // of the panic
}

func (e ending) String() string {
	if e.how == "panicked" {
		return fmt.Sprintf("panicked with %.200v", e.value)
	}
	return e.how
}

// howEnds calls f on a goroutine of its own and tells how it ended.
func howEnds(f func()) (e ending) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if e.value = recover(); e.value != nil {
				e.how = "panicked"
			}
		}()
		e.how = "exited"
		f()
		e.how = "returned"
	}()
	<-done
	return e
}
