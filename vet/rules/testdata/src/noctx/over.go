package noctx

import (
	"context"
	"net/http"
	"time"
)

type stopper struct{}

func (s stopper) Refresh() error                         { time.Sleep(time.Second); return nil }
func (stopper) RefreshContext(ctx context.Context) error { return ctx.Err() }

// What is reached only when the context has ended cannot heed it.

func atTheEnd(ctx context.Context, s stopper) {
	<-ctx.Done()
	if err := s.Refresh(); err != nil {
		panic(err)
	}
}

func inTheClause(ctx context.Context, s stopper, ready <-chan int) error {
	select {
	case <-ready:
		return s.Refresh() // want `Refresh does not know ctx`
	case <-ctx.Done():
		return s.Refresh()
	}
}

func inTheBranch(ctx context.Context, s stopper) error {
	if ctx.Err() != nil {
		_, err := http.Get("http://localhost/over")
		return err
	}
	return s.Refresh() // want `Refresh does not know ctx`
}

func ofATimeoutOfItsOwn(ctx context.Context, s stopper) error {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	<-limited.Done()
	return s.Refresh() // want `Refresh does not know ctx`
}
