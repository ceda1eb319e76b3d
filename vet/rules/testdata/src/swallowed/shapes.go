// The same in other shapes: a switch, a bare return, a deferred function, a pause, a loop until success.

package swallowed

import (
	"context"
	"errors"
	"log"
	"time"
)

func switched(ctx context.Context) error {
	v, err := get(ctx, 1)
	switch {
	case err != nil:
		return nil // want `the error of get, a cancellation of ctx among them, comes out as success`
	case v == 0:
		return errors.New("none")
	}
	return do(ctx, v)
}

func switchedInit(ctx context.Context) error {
	switch err := do(ctx, 1); {
	case err != nil:
		return nil // want `the error of do`
	}
	return do(ctx, 2)
}

func switchedOK(ctx context.Context) error {
	v, err := get(ctx, 1)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil
	case err != nil && v == 0:
		return nil
	case err != nil:
		return err
	}
	return nil
}

func bare(ctx context.Context) (err error) {
	v, e := get(ctx, 1)
	if e != nil {
		return // want `the error of get`
	}
	err = do(ctx, v)
	return
}

func bareSet(ctx context.Context) (err error) {
	err = errors.New("not there")
	v, e := get(ctx, 1)
	if e != nil {
		return
	}
	return do(ctx, v)
}

func bareOwn(ctx context.Context) (err error) {
	v, err := get(ctx, 1)
	if err != nil {
		return
	}
	return do(ctx, v)
}

func bareWrapped(ctx context.Context) (err error) {
	v, e := get(ctx, 1)
	if e != nil {
		err = e
		return
	}
	return do(ctx, v)
}

func always(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			log.Println(err)
			err = nil // want `every error of this function, a cancellation of ctx among them, comes out as success`
		}
	}()
	return do(ctx, 1)
}

func alwaysOf(ctx context.Context) (n int, err error) {
	defer func() { err = nil }() // want `every error of this function`
	return get(ctx, 1)
}

func someTimes(ctx context.Context) (err error) {
	defer func() {
		if errors.Is(err, errors.ErrUnsupported) {
			err = nil
		}
	}()
	return do(ctx, 1)
}

func fewTimes(ctx context.Context) (err error) {
	defer func() {
		if !errors.Is(err, errors.ErrUnsupported) {
			return
		}
		err = nil
	}()
	return do(ctx, 1)
}

func keptElsewhere(ctx context.Context, last *error) (err error) {
	defer func() {
		*last = err
		err = nil
	}()
	return do(ctx, 1)
}

func bestEffort(ctx context.Context) (err error) {
	defer func() {
		err = nil // best effort
	}()
	return do(ctx, 1)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return nil // want `nil says that the time is over`
}

func pauseOK(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return ctx.Err()
}

func pauseOrDone(ctx context.Context, done chan struct{}) error {
	select {
	case <-done:
	case <-ctx.Done():
	}
	return nil
}

func pauseThen(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return do(ctx, 1)
}

// The call that fails first skips the rest of each round.
func skipsFirst(ctx context.Context) error {
	for {
		s, err := read(ctx)
		if err != nil { // want `when the context of read has ended it fails at once, and this loop never ends`
			log.Println(err)
			continue
		}
		if err := do(ctx, len(s)); err != nil {
			return err
		}
	}
}

func leftBefore(ctx context.Context, over func() bool) error {
	for {
		if over() {
			return nil
		}
		s, err := read(ctx)
		if err != nil {
			log.Println(err)
			continue
		}
		if err := do(ctx, len(s)); err != nil {
			return err
		}
	}
}

func leftBefore2(ctx context.Context) error {
	for {
		if err := do(ctx, 1); err != nil {
			return err
		}
		s, err := read(ctx)
		if err != nil {
			log.Println(err)
			continue
		}
		use(s)
	}
}

func untilSuccess(ctx context.Context) string {
	for {
		s, err := read(ctx)
		if err == nil { // want `when the context of read has ended it fails at once, and this loop never ends`
			return s
		}
		log.Println(err)
		time.Sleep(time.Second)
	}
}

func untilSuccessBreak(ctx context.Context) {
	for {
		if err := do(ctx, 1); err == nil { // want `when the context of do has ended`
			break
		}
	}
}

func untilSuccessOrTired(ctx context.Context) error {
	for n := 0; ; n++ {
		err := do(ctx, n)
		if err == nil {
			return nil
		}
		if n > 5 {
			return err
		}
	}
}

func untilSuccessOrEnd(ctx context.Context, wait func(context.Context) error) error {
	for {
		if do(ctx, 1) == nil {
			return nil
		}
		err := do(ctx, 2)
		if err == nil {
			return nil
		}
		if err := wait(ctx); err != nil {
			return err
		}
	}
}

func switchedErr(ctx context.Context, n int) error {
	for range n {
		if err := do(ctx, 1); err != nil {
			switch ctx.Err() {
			case context.Canceled, context.DeadlineExceeded:
				return nil // want `this is reached because ctx has ended`
			}
			return err
		}
	}
	return nil
}

func switchedErrOK(ctx context.Context, n int) error {
	switch ctx.Err() {
	case nil:
		return nil
	case context.Canceled:
		return context.Cause(ctx)
	default:
		return do(context.WithoutCancel(ctx), n)
	}
}

func whileLives(ctx context.Context, next func() (int, bool)) error {
	for ctx.Err() == nil {
		v, ok := next()
		if !ok {
			return nil
		}
		if err := do(ctx, v); err != nil {
			return err
		}
	}
	return nil // want `the loop is left when ctx has ended, and nil says that all was done`
}

func whileLivesOK(ctx context.Context, next func() (int, bool)) error {
	for ctx.Err() == nil {
		v, ok := next()
		if !ok {
			return nil
		}
		if err := do(ctx, v); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Nil says nothing else here than that it was told to stop.
func servesWhileLives(ctx context.Context, next func() int) error {
	for ctx.Err() == nil {
		if err := do(ctx, next()); err != nil {
			return err
		}
	}
	return nil
}
