//go:build go1.22

// Before Go 1.23 what is not stopped stays until it has fired, or for ever.

package unstopped

import "time"

func early() error {
	t := time.NewTicker(time.Second) // want `t is not stopped on every path`
	if err := f(); err != nil {
		return err
	}
	defer t.Stop()
	<-t.C
	return nil
}

func timer(done chan int) {
	t := time.NewTimer(time.Minute) // want `t is never stopped`
	select {
	case <-t.C:
	case <-done:
	}
}

func tick(done chan int) {
	for {
		select {
		case <-time.Tick(time.Second): // want `time.Tick cannot be stopped and this function returns`
		case <-done:
			return
		}
	}
}

func tickVar(done chan int) {
	c := time.Tick(time.Second) // want `time.Tick cannot be stopped`
	for range c {
		select {
		case <-done:
			return
		default:
		}
	}
}

func tickCaptured(check func()) {
	day := time.Tick(24 * time.Hour)
	go func() {
		for time.Sleep(time.Minute); ; <-day {
			check()
		}
	}()
}
