package temporal

import (
	"strconv"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file starts one function several times, one after the other, so that a
// slow answer does not hold everybody up. What is kept: while one is awaited
// there is an attempt under way, and none is left when Hedge returns.

// Hedge calls fn up to n times and returns the value of the first call that
// succeeds. The first call starts at once, and each further one delay after the
// one before it was started, or at once when one fails. With a delay of 0 all
// start at once. The others are cancelled and joined before Hedge returns.
//
// If all fail the error has every failure, each under the number of its attempt;
// of a hedge that was won, [OnFailure] sees them. One that is [braid.Permanent]
// ends the hedge: no further attempt starts, and those under way are cancelled. A
// panic of an attempt ends it too, and is as for [Run]. If ctx dies before one has
// succeeded, the error is as for Run. The delay is slept through by the workflow's
// timers. What fn asks for should be a read, or be idempotent. Hedge panics if ctx
// or fn is nil, n is less than one or delay is negative.
func Hedge[T any](ctx workflow.Context, n int, delay time.Duration, fn func(ctx workflow.Context) (T, error), opts ...GroupOption) (T, error) {
	checkScope("Hedge", ctx, fn == nil)
	switch {
	case n < 1:
		panic("braid: Hedge called with fewer than one attempt")
	case delay < 0:
		panic("braid: Hedge called with a negative delay")
	}
	h := &hedge{}
	pc := seam.FuncPC(fn)
	var v T
	won := false
	err := run(ctx, "Hedge", pc, func(ctx workflow.Context, g *Group) error {
		h.g, h.failures = g, workflow.NewBufferedChannel(ctx, n)
		h.run(ctx, n, delay, func(i int) {
			_ = g.add(&task{pc: pc, item: -1, cfg: taskConfig{name: "attempt " + strconv.Itoa(i)}, run: func(ctx workflow.Context) error {
				got, err := fn(ctx)
				if err == nil && !won && !h.lost {
					v, won = got, true
					g.die(cancelled(g.ctx, g.path(), nil, pc))
				}
				return err
			}}) // the body's own group is open
		})
		return nil
	}, with(opts, preset{keep: n, failed: h.failed}))
	if won && !h.spoiled {
		return v, nil
	}
	var zero T
	return zero, err
}

// A hedge is one call of Hedge.
type hedge struct {
	g        *Group
	failures workflow.Channel // has room for all
	lost     bool             // by a failure that is permanent, or a panic
	spoiled  bool             // by a panic
}

// run starts attempts until there are n or it is over.
func (h *hedge) run(ctx workflow.Context, n int, delay time.Duration, start func(i int)) {
	for i := 1; ctx.Err() == nil; i++ {
		start(i)
		if i == n {
			return
		}
		if delay == 0 {
			continue
		}
		waiting, stop := workflow.WithCancel(ctx)
		workflow.NewNamedSelector(ctx, "hedge").
			AddFuture(workflow.NewTimer(waiting, delay), func(workflow.Future) {}).
			AddReceive(h.failures, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) }).
			AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {}).
			Select(ctx)
		stop()
	}
}

// failed is told of each failure that the group records.
func (h *hedge) failed(te *braid.TaskError, ends bool) {
	permanent, _, _ := seam.Advice(te.Err)
	h.spoiled = h.spoiled || ends
	if ends || permanent {
		h.lost = true
		h.g.die(failed(h.g.ctx, te))
		return
	}
	h.failures.SendAsync(nil)
}
