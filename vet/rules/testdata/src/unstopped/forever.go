package unstopped

import "time"

func cleans(clean func()) {
	for range time.NewTicker(time.Minute).C {
		clean()
	}
}

func cleansOnce(clean func() bool) {
	for range time.NewTicker(time.Minute).C { // want `nothing can stop this ticker`
		if clean() {
			return
		}
	}
}

// Tickers of objects, which go with them, unless a loop keeps them for ever.

type factory struct{ cleanup *time.Ticker }

func newFactory() *factory {
	f := &factory{}
	f.cleanup = time.NewTicker(time.Minute)
	return f
}

type limiter struct{ refresh *time.Ticker }

func newLimiter() *limiter { return &limiter{refresh: time.NewTicker(time.Minute)} }

type renewal struct{ timer *time.Ticker }

func newRenewal(renew func()) *renewal {
	r := &renewal{timer: time.NewTicker(time.Minute)} // want `nothing in the package stops the ticker in timer`
	go func() {
		for range r.timer.C {
			renew()
		}
	}()
	return r
}

func measures(measure func()) {
	ticker := time.NewTicker(time.Minute)
	for ; true; <-ticker.C {
		measure()
	}
}

func measuresOften(measure func() bool) {
	ticker := time.NewTicker(time.Minute) // want `ticker is never stopped`
	for ; true; <-ticker.C {
		if measure() {
			return
		}
	}
}

func waitsFor(gone func() bool) {
	ticker := time.NewTicker(time.Second)
	for range ticker.C {
		if gone() {
			ticker.Stop()
			break
		}
	}
	println("gone")
}
