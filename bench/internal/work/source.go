package work

import (
	"context"
	"io"
)

// This file is sources that block: a function that is called for each item, and a
// channel.

type (
	// A generateFunc uses what next returns until the error is io.EOF.
	generateFunc func(ctx context.Context, next callFunc, yield func(item int) bool) error
	receiveFunc  func(ctx context.Context, c <-chan int, yield func(item int) bool) error
)

var generating = newPattern[generateFunc](108,
	"A function that takes CPU time is called for one item after the other, which are used, until it says that there are no more. "+
		"It is given a context, whose death ends the whole; any other error does too, and is returned.",
	row[generateFunc]{"stream/generate", "item", 1_000_000, 3000, func(ctx context.Context, f generateFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			u := usesInOrder(&w, same)
			i := -1
			u.ended(f(ctx, func(context.Context) (int, error) {
				if i++; i == n {
					return 0, io.EOF
				}
				if spin(cost100ns, i) == 0 {
					return 0, errWork
				}
				return i, nil
			}, u.use), n)
		}, Check: w.check}
	}},
)

var receiving = newPattern[receiveFunc](109,
	"Items come from a channel, which has room for 64 and which a goroutine fills that takes CPU time for each. They are used, "+
		"one after the other, until the channel is closed or the context dies, even while nothing comes.",
	row[receiveFunc]{"stream/chan", "item", 1_000_000, 3000, func(ctx context.Context, f receiveFunc, n int) Job {
		var w wrong
		return Job{Do: func() {
			u := usesInOrder(&w, same)
			c := make(chan int, aheadBy)
			go func() {
				defer close(c)
				for item := range costly(n, cost100ns) {
					c <- item
				}
			}()
			u.ended(f(ctx, c, u.use), n)
		}, Check: w.check}
	}},
)
