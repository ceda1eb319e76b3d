// time.Sleep by another name.

package sleep

import (
	"context"
	"time"
)

var doze = time.Sleep

var clock = time.Sleep

// Other may be set by anybody.
var Other = time.Sleep

func useFake(f func(time.Duration)) { clock = f }

func byName(ctx context.Context, try func(context.Context) error) (err error) {
	rest := time.Sleep
	for range 5 {
		if err = try(ctx); err == nil {
			return nil
		}
		rest(time.Second) // want `rest, which is time.Sleep, ignores ctx`
		doze(time.Second) // want `doze, which is time.Sleep, ignores ctx`
	}
	return err
}

func byLiteral(ctx context.Context, try func(context.Context) error) (err error) {
	d := time.Second
	backOff := func() {
		time.Sleep(d)
	}
	for range 5 {
		if err = try(ctx); err == nil {
			return nil
		}
		backOff() // want `backOff sleeps, and ignores ctx`
	}
	return err
}

func byOther(ctx context.Context, rest func(time.Duration), try func(context.Context) error) (err error) {
	var pause = func(d time.Duration) {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
	}
	wait := time.Sleep
	if rest != nil {
		wait = rest
	}
	for range 5 {
		if err = try(ctx); err == nil {
			return nil
		}
		rest(time.Second)
		pause(time.Second)
		wait(time.Second)
		clock(time.Second)
		Other(time.Second)
	}
	return err
}

func byNameShort(ctx context.Context, try func(context.Context) error) error {
	doze(10 * time.Millisecond)
	return try(ctx)
}

func byNameAlone() { doze(time.Second) }
