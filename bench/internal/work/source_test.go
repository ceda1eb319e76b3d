package work

import (
	"context"
	"errors"
	"io"
	"testing"
)

func TestASourceThatIsCalledEndsWithItsErrorOrItsContextOrWhoUsesIt(t *testing.T) {
	each(t, generating, func(t *testing.T, _ string, f generateFunc) {
		run := func(ctx context.Context, at int, end error, leave int) (used int, err error) {
			i := -1
			err = f(ctx, func(ctx context.Context) (int, error) {
				if i++; i == at {
					if end == nil { // it blocks
						<-ctx.Done()
						return 0, ctx.Err()
					}
					return 0, end
				}
				return i, nil
			}, func(int) bool { used++; return used != leave })
			return used, err
		}
		if used, err := run(context.Background(), 10, errWork, -1); used != 10 || !errors.Is(err, errWork) {
			t.Errorf("an error: %d items, %v", used, err)
		}
		if used, err := run(context.Background(), 10, io.EOF, -1); used != 10 || err != nil {
			t.Errorf("the end: %d items, %v", used, err)
		}
		if used, err := run(context.Background(), 10, io.EOF, 5); used != 5 || err != nil {
			t.Errorf("somebody leaves: %d items, %v", used, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		go cancel()
		if _, err := run(ctx, 10, nil, -1); !errors.Is(err, context.Canceled) {
			t.Errorf("the context dies: %v", err)
		}
	})
}

func TestAChannelIsReceivedFromUntilItIsClosedOrTheContextDies(t *testing.T) {
	each(t, receiving, func(t *testing.T, _ string, f receiveFunc) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		c := make(chan int, 10)
		for i := range 10 {
			c <- i
		}
		used := 0
		if err := f(ctx, c, func(int) bool { used++; return used < 5 }); used != 5 || err != nil {
			t.Errorf("somebody leaves: %d items, %v", used, err)
		}
		err := f(ctx, c, func(int) bool { // nothing more comes
			if used++; used == 10 {
				cancel()
			}
			return true
		})
		if used != 10 || !errors.Is(err, context.Canceled) {
			t.Errorf("the context dies: %d items, %v", used, err)
		}
		close(c)
		if err := f(context.Background(), c, func(int) bool { return true }); err != nil {
			t.Errorf("the channel is closed: %v", err)
		}
	})
}
