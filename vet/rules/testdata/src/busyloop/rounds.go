// Loops that count their rounds.

package busyloop

import (
	"context"
	"runtime"
	"sync/atomic"
)

type gate struct{ open atomic.Bool }

func countsRounds(ctx context.Context, g *gate) error {
	for i := 0; !g.open.Load(); i++ { // want `burns a processor until what it looks at changes`
		if i%100 == 0 {
			runtime.Gosched()
		}
	}
	return ctx.Err()
}

func countsInside(ctx context.Context, g *gate) (rounds int, err error) {
	n := 0
	for !g.open.Load() { // want `burns a processor until what it looks at changes`
		n++
		runtime.Gosched()
	}
	return n, ctx.Err()
}

// A number of rounds is enough, the context is looked at, or there is none.

func countsFew(ctx context.Context, g *gate) error {
	for i := 0; i < 100 && !g.open.Load(); i++ {
		runtime.Gosched()
	}
	return ctx.Err()
}

func countsUntil(ctx context.Context, g *gate) error {
	for i := 0; !g.open.Load(); i++ {
		if i > 100 {
			break
		}
		runtime.Gosched()
	}
	return ctx.Err()
}

func countsWithCtx(ctx context.Context, g *gate) error {
	for i := 0; !g.open.Load() && ctx.Err() == nil; i++ {
		runtime.Gosched()
	}
	return ctx.Err()
}

func countsAlone(g *gate) {
	for i := 0; !g.open.Load(); i++ {
		if i%100 == 0 {
			runtime.Gosched()
		}
	}
}

// Others spin for a moment, since the lock is held for no longer.
func countsOnPurpose(ctx context.Context, g *gate) error {
	// It spins: the gate opens in a moment.
	for i := 0; !g.open.Load(); i++ {
		runtime.Gosched()
	}
	return ctx.Err()
}

func countsAndWorks(ctx context.Context, g *gate, step func()) error {
	for i := 0; !g.open.Load(); i++ {
		step()
	}
	return ctx.Err()
}

func searches(ctx context.Context, list []int32) (int, error) {
	i := 0
	for ; atomic.LoadInt32(&list[i]) != 0; i++ {
	}
	return i, ctx.Err()
}
