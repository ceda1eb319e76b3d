package loose

func do() {}

func plain() {
	go do() // want `nobody waits for this goroutine`
	done := make(chan int)
	go func() {
		do()
		close(done)
	}()
	<-done
}

func init() {
	go do()
}
