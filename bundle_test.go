package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file is about functions that are queued as such behind many others. Under
// the race detector none are, and the tests hold all the same.

type closes func()

func (c closes) Close() error { c(); return nil }

func TestTasksOfAllKindsStartInTheOrderInWhichTheyWereHandedOver(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var started []int
		const n = 2000
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			go1 := func(i int) func(context.Context) error {
				return func(context.Context) error { started = append(started, i); return nil }
			}
			likely := 1 + rnd.IntN(200) // how many of a kind come after each other, about
			kind := 0
			for i := range n {
				if rnd.IntN(likely) == 0 {
					kind = rnd.IntN(4)
				}
				switch kind {
				case 0, 1:
					g.Go(go1(i))
				case 2:
					braid.Fork(g, func(ctx context.Context) (int, error) { return i, go1(i)(ctx) })
				case 3:
					braid.GoWith(g, io.Closer(closes(func() {})), func(ctx context.Context, _ io.Closer) error { return go1(i)(ctx) })
				}
				if rnd.IntN(likely) == 0 {
					runtime.Gosched()
				}
			}
			return nil
		}, braid.Limit(1))
		if err != nil || len(started) != n || !slices.IsSorted(started) {
			t.Fatalf("seed %d: %v, %d started, in order: %v", seed, err, len(started), slices.IsSorted(started))
		}
	}
}

func TestWhatIsQueuedBehindManyIsCancelledWithThem(t *testing.T) {
	var called, closed atomic.Int32
	const n = 1000
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		first := make(chan struct{})
		g.Go(func(ctx context.Context) error { close(first); <-ctx.Done(); return nil })
		<-first
		for i := range n {
			g.Go(func(context.Context) error { called.Add(1); return nil })
			if i%100 == 99 {
				braid.GoWith(g, io.Closer(closes(func() { closed.Add(1) })), func(context.Context, io.Closer) error { called.Add(1); return nil })
			}
		}
		g.Cancel()
		return nil
	}, braid.Limit(1))
	if err != nil || called.Load() != 0 || closed.Load() != n/100 {
		t.Error(err, called.Load(), closed.Load())
	}
}

func TestAFailureOfWhatWasQueuedBehindManySaysWhereItIs(t *testing.T) {
	onOneProcessor(t)
	boom := errors.New("boom")
	fails := func(context.Context) error { return boom }
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		for range 300 {
			g.Go(nop)
		}
		g.Go(fails)
		for range 300 {
			g.Go(nop)
		}
		return nil
	}, braid.Name("many"))
	var te *braid.TaskError
	if !errors.As(err, &te) || !errors.Is(err, boom) || !strings.HasPrefix(te.Path(), "many/") || !strings.HasSuffix(te.Spawned().File, "bundle_test.go") {
		t.Errorf("%+v", err)
	}
}

func TestAPanicOfWhatWasQueuedBehindManyLeavesTheOthersToBeCalledOrSkipped(t *testing.T) {
	onOneProcessor(t)
	for _, at := range []int{40, 100, 299} {
		synctest.Test(t, func(t *testing.T) {
			var calls [600]atomic.Int32
			total := func() (n int32) {
				for i := range calls {
					n += calls[i].Load()
				}
				return n
			}
			var pe *braid.PanicError
			func() {
				defer func() { pe, _ = recover().(*braid.PanicError) }()
				_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					for i := range calls {
						g.Go(func(context.Context) error {
							if calls[i].Add(1); i == at {
								panic("boom")
							}
							return nil
						})
					}
					return nil
				})
			}()
			returned := total()
			if pe == nil || pe.Value != "boom" || calls[at].Load() != 1 {
				t.Errorf("%d: %v, called %d times", at, pe, calls[at].Load())
			}
			for i := range calls {
				if n := calls[i].Load(); n > 1 {
					t.Errorf("%d: function %d was called %d times", at, i, n)
				}
			}
			synctest.Wait()
			if late := total() - returned; late != 0 {
				t.Errorf("%d: %d were called after the group had ended", at, late)
			}
		})
	}
}

func TestALimitMayBeSetWhileFunctionsAreQueued(t *testing.T) {
	onOneProcessor(t)
	for _, limits := range [][]int{{1}, {3, 1}, {1, 1000}, {2, 5, 1, 7}} {
		var mu sync.Mutex
		running, most, ran := 0, 0, 0
		const n = 3000
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			for i := range n {
				if i%500 == 300 && len(limits) > i/500 {
					g.SetLimit(limits[i/500])
				}
				g.Go(func(context.Context) error {
					mu.Lock()
					running++
					most = max(most, running)
					mu.Unlock()
					runtime.Gosched()
					mu.Lock()
					running--
					ran++
					mu.Unlock()
					return nil
				})
			}
			return nil
		})
		if err != nil || ran != n || len(limits) == 1 && most > 1 && !racing {
			t.Error(limits, err, ran, most)
		}
	}
}

func TestTasksOfOtherKindsInBetweenCostNoMore(t *testing.T) {
	if racing {
		t.Skip("under the race detector nothing is queued")
	}
	queue := func(n int) func() {
		return func() {
			_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				for i := range n {
					if i%3 == 0 {
						braid.Fork(g, one)
					} else {
						g.Go(nop)
					}
				}
				return nil
			})
		}
	}
	few, many := bytesPerRun(100, queue(300)), bytesPerRun(100, queue(3300))
	// A third have 112 bytes, and the others have nodes, or bundles that are too
	// short to pay.
	if each := float64(many-few) / 3000; each > 105 {
		t.Errorf("%.1f bytes a task", each)
	}
}

func TestOptionsOfWhatIsQueuedBehindManyAreKept(t *testing.T) {
	onOneProcessor(t)
	var called atomic.Int32
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		for range 100 {
			g.Go(nop)
		}
		g.Go(func(context.Context) error { called.Add(1); return nil }, braid.Always)
		g.Cancel()
		return nil
	})
	if err != nil || called.Load() != 1 {
		t.Error(err, called.Load())
	}
}

func TestWhatAQueuedFunctionKeepsIsLetGoOfWhileOthersOfItsBundleWait(t *testing.T) {
	onOneProcessor(t)
	collected := make(chan struct{})
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		hold := make(chan struct{})
		for range 50 {
			g.Go(nop)
		}
		func() {
			kept := new([1 << 16]byte)
			runtime.AddCleanup(kept, func(struct{}) { close(collected) }, struct{}{})
			g.Go(func(context.Context) error { kept[0] = 1; return nil })
		}()
		for range 3 {
			g.Go(func(context.Context) error { <-hold; return nil })
		}
		for range 100 {
			g.Go(nop)
		}
		for i := 0; ; i++ {
			runtime.Gosched()
			runtime.GC()
			select {
			case <-collected:
				close(hold)
				return nil
			default:
				if i == 1000 {
					close(hold)
					return errors.New("it is kept")
				}
			}
		}
	}, braid.Limit(1))
	if err != nil {
		t.Error(err)
	}
}

func TestWhoWantsItsSlotBackComesBeforeQueuedFunctions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var queued, before atomic.Int32
		handle := make(chan *braid.Task[int], 1)
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_, _ = (<-handle).Wait(ctx) // lends its slot
				before.Store(queued.Load())
				return nil
			})
			for range 20 {
				g.Go(func(context.Context) error {
					time.Sleep(time.Second)
					queued.Add(1)
					return nil
				})
			}
			last := braid.Fork(g, func(context.Context) (int, error) { return 0, nil })
			handle <- last
			time.Sleep(2500 * time.Millisecond)
			last.Cancel() // and the wait is over
			return nil
		}, braid.Limit(1))
		if before.Load() != 3 {
			t.Errorf("it came after %d of those queued, want 3", before.Load())
		}
	})
}

func TestALowerLimitHoldsForFunctionsThatAreQueuedAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			for range 30 {
				g.Go(func(context.Context) error {
					if n := running.Add(1); n > most.Load() {
						most.Store(n)
					}
					time.Sleep(time.Second)
					running.Add(-1)
					return nil
				})
			}
			time.Sleep(2500 * time.Millisecond)
			if most.Load() != 3 {
				t.Errorf("%d at once under a limit of 3", most.Load())
			}
			g.SetLimit(1)
			time.Sleep(time.Second)
			most.Store(0)
			return nil
		}, braid.Limit(3))
		if most.Load() != 1 {
			t.Errorf("%d at once under a limit of 1", most.Load())
		}
	})
}

func TestAContextThatWasWaitedOnKeepsItsNameWhenAnotherFunctionFollows(t *testing.T) {
	var kept []context.Context
	var names []string
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		for range 10 {
			g.Go(func(ctx context.Context) error {
				ctx.Done()
				kept, names = append(kept, ctx), append(names, fmt.Sprint(ctx))
				return nil
			})
			g.Go(func(context.Context) error { return nil })
		}
		return nil
	}, braid.Limit(1))
	for i, ctx := range kept {
		if got := fmt.Sprint(ctx); got != names[i] {
			t.Errorf("%s is %s now", names[i], got)
		}
	}
}
