package stream

import (
	"context"

	"github.com/braid-go/braid/internal/seam"
)

// This file cuts streams off.

// Take is the first n items of s. It leaves s, as by a break, when the consumer
// comes back from the last of them, and asks it for none beyond; stages above
// may have gone ahead. It panics if s is nil or n is negative.
func Take[T any](s Stream[T], n int) Stream[T] {
	check("Take", s, false)
	if n < 0 {
		panic("stream: Take called with a negative number")
	}
	pc := caller()
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		if n == 0 {
			return
		}
		prepare(ctx)
		left := n
		for item, err := range s(ctx) {
			switch {
			case ctx.Err() != nil:
				fail(yield, cutShort(ctx, pc, err))
				return
			case err != nil:
				fail(yield, err)
				return
			}
			left--
			if !yield(item, nil) || left == 0 {
				return
			}
		}
		if ctx.Err() != nil { // that may be why it ended
			fail(yield, cutShort(ctx, pc, nil))
		}
	})
}

// cutShort gives the error with which a stage that has no group ends when ctx has
// died: that of a group whose source gave err.
func cutShort(ctx context.Context, pc uintptr, err error) error {
	sc := open(ctx, pc, "")
	defer sc.close()
	if err != nil {
		seam.Fail(sc.Group, 0, -1, err)
	}
	return sc.finish(ctx, false, nil)
}
