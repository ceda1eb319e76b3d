package cancel

import (
	"context"
	"time"
)

func explained(ctx context.Context, f func(context.Context)) {
	//nolint:govet // we don't want to cancel that context: the timeout takes care of it
	fresh, _ := context.WithTimeout(ctx, time.Second)
	f(fresh)
}

func unexplained(ctx context.Context, f func(context.Context)) {
	// The context for f.
	fresh, _ := context.WithTimeout(ctx, time.Second) // want `the cancel function of context.WithTimeout is dropped`
	f(fresh)
}

func explainedByIgnored(ctx context.Context, limit time.Duration, f func(context.Context)) {
	// cancel is ignored here as f is over before that.
	// See the documentation of f.
	ctx, _ = context.WithTimeout(ctx, limit)
	f(ctx)
}

func explainedBelow(ctx context.Context, limit time.Duration, f func(context.Context)) {
	ctx, _ = context.WithTimeout(ctx, limit)
	// the cancel function is deliberately dropped,
	// since f closes what it has opened

	f(ctx)
}

func explainedBeside(ctx context.Context, limit time.Duration, f func(context.Context)) {
	ctx, _ = context.WithTimeout(ctx, limit) // cancelFunc isn't called: f goes on
	f(ctx)
}

func explainedOnTwoLines(ctx context.Context, limit time.Duration, f func(context.Context)) {
	// f goes on when this has returned, and so the cancel function
	// must not be called.
	ctx, _ = context.WithTimeout(ctx, limit)
	f(ctx)
}

func saysWhatItDoes(ctx context.Context, limit time.Duration, f func(context.Context)) {
	// Cancel f after the limit.
	ctx, _ = context.WithTimeout(ctx, limit) // want `the cancel function of context.WithTimeout is dropped`
	f(ctx)
}

func yetToBeMended(ctx context.Context, limit time.Duration, f func(context.Context)) {
	// TODO: cancel is ignored here.
	ctx, _ = context.WithTimeout(ctx, limit) // want `the cancel function of context.WithTimeout is dropped`
	f(ctx)
}

func farBelow(ctx context.Context, limit time.Duration, f func(context.Context)) {
	ctx, _ = context.WithTimeout(ctx, limit) // want `the cancel function of context.WithTimeout is dropped`

	// A cancel is ignored by f.
	f(ctx)
}

func belongsToTheNext(ctx context.Context, limit time.Duration, f func(context.Context)) {
	ctx, _ = context.WithTimeout(ctx, limit) // want `the cancel function of context.WithTimeout is dropped`
	// If there is no answer in time, f does not go on, but is cancelled.
	f(ctx)
}

func whyAbove(ctx context.Context, dial func(context.Context) error) error {
	// We do not cancel this context here: what was dialled is used behind this function.

	// It is made of its own, so that a timeout ends the dialling alone.
	ctx, cancel := context.WithCancel(ctx)
	if err := dial(ctx); err != nil {
		cancel()
		return err
	}
	return nil
}
