package braidtest_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

func TestAPoolEndsWithItsClose(t *testing.T) {
	braidtest.Check(t)
	p := startPool(4)
	p.jobs <- func() {}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

type pool struct {
	g    *braid.Group
	jobs chan func()
}

func startPool(workers int) *pool {
	g, _ := braid.Open(context.Background(), braid.Name("pool"))
	p := &pool{g, make(chan func())}
	for range workers {
		g.Go(func(ctx context.Context) error {
			for {
				select {
				case job := <-p.jobs:
					job()
				case <-ctx.Done():
					return nil
				}
			}
		}, braid.Name("worker"))
	}
	return p
}

func (p *pool) Close() error { return p.g.Close() }

func Example_testingLeak() {
	lines := make(chan string)
	reader := func(ctx context.Context, reading chan<- struct{}) error {
		close(reading)
		<-lines // the bug: does not look at ctx
		return nil
	}

	try("TestChat", func(t *fake) {
		braidtest.Check(t)
		reading := make(chan struct{})
		g, _ := braid.Open(context.Background(), braid.Name("chat"))
		g.Go(func(ctx context.Context) error { return reader(ctx, reading) }, braid.Name("reader"))
		<-reading
		g.Cancel() // the other one: Close would have waited, and told why it does
	})
	close(lines)
	// Output:
	// TestChat left a goroutine behind:
	// └─ task chat/reader, of the function at page_leak_test.go:N
	//       chan receive in braidtest_test.Example_testingLeak.func1 (page_leak_test.go:N)
	//         called in braidtest_test.Example_testingLeak.func2.1 (page_leak_test.go:N)
	//       although its group was cancelled: context canceled: chat was cancelled at page_leak_test.go:N
}

func TestAnHourOfPatience(t *testing.T) {
	braidtest.Run(t, func(t *testing.T) {
		braidtest.Took(t, time.Hour, func() {
			err := braid.Timeout(t.Context(), time.Hour, func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
			braidtest.WantTree(t, err, "timeout after 1h0m0s")
		})
	})
}

func Example_testingTree() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return io.ErrUnexpectedEOF }, braid.Name("read"))
		<-ctx.Done()
		return errors.New("nothing to write")
	}, braid.Name("copy"))

	try("TestCopy", func(t *fake) {
		braidtest.WantTree(t, err, `
			copy
				read: *EOF
				write: *
		`)
	})
	// Output:
	// the error is of another shape; - is missing, + is too many:
	//   copy
	//     read: unexpected EOF
	// -   write: *
	// +   (body): nothing to write (after cancel)
}

func Example_testingOutcome() {
	errBattery := errors.New("the battery is empty")
	var measure *braid.Task[int]
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return errBattery }, braid.Name("power"))
		<-ctx.Done()
		try("TestShutdown", func(t *fake) { braidtest.WantCause(t, ctx, io.EOF) })
		measure = braid.Fork(g, func(context.Context) (int, error) { return 7, nil }, braid.Name("measure"))
		return nil
	})

	try("TestShutdown", func(t *fake) { braidtest.WantState(t, measure, braid.Succeeded) })
	// Output:
	// cancelled because of: context canceled: power: the battery is empty
	// want because of: EOF
	// task measure is skipped (measure: context canceled: power: the battery is empty), want succeeded
}
