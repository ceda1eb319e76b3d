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

// The bug: the cache is closed only if reading went well.
func copyAll(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return io.ErrUnexpectedEOF }, braid.Name("read"))
		return nil
	}, braid.Name("copy"))
}

func ExampleWantTree() {
	try("TestCopy", func(t *fake) {
		braidtest.WantTree(t, copyAll(context.Background()), `
			copy
				read: unexpected EOF
				close: * (after cancel)
		`)
	})
	// Output:
	// the error is of another shape; - is missing, + is too many:
	//   copy
	//     read: unexpected EOF
	// -   close: * (after cancel)
}

func ExampleWantState() {
	try("TestOrder", func(t *fake) {
		var first, second *braid.Task[int]
		braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			first = braid.Fork(g, func(context.Context) (int, error) { return 0, errors.New("no connection") }, braid.Name("connect"))
			second = braid.Fork(g, func(context.Context) (int, error) { return 0, nil }, braid.Name("send"))
			return nil
		}, braid.Limit(1))
		braidtest.WantState(t, second, braid.Skipped)
		braidtest.WantState(t, first, braid.Succeeded) // which it has not
	})
	// Output: task connect is failed (connect: no connection), want succeeded
}

func ExampleWantCause() {
	errBattery := errors.New("the battery is empty")

	try("TestShutdown", func(t *fake) {
		braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return io.EOF }, braid.Name("sensor"))
			<-ctx.Done()
			braidtest.WantCause(t, ctx, errBattery)
			return nil
		})
	})
	// Output:
	// cancelled because of: context canceled: sensor: EOF
	// want because of: the battery is empty
}

// Three tasks of a second each take a second, or three under a limit of one.
func ExampleTook() {
	TestMap := func(t *testing.T) {
		braidtest.Run(t, func(t *testing.T) {
			braidtest.Took(t, time.Second, func() {
				braid.Each(t.Context(), []int{1, 2, 3}, func(ctx context.Context, i int) error {
					return braid.Sleep(ctx, time.Second)
				})
			})
		})
	}

	_ = TestMap
	// Output:
}
