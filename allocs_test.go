package braid_test

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file counts allocations, and their bytes, on the paths that are hot. The
// numbers are exact: what needs more is noticed, with no clock and on any machine,
// and what does with less lowers them here.

func wantAllocs(t *testing.T, what string, want float64, f func()) {
	t.Helper()
	if racing {
		t.Skip("under the race detector tasks are not reused, and the detector allocates")
	}
	defer unwatched()()
	if got := testing.AllocsPerRun(200, f); got != want {
		t.Errorf("%s: %v allocations, want %v", what, got, want)
	}
}

// unwatched has groups opened as in a program that neither looks into them nor
// steers them, as other tests here do with packages inspect and braidtest.
func unwatched() (again func()) {
	watched, bare, steering := seam.Watch, seam.Bare, seam.Steering
	seam.Watch, seam.Bare, seam.Steering = false, nil, nil
	return func() { seam.Watch, seam.Bare, seam.Steering = watched, bare, steering }
}

// bytesPerRun is testing.AllocsPerRun for bytes. No collection comes between,
// after which the runtime may want a new goroutine.
func bytesPerRun(runs int, f func()) uint64 {
	defer unwatched()()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 10 {
		f()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / uint64(runs)
}

// The sizes are those of the allocator's classes, so most fields that are added
// change nothing; the one that makes a class too small is the one to look at.
func TestAllocs_BytesOfGroupsAndTasks(t *testing.T) {
	if racing || unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("sizes are those of 64 bits, without the race detector's words")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	run := func(body func(g *braid.Group)) func() {
		return func() {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { body(g); return nil })
		}
	}
	for what, c := range map[string]struct {
		want uint64
		f    func()
	}{
		"a group":                            {288, run(func(*braid.Group) {})},
		"a group with one task":              {304, run(func(g *braid.Group) { g.Go(nop) })},
		"a group with one typed task":        {416, run(func(g *braid.Group) { braid.Fork(g, one) })},
		"a retry whose first attempt is all": {0, func() { _, _ = braid.Retry(ctx, braid.Policy{}, one) }},
	} {
		// Once in 61 times the scheduler lets the join have its turn before the
		// worker; then it waits in earnest, for which a channel is made.
		if got := bytesPerRun(1000, c.f); got < c.want || got > c.want+c.want/50 {
			t.Errorf("%s: %d bytes, want %d", what, got, c.want)
		}
	}
	many := func(n int, add func(g *braid.Group)) func() {
		return run(func(g *braid.Group) {
			for range n {
				add(g)
			}
		})
	}
	for what, c := range map[string]struct {
		want float64
		add  func(g *braid.Group)
	}{
		"a queued task without a handle": {8.9, func(g *braid.Group) { g.Go(nop) }},
		"a typed task":                   {112, func(g *braid.Group) { braid.Fork(g, one) }},
	} {
		few, more := bytesPerRun(400, many(180, c.add)), bytesPerRun(100, many(1980, c.add))
		// Functions of tasks without a handle are queued as such, 8 bytes each.
		if got := float64(more-few) / 1800; math.Abs(got-c.want) > 1 {
			t.Errorf("%s: %.1f bytes, want %v", what, got, c.want)
		}
	}
}

func nop(context.Context) error        { return nil }
func one(context.Context) (int, error) { return 1, nil }

func TestAllocs_AGroupIsOneAndItsFirstTaskOneMoreOrTwo(t *testing.T) {
	root, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, ctx := range map[string]context.Context{"no parent": context.Background(), "a parent that can be cancelled": root} {
		wantAllocs(t, "Run with nothing, "+name, 1, func() {
			_ = braid.Run(ctx, func(context.Context, *braid.Group) error { return nil })
		})
		wantAllocs(t, "Run with one Go, "+name, 2, func() {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { g.Go(nop); return nil })
		})
		wantAllocs(t, "Run with one Fork, "+name, 3, func() {
			_ = braid.Run(ctx, func(_ context.Context, g *braid.Group) error { braid.Fork(g, one); return nil })
		})
	}
}

func TestAllocs_WaitingForATaskThatEndsSoonIsFree(t *testing.T) {
	wantAllocs(t, "Run with one Fork that is waited for", 3, func() {
		_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			_, err := braid.Fork(g, one).Wait(ctx)
			return err
		})
	})
}

// Of a race: the group, nodes for its functions, the contest, what was given and
// what is returned, the context that the losers wait on, and what cancels it.
func TestAllocs_FunctionsThatAreRunAtOnceShareWhatTheyNeed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var losers sync.WaitGroup
	fns := make([]func(context.Context) (int, error), 8)
	for i := range fns {
		fns[i] = one
	}
	wantAllocs(t, "Settle of eight", 5, func() { _, _ = braid.Settle(ctx, fns) })
	wantAllocs(t, "All of eight", 6, func() { _, _ = braid.All(ctx, fns) })
	for i := range fns[1:] {
		fns[i] = func(ctx context.Context) (int, error) {
			losers.Done()
			<-ctx.Done()
			return 0, ctx.Err()
		}
	}
	fns[7] = func(context.Context) (int, error) { losers.Wait(); return 1, nil }
	wantAllocs(t, "First of eight", 19, func() {
		losers.Add(7)
		_, _ = braid.First(ctx, fns)
	})
}

func TestAllocs_ATypedTaskIsOne(t *testing.T) {
	tasks := func(n int) func() {
		return func() {
			_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				for range n {
					braid.Fork(g, one)
				}
				return nil
			})
		}
	}
	if racing {
		t.Skip("under the race detector there are more")
	}
	defer unwatched()()
	few, many := testing.AllocsPerRun(100, tasks(500)), testing.AllocsPerRun(100, tasks(1500))
	if each := (many - few) / 1000; each > 1.01 || each < 0.99 {
		t.Errorf("%v allocations for each task, want 1", each)
	}
}

func TestAllocs_ATaskWithoutAHandleIsNoneOnceTheGroupIsWarm(t *testing.T) {
	defer unwatched()()
	g, _ := braid.Open(context.Background())
	defer g.Close()
	var ran atomic.Int64
	count := func(context.Context) error { ran.Add(1); return nil }
	batch := func() {
		want := ran.Load() + 500
		for range 500 {
			g.Go(count)
		}
		for ran.Load() < want {
			runtime.Gosched()
		}
	}
	for range 10 {
		batch()
	}
	wantAllocs(t, "500 tasks", 0, batch)
	few := func() {
		want := ran.Load() + 5
		for range 5 {
			g.Go(count)
		}
		for ran.Load() < want {
			runtime.Gosched()
		}
	}
	wantAllocs(t, "5 tasks", 0, few)
	of5, _ := braid.Open(context.Background())
	defer of5.Close()
	g = of5
	for range 10 {
		few()
	}
	wantAllocs(t, "5 tasks, never more", 0, few)
}

func TestAllocs_ATimeoutThatNeverFires(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wantAllocs(t, "Timeout", 1, func() { _ = braid.Timeout(ctx, time.Hour, nop) })
	wantAllocs(t, "Timeout that is asked for Err", 1, func() {
		_ = braid.Timeout(ctx, time.Hour, func(ctx context.Context) error { return ctx.Err() })
	})
	wantAllocs(t, "MoveOn", 1, func() { _, _ = braid.MoveOn(ctx, time.Hour, nop) })
	wantAllocs(t, "Timeout of a closure", 1, func() {
		n := 0
		_ = braid.Timeout(ctx, time.Hour, func(context.Context) error { n++; return nil })
	})
	wantAllocs(t, "Shield", 2, func() { _ = braid.Shield(ctx, time.Hour, nop) })
}

func TestAllocs_AskingAContextForErrIsFree(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		wantAllocs(t, "a body's Err", 0, func() { _ = ctx.Err() })
		task := braid.Fork(g, func(ctx context.Context) (int, error) {
			wantAllocs(t, "a task's Err", 0, func() { _ = ctx.Err() })
			return 1, nil
		})
		if _, err := task.Wait(ctx); err != nil {
			return err
		}
		wantAllocs(t, "Result and Wait of a task that has ended", 0, func() {
			_, _ = task.Result()
			_, _ = task.Wait(ctx)
		})
		return nil
	})
}

func TestAllocs_ARetryThatSucceedsAtOnceIsNoneAndAThirdAttemptIsOne(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	attempts := func(p braid.Policy, needed int) func() {
		return func() {
			n := 0 // a closure that the attempts share; it stays on the stack
			v, err := braid.Retry(ctx, p, func(context.Context) (int, error) {
				if n++; n < needed {
					return 0, errOne
				}
				return n, nil
			})
			if v != needed || err != nil {
				t.Error(v, err)
			}
		}
	}
	whole := braid.Policy{Attempts: 5, Delay: time.Hour, Factor: 2, MaxElapsed: time.Hour, Budget: braid.NewBudget(10, 1), Observe: func(braid.Attempt) {}}
	wantAllocs(t, "the first attempt succeeds", 0, attempts(braid.Policy{}, 1))
	wantAllocs(t, "the first attempt succeeds, of a policy with everything", 0, attempts(whole, 1))
	wantAllocs(t, "the first attempt succeeds, with a Timeout", 1, attempts(braid.Policy{Timeout: time.Hour}, 1))
	wantAllocs(t, "the third attempt succeeds", 1, attempts(braid.Policy{}, 3))
	wantAllocs(t, "the fifth attempt succeeds", 2, attempts(braid.Policy{Attempts: 5}, 5)) // room for a fourth error
	_, _ = braid.Retry(ctx, braid.Policy{}, func(second context.Context) (int, error) {
		if braid.AttemptNumber(second) == 2 {
			wantAllocs(t, "the first attempt succeeds, while others retry", 0, attempts(braid.Policy{}, 1))
		}
		return 0, errOne
	})
}
