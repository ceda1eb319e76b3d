package noctx

import (
	"context"
	"net/http"
	"time"
)

type stopper struct{}

func (stopper) Shutdown() error                           { return nil }
func (stopper) ShutdownContext(ctx context.Context) error { return ctx.Err() }

// What is reached only when the context has ended cannot heed it.

func atTheEnd(ctx context.Context, s stopper) {
	<-ctx.Done()
	if err := s.Shutdown(); err != nil {
		panic(err)
	}
}

func inTheClause(ctx context.Context, s stopper, ready <-chan int) error {
	select {
	case <-ready:
		return s.Shutdown() // want `Shutdown does not know ctx`
	case <-ctx.Done():
		return s.Shutdown()
	}
}

func inTheBranch(ctx context.Context, s stopper) error {
	if ctx.Err() != nil {
		_, err := http.Get("http://localhost/over")
		return err
	}
	return s.Shutdown() // want `Shutdown does not know ctx`
}

func ofATimeoutOfItsOwn(ctx context.Context, s stopper) error {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	<-limited.Done()
	return s.Shutdown() // want `Shutdown does not know ctx`
}
