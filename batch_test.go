package braid_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/braid-go/braid"
)

// This file is about tasks that a worker has claimed together. Under the race
// detector there are none, and the tests hold all the same.

// onOneProcessor keeps workers from beginning before the body has queued what it
// has, and each from beginning before the one before it waits.
func onOneProcessor(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// noLogs keeps what is lost in a Goexit on purpose from being told.
func noLogs(t *testing.T) {
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

func TestATaskThatBlocksHoldsUpNoneThatWasClaimedWithIt(t *testing.T) {
	const n = 200
	for blocks := range n {
		var ran atomic.Int32
		all := make(chan struct{})
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			for i := range n {
				g.Go(func(context.Context) error {
					if ran.Add(1) == n {
						close(all)
					}
					if i == blocks {
						<-all
					}
					return nil
				})
			}
			return nil
		})
		if err != nil || ran.Load() != n {
			t.Fatal(err, ran.Load())
		}
	}
}

func TestTasksThatAreClaimedTogetherMayAllWaitForEachOther(t *testing.T) {
	const n = 3000
	var arrived atomic.Int32
	all := make(chan struct{})
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		for range n {
			g.Go(func(context.Context) error {
				if arrived.Add(1) == n {
					close(all)
				}
				<-all
				return nil
			})
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAStuckTaskHoldsUpNoneClaimedWithItWhileMoreAndMoreAreQueued(t *testing.T) {
	onOneProcessor(t)
	var ran, more atomic.Int32
	stuck, behind := make(chan struct{}), make(chan struct{})
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { <-stuck; return nil })
		for range 20 {
			g.Go(func(context.Context) error {
				if ran.Add(1) == 20 {
					close(behind)
				}
				return nil
			})
		}
		var again func(context.Context) error
		again = func(context.Context) error { // there is always one queued
			if more.Add(1) < 1_000_000 {
				select {
				case <-behind:
				default:
					g.Go(again)
				}
			}
			return nil
		}
		for range 100 {
			g.Go(again)
		}
		<-behind
		close(stuck)
		return nil
	})
	if err != nil || more.Load() >= 1_000_000 {
		t.Error(err, more.Load())
	}
}

func TestAGoexitLeavesThoseThatWereClaimedWithItToOthers(t *testing.T) {
	onOneProcessor(t)
	noLogs(t)
	const n = 100
	for exits := range n {
		var ran [n]atomic.Int32
		func() {
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
					for i := range n {
						g.Go(func(context.Context) error {
							ran[i].Add(1)
							if i == exits {
								runtime.Goexit()
							}
							return nil
						})
					}
					return nil
				}, braid.Supervised)
			}()
			<-done
		}()
		for i := range ran {
			if r := ran[i].Load(); r != 1 {
				t.Fatalf("task %d of %d ran %d times, with a Goexit in task %d", i, n, r, exits)
			}
		}
	}
}

func TestALimitThatIsSetHoldsForTasksThatWereClaimedTogether(t *testing.T) {
	onOneProcessor(t)
	const n, at, limit = 100, 3, 2
	var ran, running atomic.Int32
	all := make(chan struct{})
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		for i := range n {
			g.Go(func(context.Context) error {
				defer running.Add(-1)
				if r := running.Add(1); r > limit && i > at {
					t.Errorf("%d tasks run", r)
				}
				switch {
				case i == at:
					g.SetLimit(1)
					for range 100 {
						runtime.Gosched()
					}
					if r := ran.Load(); r != at && !racing {
						t.Errorf("at limit one %d tasks have run beside it", r)
					}
					g.SetLimit(limit)
					<-all // those that had ended hold no slots
				case ran.Add(1) == n-1:
					close(all)
				}
				return nil
			})
		}
		return nil
	})
	if err != nil || ran.Load() != n-1 {
		t.Error(err, ran.Load())
	}
}

func TestWhatATaskKeptIsLetGoOfWhileAnotherClaimedWithItBlocks(t *testing.T) {
	onOneProcessor(t)
	blocks, goOn := make(chan struct{}), make(chan struct{})
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		kept := new([1 << 16]byte)
		gone := weak.Make(kept)
		g.Go(func(context.Context) error { kept[0] = 1; return nil })
		g.Go(func(context.Context) error { close(blocks); <-goOn; return nil })
		for range 20 {
			g.Go(func(context.Context) error { return nil })
		}
		<-blocks
		defer close(goOn)
		for range 100 { // under the race detector the first may come after the second
			if runtime.GC(); gone.Value() == nil {
				return nil
			}
			runtime.Gosched()
		}
		return errors.New("it is still there")
	})
	if err != nil {
		t.Error(err)
	}
}

func TestBackgroundTasksEndWithThoseTheyServeHoweverTheseWereClaimed(t *testing.T) {
	for range 50 {
		var ran atomic.Int32
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			for i := range 100 {
				if i%10 == 3 {
					g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil }, braid.Background)
				}
				g.Go(func(context.Context) error { ran.Add(1); return nil })
			}
			return nil
		})
		if err != nil || ran.Load() != 100 {
			t.Fatal(err, ran.Load())
		}
	}
}

func TestTheEndOfATaskIsHeardWhileAnotherClaimedWithItBlocks(t *testing.T) {
	onOneProcessor(t)
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		goOn := make(chan struct{})
		waitedFor := braid.Fork(g, func(context.Context) (int, error) { return 1, nil })
		selected := braid.Fork(g, func(context.Context) (int, error) { return 2, nil })
		braid.Fork(g, func(context.Context) (int, error) { <-goOn; return 0, nil })
		for range 20 {
			braid.Fork(g, func(context.Context) (int, error) { return 0, nil })
		}
		done := selected.Done()
		defer close(goOn)
		if v, err := waitedFor.Wait(ctx); v != 1 || err != nil {
			t.Error(v, err)
		}
		<-done
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTasksThatWereClaimedTogetherAreCancelledAlone(t *testing.T) {
	onOneProcessor(t)
	const n = 100
	var tasks [n]*braid.Task[int]
	var called [n]atomic.Int32
	all := make(chan struct{})
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		defer close(all)
		for i := range n {
			tasks[i] = braid.Fork(g, func(context.Context) (int, error) {
				called[i].Add(1)
				if i == 3 {
					<-all
					for k := 0; k < n; k += 5 {
						tasks[k].Cancel()
					}
					for k := 1; k < n; k += 10 {
						if v, err := tasks[k].Wait(ctx); v != k || err != nil {
							t.Error(v, err)
						}
					}
				}
				return i, nil
			})
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for i := range n {
		want, times := braid.Succeeded, int32(1)
		if i%5 == 0 && i > 3 {
			want, times = braid.Skipped, 0
		}
		if racing { // there they may have begun before
			want, times = tasks[i].State(), called[i].Load()
		}
		if s, c := tasks[i].State(), called[i].Load(); s != want || c != times {
			t.Errorf("task %d is %v and was called %d times, want %v and %d", i, s, c, want, times)
		}
	}
}

// TestRandomTasksAreCalledOnceEach lets tasks that wait for each other, spawn,
// panic, call Goexit and change the limit meet at random.
func TestRandomTasksAreCalledOnceEach(t *testing.T) {
	noLogs(t)
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for seed := range rounds {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		n := 1 + random.IntN(400)
		calls := make([]atomic.Int32, n)
		began := make([]chan struct{}, n)
		does := make([]int, n)
		other := make([]int, n)
		for i := range n {
			began[i], does[i], other[i] = make(chan struct{}), random.IntN(40), random.IntN(n)
		}
		limited := random.IntN(3) == 0 // then nobody may wait for others in secret
		done := make(chan error, 1)
		go func() {
			err := errors.New("a Goexit")
			defer func() { done <- err }()
			err = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				var task func(i int) func(context.Context) error
				task = func(i int) func(context.Context) error {
					return func(context.Context) error {
						calls[i].Add(1)
						close(began[i])
						if half := n / 2; i < half { // what the body does not spawn
							g.Go(task(half + i))
						}
						switch do := does[i]; {
						case do < 5 && !limited:
							<-began[other[i]]
						case do < 7:
							runtime.Gosched()
						case do == 8:
							runtime.Goexit()
						case do == 9:
							panic(i)
						case do == 10 && limited:
							g.SetLimit(1 + i%5)
						case do == 11:
							return errors.New("failed")
						}
						return nil
					}
				}
				for i := range n {
					if i < n/2 || i >= n/2*2 {
						g.Go(task(i))
					}
				}
				return nil
			}, braid.Supervised, braid.PanicsAsErrors)
		}()
		<-done
		for i := range calls {
			if c := calls[i].Load(); c != 1 {
				t.Fatalf("seed %d: task %d of %d was called %d times", seed, i, n, c)
			}
		}
	}
}

// TestRandomForksAreCalledOnceOrSkipped lets waits for handles and cancels of
// single tasks meet them.
func TestRandomForksAreCalledOnceOrSkipped(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	for seed := range rounds {
		random := rand.New(rand.NewPCG(uint64(seed), 2))
		n := 1 + random.IntN(400)
		calls := make([]atomic.Int32, n)
		tasks := make([]atomic.Pointer[braid.Task[int]], n)
		does := make([]int, n)
		other := make([]int, n)
		for i := range n {
			does[i], other[i] = random.IntN(12), random.IntN(n)
		}
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			for i := range n {
				tasks[i].Store(braid.Fork(g, func(ctx context.Context) (int, error) {
					calls[i].Add(1)
					of := tasks[other[i]].Load()
					switch {
					case of == nil:
					case does[i] == 0:
						of.Cancel()
					case does[i] == 1 && other[i] < i: // or there might be a ring
						if v, err := of.Wait(ctx); err == nil && v != other[i] {
							t.Errorf("seed %d: %d is the value of task %d", seed, v, other[i])
						}
					case does[i] == 2 && other[i] < i:
						select {
						case <-of.Done():
						case <-ctx.Done():
						}
					case does[i] == 3:
						runtime.Gosched()
					}
					return i, nil
				}))
			}
			return nil
		})
		if err != nil {
			t.Fatal(seed, err)
		}
		for i := range n {
			s := tasks[i].Load().State()
			if c := calls[i].Load(); (s == braid.Skipped) != (c == 0) || c > 1 || s < braid.Succeeded {
				t.Fatalf("seed %d: task %d of %d is %v and was called %d times", seed, i, n, s, c)
			}
		}
	}
}
