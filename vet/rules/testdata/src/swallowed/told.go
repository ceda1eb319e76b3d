// Functions that are told to stop, by their context or by a switch.

package swallowed

import (
	"context"
	"sync/atomic"
	"time"
)

type box struct {
	stop   atomic.Bool
	closed bool
	done   bool
}

func (b *box) round(ctx context.Context) {}

// Go on again and again, until one or the other says that it is over.
func (b *box) again(ctx context.Context) error {
	for {
		if b.stop.Load() {
			break
		}
		b.round(ctx)
		if ctx.Err() != nil {
			break
		}
		if b.closed {
			break
		}
	}
	return nil
}

// Here the work may be done.
func (b *box) untilDone(ctx context.Context, left func() int) error {
	for {
		if b.stop.Load() {
			break
		}
		b.round(ctx)
		if ctx.Err() != nil {
			break // want `the loop is left because ctx has ended`
		}
		if left() == 0 {
			break
		}
	}
	return nil
}

// Start of what a manager starts and stops.
func (b *box) Start(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- b.upgrade(ctx) }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		if err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

func (b *box) upgrade(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- ctx.Err() }()
	select {
	case <-ctx.Done():
		return nil // want `this is reached because ctx has ended`
	case err := <-failed:
		if err != nil {
			return err
		}
	}
	return nil
}

// balance hands the parts out. On cancellation, it will return a nil error.
func (b *box) balance(ctx context.Context, parts []int) error {
	for range parts {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
	return nil
}

// deal hands the parts out. On cancellation it returns an error, never a nil error.
func (b *box) deal(ctx context.Context, parts []int) error {
	for range parts {
		select {
		case <-ctx.Done():
			return nil // want `this is reached because ctx has ended`
		case <-time.After(time.Second):
		}
	}
	return nil
}

// The error goes on with the next kind, of which there is a last one.
func (b *box) kinds(ctx context.Context, all []string, list func(context.Context, string) ([]string, error)) error {
kinds:
	for _, kind := range all {
		for {
			more, err := list(ctx, kind)
			if err != nil {
				continue kinds
			}
			if len(more) == 0 {
				break
			}
		}
	}
	return nil
}

// The same loop again.
func (b *box) forever(ctx context.Context, list func(context.Context) ([]string, error)) {
again:
	for {
		_, err := list(ctx)
		if err != nil { // want `this loop never ends`
			continue again
		}
		b.done = true
	}
}
