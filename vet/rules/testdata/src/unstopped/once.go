package unstopped

import "time"

// Made in the first round only.

func waits(ready func() bool, stop <-chan struct{}) {
	var ticker *time.Ticker
	for !ready() {
		if ticker == nil {
			ticker = time.NewTicker(time.Minute)
			defer ticker.Stop()
		}
		select {
		case <-ticker.C:
		case <-stop:
			return
		}
	}
}

func waitsOnce(enough func() bool, results <-chan int) {
	var ticker *time.Ticker
	var tick <-chan time.Time
	for {
		select {
		case <-results:
			if enough() && ticker == nil {
				ticker = time.NewTicker(time.Minute)
				defer ticker.Stop()
				tick = ticker.C
			}
		case <-tick:
			return
		}
	}
}

func waitsAnew(ready func() bool, stop <-chan struct{}) {
	for !ready() {
		ticker := time.NewTicker(time.Minute) // want `the tickers made in this loop all wait`
		defer ticker.Stop()
		select {
		case <-ticker.C:
		case <-stop:
			return
		}
	}
}
