package braid_test

import (
	"context"
	"fmt"

	"github.com/braid-go/braid"
)

// A Mailer sends mail in the background until it is closed. It owns a group
// where it would otherwise have a WaitGroup, a cancel function and a field for
// the first error.
type Mailer struct {
	group *braid.Group
	queue chan string
	sent  chan string
}

func NewMailer(ctx context.Context) *Mailer {
	m := &Mailer{queue: make(chan string), sent: make(chan string)}
	m.group, _ = braid.Open(ctx, braid.Name("mailer"))
	m.group.Go(m.work)
	return m
}

func (m *Mailer) Send(to string) { m.queue <- to }

func (m *Mailer) Close() error { return m.group.Close() }

func (m *Mailer) work(ctx context.Context) error {
	for {
		select {
		case to := <-m.queue:
			m.sent <- "mail to " + to
		case <-ctx.Done():
			fmt.Println("mailer: no loose ends")
			return context.Cause(ctx)
		}
	}
}

func ExampleOpen() {
	m := NewMailer(context.Background())
	m.Send("ann@example.com")
	fmt.Println(<-m.sent)
	fmt.Println(m.Close())
	// Output:
	// mail to ann@example.com
	// mailer: no loose ends
	// <nil>
}
