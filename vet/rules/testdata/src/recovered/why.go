package recovered

func calls(f func()) {
	go func() {
		defer func() {
			// The crash handlers have been called already. This keeps the second panic
			// from ending the program.
			recover()
		}()
		f()
	}()
}
