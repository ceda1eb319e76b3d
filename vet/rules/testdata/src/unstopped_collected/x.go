package unstopped_collected

import "time"

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

func early(f func() error) error {
	t := time.NewTicker(time.Second) // want `t is not stopped on every path`
	if err := f(); err != nil {
		return err
	}
	defer t.Stop()
	<-t.C
	return nil
}

func stopped() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	<-t.C
}
