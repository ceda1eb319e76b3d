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
