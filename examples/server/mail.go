package main

import (
	"context"
	"errors"

	"github.com/braid-go/braid/service"
)

// This file sends mail in the background. What is kept: what was put into the
// queue is sent before the worker ends, unless it is stopped hard.

var errBusy = errors.New("too much mail is waiting")

type mailer struct {
	queue chan string
	send  func(ctx context.Context, to string) error
}

func newMailer(n int, send func(ctx context.Context, to string) error) *mailer {
	return &mailer{queue: make(chan string, n), send: send}
}

// put queues mail; it does not block.
func (m *mailer) put(text string) error {
	select {
	case m.queue <- text:
		return nil
	default:
		return errBusy
	}
}

// run is the worker as a part. When it is asked to stop nobody puts anything
// in any more: those who do need it, and have ended.
func (m *mailer) run(ctx context.Context, ready func()) error {
	ready()
	for {
		select {
		case text := <-m.queue:
			if err := m.send(ctx, text); err != nil {
				return err
			}
		case <-service.Stopping(ctx):
			return m.flush(ctx)
		}
	}
}

func (m *mailer) flush(ctx context.Context) error {
	for {
		select {
		case text := <-m.queue:
			if err := m.send(ctx, text); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}
