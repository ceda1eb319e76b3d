package sleep

import (
	"context"
	"time"
)

func starts(probe func(context.Context), join func()) context.CancelFunc {
	ctx, cancel := context.WithCancel(context.Background())
	go probe(ctx)
	go func() {
		time.Sleep(time.Minute)
		join()
	}()
	return cancel
}

func startsWith(probe func(context.Context), join func(context.Context)) context.CancelFunc {
	ctx, cancel := context.WithCancel(context.Background())
	go probe(ctx)
	go func() {
		time.Sleep(time.Minute) // want `time.Sleep ignores ctx`
		join(ctx)
	}()
	return cancel
}

func delays(ctx context.Context, ready, closes func()) {
	stop := ctx.Done()
	go func() {
		<-stop
		ready()
		time.Sleep(time.Minute)
		closes()
	}()
}

func accepts(ctx context.Context, accept func(context.Context) error) {
	for {
		select {
		case <-ctx.Done():
			return
		default:
		}
		if accept(ctx) != nil {
			time.Sleep(time.Second) // want `time.Sleep ignores ctx`
		}
	}
}

func rebuilds(show func(context.Context), keep func(context.CancelFunc)) {
	ctx, cancel := context.WithCancel(context.Background())
	keep(cancel)
	time.Sleep(time.Second)
	show(ctx)
}

func triesAgain(try func(context.Context) error, keep func(context.CancelFunc)) {
	ctx, cancel := context.WithCancel(context.Background())
	keep(cancel)
	for try(ctx) != nil {
		time.Sleep(time.Second) // want `time.Sleep ignores ctx`
	}
}
