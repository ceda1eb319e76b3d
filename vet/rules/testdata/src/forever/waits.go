package forever

type idle struct{}

func (idle) receive() (any, error) {
	none := make(chan struct{})
	return <-none, nil
}

func (idle) next() int {
	none := make(chan int)
	return <-none // want `nobody else has none yet`
}

func serves(start func()) {
	start()
	done := make(chan bool)
	<-done
}

func waitsFirst(start func(chan bool)) {
	done := make(chan bool)
	<-done // want `nobody else has done yet`
	start(done)
}
