package h

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// want-rule (h): the cancel of WithDeadline is thrown away, so its timer lives on until the deadline after each lookup
func lookup(ctx context.Context, d directory, name string, by time.Time) (addr string, err error) {
	if name == "" {
		return "", errors.New("lookup: no name")
	}
	if !by.IsZero() {
		ctx, _ = context.WithDeadline(ctx, by)
	}
	return d.Lookup(ctx, name)
}

// fine: the cancel is deferred where there is one
func lookupOK(ctx context.Context, d directory, name string, by time.Time) (addr string, err error) {
	if name == "" {
		return "", errors.New("lookup: no name")
	}
	if !by.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, by)
		defer cancel()
	}
	return d.Lookup(ctx, name)
}

// want-rule (h): only the channel of the ticker is kept, so nothing can stop it when the loop returns
func pushLoop(ctx context.Context, m metrics, every time.Duration) error {
	due := time.NewTicker(every).C
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-due:
			if err := m.Push(ctx); err != nil {
				return err
			}
		}
	}
}

// fine: the ticker is kept, and stopped when the loop returns
func pushLoopOK(ctx context.Context, m metrics, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	due := tick.C
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-due:
			if err := m.Push(ctx); err != nil {
				return err
			}
		}
	}
}

// want-rule (h): the timer is left running when a message comes or the context ends first
func nextWithin(ctx context.Context, in <-chan message, d time.Duration) (message, error) {
	idle := time.NewTimer(d)
	select {
	case m, ok := <-in:
		if !ok {
			return message{}, errors.New("feed closed")
		}
		return m, nil
	case <-idle.C:
		return message{}, os.ErrDeadlineExceeded
	case <-ctx.Done():
		return message{}, context.Cause(ctx)
	}
}

// fine: the timer is stopped whichever comes first
func nextWithinOK(ctx context.Context, in <-chan message, d time.Duration) (message, error) {
	idle := time.NewTimer(d)
	defer idle.Stop()
	select {
	case m, ok := <-in:
		if !ok {
			return message{}, errors.New("feed closed")
		}
		return m, nil
	case <-idle.C:
		return message{}, os.ErrDeadlineExceeded
	case <-ctx.Done():
		return message{}, context.Cause(ctx)
	}
}

// want-rule (h): the cancel is called where Follow fails but not when the count has been reached, and the stream goes on for nobody
func firstMessages(ctx context.Context, r replica, at int64, n int) ([]message, error) {
	fctx, cancel := context.WithCancelCause(ctx)
	in, err := r.Follow(fctx, at)
	if err != nil {
		cancel(err)
		return nil, err
	}
	var got []message
	for len(got) < n {
		select {
		case m, ok := <-in:
			if !ok {
				return got, io.ErrUnexpectedEOF
			}
			got = append(got, m)
		case <-ctx.Done():
			cancel(ctx.Err())
			return nil, context.Cause(ctx)
		}
	}
	return got, nil
}

// fine: whatever comes, the stream is cancelled when the function returns
func firstMessagesOK(ctx context.Context, r replica, at int64, n int) ([]message, error) {
	fctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	in, err := r.Follow(fctx, at)
	if err != nil {
		cancel(err)
		return nil, err
	}
	var got []message
	for len(got) < n {
		select {
		case m, ok := <-in:
			if !ok {
				return got, io.ErrUnexpectedEOF
			}
			got = append(got, m)
		case <-ctx.Done():
			cancel(ctx.Err())
			return nil, context.Cause(ctx)
		}
	}
	return got, nil
}

// want-rule (h): the stop of NotifyContext is dropped, so a second SIGTERM is caught and lost as well
func serveUntilSignal(ctx context.Context, s server) error {
	sctx, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	err := s.Serve(sctx)
	if err == nil && sctx.Err() != nil {
		err = context.Cause(sctx)
	}
	return err
}

// fine: the signals get their default back when the function returns
func serveUntilSignalOK(ctx context.Context, s server) error {
	sctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := s.Serve(sctx)
	if err == nil && sctx.Err() != nil {
		err = context.Cause(sctx)
	}
	return err
}
