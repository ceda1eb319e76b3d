package stream

import (
	"context"
	"errors"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file turns a stream into a channel, for select and for code that has
// channels.

// An Item is what a stream yields, in a channel: a value or the error at the end.
type Item[T any] struct {
	Value T
	Err   error
}

// ErrCutShort is the last item's error of a channel made by [ToChan] if the
// stream panicked or called [runtime.Goexit], which is the group's to report.
var ErrCutShort = errors.New("stream: the stream was cut short by a panic or Goexit")

// ToChan gives a channel of what s yields, ranged over by a task of g. Up to n
// items, at least one, wait in the channel, and one more to be put there. The
// channel is closed at the end. An error is the last item before that; the group
// does not fail with it.
//
// The task is a [braid.Background] one: when everything else in g has ended, or
// g is cancelled, s is left. So who receives need not go on to the end, nothing
// leaks, and no join is held up. Who does receive is never left waiting: after a
// cancel the last item's error says so, and of the items before it that nobody
// had received some may be missing, the first ones too. A panic or Goexit of s is
// one of g, and the last item's error is [ErrCutShort]; items may be missing then
// as well.
//
// It panics if g or s is nil, n is negative or g has ended.
func ToChan[T any](g *braid.Group, s Stream[T], n int) <-chan Item[T] {
	if g == nil {
		panic("stream: ToChan called with a nil group")
	}
	check("ToChan", s, false)
	if n < 0 {
		panic("stream: ToChan called with a negative number")
	}
	c := make(chan Item[T], max(n, 1)) // one at least, for the error that nobody waits for
	g.Go(func(ctx context.Context) error {
		last := ErrCutShort
		defer func() {
			if last != nil {
				sendLast(c, Item[T]{Err: last})
			}
			close(c)
		}()
		for item, err := range s(ctx) {
			if err != nil {
				var none T
				item = none
			}
			select {
			case c <- Item[T]{item, err}:
				last = nil
			case <-ctx.Done():
				if last = err; err == nil {
					last = seam.Outside(ctx)
				}
			}
			if err != nil || last != nil {
				return nil
			}
			last = ErrCutShort
		}
		last = nil
		return nil
	}, braid.Background, braid.Always, braid.Name("ToChan"))
	return c
}

// sendLast sends the last item without waiting: what fills the channel is
// dropped, so that an item is missing rather than the error.
func sendLast[T any](c chan Item[T], last Item[T]) {
	for {
		select {
		case c <- last:
			return
		default:
		}
		select {
		case <-c:
		default:
		}
	}
}
