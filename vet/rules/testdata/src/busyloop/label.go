package busyloop

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
