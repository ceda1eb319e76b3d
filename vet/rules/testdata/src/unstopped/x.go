package unstopped

import (
	"context"
	"os"
	"os/signal"
	"time"
)

func f() error { return nil }

func never(ctx context.Context) {
	t := time.NewTicker(time.Second) // want `t is never stopped`
	for {
		select {
		case <-t.C:
			f()
		case <-ctx.Done():
			return
		}
	}
}

func ranged(n int) {
	t := time.NewTicker(time.Second) // want `t is never stopped`
	for range t.C {
		if n--; n == 0 {
			break
		}
	}
}

func inGoroutine(ctx context.Context) {
	go func() {
		t := time.NewTicker(time.Second) // want `t is never stopped`
		for range t.C {
			if ctx.Err() != nil {
				return
			}
		}
	}()
}

func unnamed(done chan int) {
	c := time.NewTicker(time.Second).C // want `nothing can stop this ticker`
	for {
		select {
		case <-c:
		case <-done:
			return
		}
	}
}

func inLoop(n int) {
	for range n {
		t := time.NewTicker(time.Second) // want `the tickers made in this loop all wait for the function to return`
		defer t.Stop()
		<-t.C
	}
}

type beat struct {
	t    *time.Ticker
	kept *time.Ticker
	T    *time.Ticker
}

func (b *beat) start() {
	b.t = time.NewTicker(time.Second) // want `nothing in the package stops the ticker in t`
}

func signals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) // want `the signals stay captured when this function returns`
	<-c
}

func signalsOr(ctx context.Context) error {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) // want `the signals stay captured`
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// What follows is fine.

func collected(done chan int, d time.Duration) error {
	t := time.NewTicker(d)
	if err := f(); err != nil {
		return err
	}
	defer t.Stop()
	timer := time.NewTimer(d)
	select {
	case <-t.C:
	case <-timer.C:
	case <-time.Tick(d):
	case <-done:
	}
	return nil
}

func deferred() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	<-t.C
}

func deferredLiteral() {
	t := time.NewTicker(time.Second)
	defer func() { t.Stop() }()
	<-t.C
}

func forEver() {
	t := time.NewTicker(time.Second)
	for range t.C {
		f()
	}
}

func tickForEver() {
	for range time.Tick(time.Second) {
		f()
	}
}

func returned() *time.Ticker {
	t := time.NewTicker(time.Second)
	return t
}

func handed(own func(*time.Ticker)) {
	t := time.NewTicker(time.Second)
	own(t)
}

func everyPath() error {
	t := time.NewTicker(time.Second)
	if err := f(); err != nil {
		t.Stop()
		return err
	}
	<-t.C
	t.Stop()
	return nil
}

func (b *beat) start2() {
	b.kept = time.NewTicker(time.Second)
	b.T = time.NewTicker(time.Second)
}

func (b *beat) stop() { b.kept.Stop() }

func captured() func() {
	t := time.NewTicker(time.Second)
	return func() { t.Stop() }
}

func firedTimer() {
	t := time.NewTimer(time.Minute)
	<-t.C
}

func stoppedSomewhere(done chan int) {
	t := time.NewTimer(time.Minute)
	select {
	case <-t.C:
	case <-done:
		if f() != nil {
			return
		}
		t.Stop()
	}
}

func stoppedTimer(done chan int) {
	t := time.NewTimer(time.Minute)
	defer t.Stop()
	select {
	case <-t.C:
	case <-done:
	}
}

func inLiteral(n int) {
	for range n {
		func() {
			t := time.NewTicker(time.Second)
			defer t.Stop()
			<-t.C
		}()
	}
}

func stoppedSignals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	defer signal.Stop(c)
	<-c
}

func listening() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	go func() {
		<-c
		os.Exit(1)
	}()
}

func givenSignals(c chan os.Signal) { signal.Notify(c, os.Interrupt) }

func trap(handle func(os.Signal)) {
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt)
		for s := range c {
			handle(s)
		}
	}()
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt)
		for i := 0; true; i++ {
			handle(<-c)
		}
	}()
}

func resets(stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
	stop()
	signal.Reset()
}
