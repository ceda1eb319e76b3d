package inspect

import (
	"context"

	"github.com/braid-go/braid/internal/seam"
)

// This file holds the options of a look.

// DefaultMax is how many nodes a look shows.
const DefaultMax = 5000

// An Option is an option of a look.
type Option interface{ apply(*config) }

// once notes that an option was given, and panics if it was before.
func once(seen *uint32, bit uint32, option string) {
	if *seen&bit != 0 {
		panic("inspect: option " + option + " given twice")
	}
	*seen |= bit
}

type config struct {
	seen   uint32
	max    int
	under  string
	within *seam.Ref
	stacks bool
	nofold bool
	all    bool          // what is folded is looked for
	since  uint64        // what ended before has been told of
	told   map[told]bool // and of a tree from elsewhere, these
}

const (
	seenMax uint32 = 1 << iota
	seenUnder
	seenStacks
	seenUnfolded
)

type maxOption int

// Max sets how many nodes are shown. What is nearer the top comes first, and
// what is left out is counted. It panics if n is less than one.
func Max(n int) Option {
	if n < 1 {
		panic("inspect: Max must be at least 1")
	}
	return maxOption(n)
}

func (o maxOption) apply(c *config) { once(&c.seen, seenMax, "Max"); c.max = int(o) }

type underOption string

// Under shows one node, which goes by its ID, and what is in it. If there is no
// such node nothing is shown. It panics if the id is empty.
func Under(id string) Option {
	if id == "" {
		panic("inspect: Under called with an empty id")
	}
	return underOption(id)
}

func (o underOption) apply(c *config) {
	once(&c.seen, seenUnder, "Under or Within")
	c.under = string(o)
}

type withinOption struct{ ref seam.Ref }

// Within shows the task or group that ctx belongs to, and what is in it. With the
// ctx of a task that is this task alone: for its group take the ctx of the body, or
// the one that Open gave. Where ctx belongs to none, nothing is shown. It panics if
// ctx is nil.
func Within(ctx context.Context) Option {
	if ctx == nil {
		panic("inspect: Within called with a nil context")
	}
	return withinOption{seam.Of(ctx)}
}

func (o withinOption) apply(c *config) {
	once(&c.seen, seenUnder, "Under or Within")
	c.within = &o.ref
}

type flagOption uint32

const (
	// Stacks has a look tell where each task is blocked. It stops the program
	// for as long as it takes to dump all its goroutines.
	Stacks = flagOption(seenStacks)
	// Unfolded shows each of several siblings that are alike.
	Unfolded = flagOption(seenUnfolded)
)

func (o flagOption) apply(c *config) {
	switch o {
	case Stacks:
		once(&c.seen, seenStacks, "Stacks")
		c.stacks = true
	case Unfolded:
		once(&c.seen, seenUnfolded, "Unfolded")
		c.nofold = true
	}
}

func configOf(opts []Option) *config {
	c := &config{max: DefaultMax}
	for _, o := range opts {
		if o == nil {
			panic("inspect: nil option")
		}
		o.apply(c)
	}
	return c
}
