package swallowed

import (
	"context"
	"errors"
	"time"
)

var errIdle = errors.New("idle")

// For who serves until the context ends, nil says that it has.

func Serve(ctx context.Context, accept func() (int, error), handle func(int)) error {
	conns := make(chan int)
	var acceptErr error
	go func() {
		defer close(conns)
		for {
			n, err := accept()
			if err != nil {
				acceptErr = err
				return
			}
			select {
			case conns <- n:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case n, ok := <-conns:
			if !ok {
				return acceptErr
			}
			handle(n)
		case <-time.After(time.Minute):
			return errIdle
		case <-ctx.Done():
			return nil
		}
	}
}
