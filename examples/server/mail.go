package main

import (
	"context"
	"errors"

	"github.com/braid-go/braid/service"
)

// This file sends mail in the background. What is kept: the worker ends in peace
// only when all that was put into the queue has been sent.

var errBusy = errors.New("too much mail is waiting")

type mailer struct {
	queue chan string
	send  func(ctx context.Context, to string) error

	text string // being sent, or what the last attempt could not send; the worker's
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

// run is the worker as a part. When it fails the service starts it again.
func (m *mailer) run(ctx context.Context, ready func()) error {
	ready()
	for m.next(ctx) {
		if err := m.send(ctx, m.text); err != nil {
			return err
		}
		m.text = ""
	}
	return nil
}

// next waits for mail until the worker is asked to stop, and from then on takes
// what is there: nobody puts anything in any more, since those who do need the
// worker, and have ended.
func (m *mailer) next(ctx context.Context) bool {
	if m.text != "" {
		return true
	}
	select {
	case m.text = <-m.queue:
		return true
	case <-service.Stopping(ctx):
	}
	select {
	case m.text = <-m.queue:
		return true
	default:
		return false
	}
}
