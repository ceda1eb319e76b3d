package busyloop

import "sync"

func contends(a, b *sync.Mutex) {
	for {
		a.Lock()
		b.Lock()
		b.Unlock()
		a.Unlock()
	}
}

func contendsToRead(a *sync.RWMutex) {
	for {
		a.RLock()
		a.RUnlock()
	}
}

func asksUnderLock(mu *sync.Mutex, done *bool) {
	for { // want `this loop burns a processor`
		mu.Lock()
		if *done {
			mu.Unlock()
			break
		}
		mu.Unlock()
	}
}

func asksInHead(mu *sync.Mutex, done *bool) {
	for !*done { // want `this loop burns a processor`
		mu.Lock()
		mu.Unlock()
	}
}
