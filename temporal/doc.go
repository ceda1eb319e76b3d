// Package temporal is braid's groups where one process is not enough: in
// workflows of Temporal, whose activities run on any number of workers and which
// survive the death of all of them.
//
// The words are those of package braid, with [workflow.Context] in the place of
// [context.Context], and so is the contract:
//
//	func Checkout(ctx workflow.Context, order Order) (Receipt, error) {
//		return temporal.Call(ctx, func(ctx workflow.Context, g *temporal.Group) (Receipt, error) {
//			paid := temporal.Fork(g, func(ctx workflow.Context) (Payment, error) {
//				return temporal.Activity[Payment](ctx, Charge, order)
//			})
//			g.Go(func(ctx workflow.Context) error {
//				_, err := temporal.Activity[temporal.None](ctx, Reserve, order)
//				return err
//			})
//			p, err := paid.Wait(ctx)
//			if err != nil {
//				return Receipt{}, err
//			}
//			return receiptFor(order, p), nil
//		})
//	}
//
// A group returns when every task in it has ended, which is to say every
// coroutine, and every activity and child workflow that was started by
// [Activity] or [Child], or by the SDK's own functions on a worker with an
// [Interceptor]. The first failure cancels the others, [Cause] tells them why,
// and what comes back is a [braid.GroupError], which [braid.Split] and
// [braid.Catch] take apart, and which crosses to other processes whole where
// the client has a [FailureConverter]. [CallTask] runs a task of package engine, which is
// defined once for workflows, other programs and tests.
//
// # What differs from package braid
//
// docs/scale-out.md has it rule by rule; this is what one meets first.
//
// A workflow must be deterministic. Everything here is; what cannot be (a
// braid.Policy with a Rate, say) is refused at the call.
//
// A panic is raised again after the join, as in package braid, except by the
// outermost group of a coroutine: there a panic would not end the workflow but
// have its task tried again for ever, so that group returns the
// [braid.PanicError] among its failures. (The SDK's own panics about histories
// that do not fit the code pass through unjoined: what they ask for is other
// code, not the end of the workflow.)
//
// A runtime.Goexit of a task, for which a workflow has no use, is a failure with
// [braid.ErrGoexit].
//
// Tasks that do not obey a cancel are reported only where [OnStall] asks for it, since
// that is a timer in the history. [Look] and the server's pages show what is waited for.
//
// workflow.Context knows neither causes nor deadlines. [Cause] and [Deadline]
// take the place of context.Cause and ctx.Deadline, and a [MovableDeadline] that of
// braid.Deadline.
package temporal
