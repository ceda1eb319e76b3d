package progress

import (
	"context"

	"github.com/braid-go/braid"
)

// This file connects progress to groups and contexts.

var _ braid.Tracker = (*Progress)(nil)

// Added tells that n items were handed over. It is for [braid.Track]. They are
// part of the total that was declared, or make it more if there are more; with
// none declared they are taken for all there are, so that a group which is
// handed its tasks one by one wants a Total, or AtLeast(0), before. It panics if
// n is negative.
func (p *Progress) Added(n int) {
	mustNotBeNegative("Added", n)
	if p == nil {
		return
	}
	if n == 0 {
		p.declare(undeclared, 0, true) // none are all there are
	}
	increase(&p.announced, n)
}

// Ended counts n items that ended in state s. It is for [braid.Track]. A panic
// or a Goexit is a failure; what was cancelled, or never started, is skipped.
// It panics if n is negative or s is no state in which a task has ended.
func (p *Progress) Ended(s braid.State, n int) {
	mustNotBeNegative("Ended", n)
	switch s {
	case braid.Succeeded:
		p.Done(n)
	case braid.Failed, braid.Panicked, braid.Exited:
		p.Fail(n)
	case braid.Cancelled, braid.Skipped:
		p.Skip(n)
	default:
		panic("progress: Ended called with the state " + s.String())
	}
}

type key struct{}

// With gives a context in which [From] finds p. If p is nil it finds none. It
// panics if ctx is nil.
func With(ctx context.Context, p *Progress) context.Context {
	if ctx == nil {
		panic("progress: With called with a nil context")
	}
	return context.WithValue(ctx, key{}, p)
}

// From gives what [With] put into ctx or a context above, or nil, on which all
// methods do nothing. A dead context has it still. It allocates nothing. It
// panics if ctx is nil.
func From(ctx context.Context) *Progress {
	if ctx == nil {
		panic("progress: From called with a nil context")
	}
	p, _ := ctx.Value(key{}).(*Progress)
	return p
}
