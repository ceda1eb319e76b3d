package stranded

// A send in a loop that is left right after it happens once.

func parses(next func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	first := make(chan answer)
	go func() {
		for {
			line, err := next()
			if err != nil {
				first <- answer{"", err}
				close(first)
				return
			}
			if line != "" {
				first <- answer{line, nil}
				close(first)
				break
			}
		}
		_, _ = next()
	}()
	a := <-first
	return a.line, a.err
}

func labelled(next func() int) int {
	first := make(chan int)
	go func() {
	loop:
		for {
			switch n := next(); {
			case n > 0:
				first <- n
				break loop
			}
		}
		_ = next()
	}()
	return <-first
}

func ofTheSwitch(next func() int) int {
	first := make(chan int)
	go func() {
		for {
			switch n := next(); {
			case n > 0:
				first <- n // want `first is received from fewer times than it is sent to`
				break
			}
		}
	}()
	return <-first
}

type event struct{}

func (*event) Err(error) *event { return nil }
func (*event) Msg(string)       {}

type logger struct{}

func (logger) Fatal() *event { return nil }
func (logger) Error() *event { return nil }

func servesBoth(log logger, a, b func() error) {
	first, second := make(chan error), make(chan error)
	go func() { first <- a() }()
	go func() { second <- b() }() // want `this send would block for ever`
	select {
	case err := <-first:
		log.Error().Err(err).Msg("first")
	case err := <-second:
		log.Fatal().Err(err).Msg("second")
	}
}
