package stream

import (
	"context"
	"runtime"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/option"
)

// This file holds the options that streams have beside those of package braid.

type flag uint32

// Unordered makes a stage give its results in the order in which they are
// finished, so that a slow item holds nobody up. Those of items that take only
// microseconds come in small runs, each in the order of its items.
const Unordered = flag(option.SeenUnordered)

// ApplyToStream is for this package.
func (f flag) ApplyToStream(c *option.Stream) {
	option.Once(&c.Seen, uint32(f), "Unordered")
	c.Unordered = true
}

type ahead int

// Ahead lets a stage take n items more from its source than it works on at
// once: at most n and the [braid.Limit] together have been taken and not been
// delivered. More evens out items of unlike length; less holds less in memory.
//
// Without it n is the limit, and where items pass in two microseconds or less it
// grows up to [MostAhead]. It panics if n is negative.
func Ahead(n int) braid.StreamOption {
	if n < 0 {
		panic("stream: Ahead called with a negative number")
	}
	return ahead(n)
}

// ApplyToStream is for this package.
func (n ahead) ApplyToStream(c *option.Stream) {
	option.Once(&c.Seen, option.SeenBuffer, "Ahead")
	c.Buffer = int(n)
}

// config is what the options of a stage say.
type config struct {
	option.Stream
	track braid.Tracker
}

func configOf(opts []braid.StreamOption) (c config) {
	for _, o := range opts {
		if o == nil {
			panic("stream: nil option")
		}
		o.ApplyToStream(&c.Stream)
	}
	if c.Track != nil {
		c.track = c.Track.(braid.Tracker)
	}
	if c.Limit == 0 {
		c.Limit = runtime.GOMAXPROCS(0)
	}
	return c
}

// pace waits until the limiter, if there is one, lets the next item go. A
// limiter need not look at ctx; nothing is called under a dead one all the same.
func (c *config) pace(ctx context.Context) error {
	if c.Rate == nil {
		return nil
	}
	if err := c.Rate.Wait(ctx); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// inline reports whether the stage is to have no tasks. Where GOMAXPROCS is one
// that is not the same: what a stage does may not depend on the machine.
func (c *config) inline() bool { return c.Limit == 1 && c.Seen&option.SeenLimit != 0 }

// mostWindow keeps sums of windows, and counts in blocks, far from overflowing;
// more would not fit into memory anyway.
const mostWindow = 1 << 30

// fixed reports whether Ahead was given.
func (c *config) fixed() bool { return c.Seen&option.SeenBuffer != 0 }

// window gives how many items may have been taken and not been delivered.
func (c *config) window() int64 {
	limit, ahead := min(int64(c.Limit), mostWindow), int64(c.Limit)
	if c.fixed() {
		ahead = int64(c.Buffer)
	}
	return min(limit+min(ahead, mostWindow), mostWindow)
}
