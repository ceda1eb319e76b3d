package cancel

import (
	"context"
	"errors"
	"time"
)

// What functions of the package give.

type limits struct {
	each map[string]time.Duration
	ends []context.CancelFunc
}

func (l *limits) of(ctx context.Context, name string) (context.Context, context.CancelFunc) {
	if d, ok := l.each[name]; ok {
		return context.WithTimeout(ctx, d)
	}
	return context.WithCancel(ctx)
}

func parts(ctx context.Context, d time.Duration) (context.Context, func(), error) {
	if d < 0 {
		return nil, nil, errors.New("less than nothing")
	}
	if d == 0 {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	if err := do(ctx); err != nil {
		cancel()
		return nil, nil, err
	}
	return ctx, cancel, nil
}

func droppedOf(ctx context.Context, l *limits) error {
	ctx, _ = l.of(ctx, "a") // want `the cancel function of of is dropped`
	return do(ctx)
}

func droppedParts(ctx context.Context) error {
	ctx, _, err := parts(ctx, time.Second) // want `the cancel function of parts is dropped: the context stays until its time is over`
	if err != nil {
		return err
	}
	return do(ctx)
}

func forgotten(ctx context.Context, l *limits) error {
	ctx, cancel := l.of(ctx, "a") // want `cancel, the cancel function of of, is not called on every path`
	if err := do(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

// Not so.

func calledOf(ctx context.Context, l *limits) error {
	ctx, cancel := l.of(ctx, "a")
	defer cancel()
	return do(ctx)
}

// Kept by the function that makes it.
func (l *limits) kept(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	l.ends = append(l.ends, cancel)
	return ctx, cancel
}

func (l *limits) close() {
	for _, end := range l.ends {
		end()
	}
}

func droppedKept(ctx context.Context, l *limits) error {
	ctx, _ = l.kept(ctx)
	return do(ctx)
}

func asItIs(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }

func droppedNothing(ctx context.Context) error {
	ctx, _ = asItIs(ctx)
	return do(ctx)
}

func fromNone() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}

func droppedFromNone() error {
	ctx, _ := fromNone()
	return do(ctx)
}

func droppedOfOther(ctx context.Context, make func(context.Context) (context.Context, context.CancelFunc)) error {
	ctx, _ = make(ctx)
	return do(ctx)
}

func derivedTwice(ctx context.Context, l *limits) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	part, _ := l.of(ctx, "a")
	return do(part)
}
