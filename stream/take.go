package stream

import "context"

// This file cuts streams off.

// Take is the first n items of s. It leaves s, as by a break, when the consumer
// comes back from the last of them, and asks it for none beyond; stages above
// may have gone ahead. It panics if s is nil or n is negative.
func Take[T any](s Stream[T], n int) Stream[T] {
	check("Take", s, false)
	if n < 0 {
		panic("stream: Take called with a negative number")
	}
	return stage(func(ctx context.Context, yield func(T, error) bool) {
		if n == 0 {
			return
		}
		left := n
		for item, err := range s(ctx) {
			if err != nil {
				fail(yield, err)
				return
			}
			left--
			if !yield(item, nil) || left == 0 {
				return
			}
		}
	})
}
