package loose

import "context"

func watch(ctx context.Context, c interface{ Close() error }, quit chan int) {
	go func() { // want `waits for the end of a context`
		<-ctx.Done()
		_ = c.Close()
	}()
	go func() { // want `waits for the end of a context`
		select {
		case <-ctx.Done():
			_ = c.Close()
		case <-quit:
		}
	}()
	done := make(chan int)
	go func() {
		<-ctx.Done()
		close(done)
	}()
	<-done
}
