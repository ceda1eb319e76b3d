package unbounded_all

func drain(ch <-chan func()) {
	for range ch {
	}
}

// The loop ends with what it starts.
func first(ch <-chan func()) func() {
	for f := range ch {
		go drain(ch)
		return f
	}
	return nil
}

func each(ch <-chan func()) {
	for f := range ch {
		go f() // want `a goroutine for each value of a channel`
	}
}
