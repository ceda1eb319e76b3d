package unstopped

import (
	"context"
	"time"
)

// Tickers that take the place of one whose Stop was deferred.

func tuned(ctx context.Context, every <-chan time.Duration) error {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := f(); err != nil {
				return err
			}
		case d := <-every:
			t = time.NewTicker(d) // want `t, once it is this one, is never stopped: what was deferred stops the one before`
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func slower(n int, idle bool) {
	var t = time.NewTicker(time.Second)
	defer t.Stop()
	if idle {
		t = time.NewTicker(time.Minute) // want `is never stopped`
	}
	for range n {
		<-t.C
	}
}

// Left alone.

func tunedByReset(ctx context.Context, every <-chan time.Duration) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			f()
		case d := <-every:
			t.Reset(d)
		case <-ctx.Done():
			return
		}
	}
}

func stoppedBefore(ctx context.Context, every <-chan time.Duration) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			f()
		case d := <-every:
			t.Stop()
			t = time.NewTicker(d)
		case <-ctx.Done():
			return
		}
	}
}

func stopsTheLast(ctx context.Context, every <-chan time.Duration) {
	t := time.NewTicker(time.Second)
	defer func() { t.Stop() }()
	for {
		select {
		case <-t.C:
			f()
		case d := <-every:
			t = time.NewTicker(d)
		case <-ctx.Done():
			return
		}
	}
}

func deferredAgain(ds []time.Duration) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	if len(ds) > 0 {
		t = time.NewTicker(ds[0])
		defer t.Stop()
	}
	<-t.C
}

func timerAgain(again <-chan time.Duration) {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-t.C:
	case d := <-again:
		t = time.NewTimer(d)
		select {
		case <-t.C:
		case <-again:
		}
	}
}
