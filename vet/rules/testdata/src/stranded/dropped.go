package stranded

import (
	"context"

	"example.com/keeps"
)

func ownAnswer() <-chan int {
	ch := make(chan int)
	go func() {
		defer close(ch)
		ch <- 1
	}()
	return ch
}

func drops(ctx context.Context) error {
	keeps.Ask(func() error { return nil })     // want `a goroutine of Ask waits to send to the channel that it returns`
	_ = keeps.Ask(func() error { return nil }) // want `a goroutine of Ask waits`
	ownAnswer()                                // want `a goroutine of ownAnswer waits`
	keeps.AskWithRoom(func() error { return nil })
	keeps.Ticks(ctx)
	<-ownAnswer()
	return <-keeps.Ask(func() error { return nil })
}
