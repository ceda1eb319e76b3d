package braid_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rules 1.1 to 1.6 of the contract: joining.

func TestRule1_1_RunReturnsOnlyAfterTheBodyAndEveryTaskHowever(t *testing.T) {
	options := map[string][]braid.GroupOption{
		"plain": nil, "limited": {braid.Limit(2)}, "supervised": {braid.Supervised},
		"panics as errors": {braid.PanicsAsErrors}, "short grace": {braid.Grace(1), braid.OnStall(func(braid.Stall) {})},
	}
	ends := map[string]func(g *braid.Group, cancel func()) error{
		"success": func(*braid.Group, func()) error { return nil },
		"failure": func(*braid.Group, func()) error { return errOne },
		"panic":   func(*braid.Group, func()) error { panic("boom") },
		"goexit":  func(*braid.Group, func()) error { runtime.Goexit(); return nil },
		"cancel":  func(g *braid.Group, _ func()) error { g.Cancel(); return nil },
		"outside": func(_ *braid.Group, cancel func()) error { cancel(); return nil },
	}
	for option, opts := range options {
		for name, end := range ends {
			for _, fromBody := range []bool{true, false} {
				live(t, func(t *testing.T, ctx context.Context, start time.Time) {
					ctx, cancel := context.WithCancel(ctx)
					defer cancel()
					var running atomic.Int32
					howEnded(func() error {
						return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
							begun := make(chan struct{}, 2)
							for i := range 2 {
								g.Go(func(context.Context) error {
									running.Add(1)
									defer running.Add(-1)
									begun <- struct{}{}
									time.Sleep(time.Duration(i+1) * time.Second)
									return nil
								})
							}
							<-begun
							<-begun
							if fromBody {
								return end(g, cancel)
							}
							g.Go(func(context.Context) error { return end(g, cancel) })
							return nil
						}, opts...)
					})
					if running.Load() != 0 || time.Since(start) != 2*time.Second {
						t.Errorf("%s, %s, body %v: %d run at %v", option, name, fromBody, running.Load(), time.Since(start))
					}
				})
			}
		}
	}
}

func TestRule1_2_ABodyThatReturnsNilJoinsAndCancelsNothing(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		v, err := braid.Call(ctx, func(_ context.Context, g *braid.Group) (int, error) {
			for range 3 {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Hour) })
			}
			return 42, nil
		})
		if v != 42 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		at(t, start, time.Hour, "the join")
	})
}

func TestRule1_3_BackgroundTasksAreCancelledOnceAllOthersHaveEnded(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		beats := 0
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				for {
					if err := braid.Sleep(ctx, time.Second); err != nil {
						at(t, start, 3500*time.Millisecond, "the heartbeat's cancellation")
						time.Sleep(time.Second) // it is joined, too
						return err
					}
					beats++
				}
			}, braid.Background)
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 3500*time.Millisecond) })
			return braid.Sleep(ctx, 2*time.Second)
		})
		if err != nil || beats != 3 {
			t.Errorf("%v, %d beats", err, beats)
		}
		at(t, start, 4500*time.Millisecond, "the join")
	})
}

func TestRule1_3_ABackgroundTaskAloneWaitsForTheBodyOnly(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(untilDead, braid.Background)
			return braid.Sleep(ctx, time.Second)
		})
		at(t, start, time.Second, "the join")
		if err != nil {
			t.Error(err)
		}
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return errLate }, braid.Background)
			return nil
		})
		if err != nil {
			wantFailures(t, err, errLate) // a real error of one is one, unless it was skipped
		}
		err = braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(failAfter(0, errOne), braid.Background)
			time.Sleep(time.Second)
			return nil
		})
		wantFailures(t, err, errOne)
	})
}

func TestRule1_3_ABackgroundTaskThatEndsEarlyEndsNothingElse(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(failAfter(0, nil), braid.Background)
			g.Go(untilDead, braid.Background)
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, 2*time.Second) })
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			time.Sleep(time.Millisecond)
			g.Go(failAfter(0, nil), braid.Background)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		at(t, start, 2*time.Second, "the join")
	})
}

// A worker that was started for a queue that is empty by now keeps the group
// open a moment longer than its last task does.
func TestRule1_3_ABackgroundTaskThatComesWhenAllOthersHaveEndedIsCancelledToo(t *testing.T) {
	withProcs(1, func() { // so that the goroutine woken by a task's end comes before that worker
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			over := make(chan struct{})
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(failAfter(0, nil))
				last := braid.Fork(g, func(context.Context) (int, error) { return 0, nil })
				go func() {
					defer close(over)
					<-last.Done()
					_ = g.TryGo(untilDead, braid.Background) // which nobody else would ever end
				}()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			at(t, start, 0, "the join")
			<-over
		})
	})
}

func TestRule1_4_TasksMayHandTasksToTheirOwnGroupFromAnywhereInTheTree(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var ran atomic.Int32
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			var spawn func(depth int) func(context.Context) error
			spawn = func(depth int) func(context.Context) error {
				return func(ctx context.Context) error {
					ran.Add(1)
					if depth == 0 {
						return nil
					}
					time.Sleep(time.Second) // the body is over
					g.Go(spawn(depth - 1))
					return braid.Run(ctx, func(_ context.Context, below *braid.Group) error {
						below.Go(func(context.Context) error { g.Go(spawn(depth - 1)); return nil })
						return nil
					})
				}
			}
			g.Go(spawn(6))
			return nil
		})
		if err != nil || ran.Load() != 127 {
			t.Errorf("%v, %d ran", err, ran.Load())
		}
		at(t, start, 6*time.Second, "the join")
	})
}

func heapAfterGC() uint64 {
	debug.FreeOSMemory()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestRule1_5_AGroupThatServesManyTasksOneAfterAnotherStaysFlatInMemory(t *testing.T) {
	total := 10_000_000
	switch {
	case testing.Short():
		total /= 50
	case racing:
		total /= 10
	}
	for name, opts := range map[string][]braid.GroupOption{"unlimited": nil, "limited": {braid.Limit(64)}} {
		t.Run(name, func(t *testing.T) {
			g, ctx := braid.Open(context.Background(), opts...)
			var ran atomic.Int64
			serve := func(n int) {
				for i := range n {
					err := g.GoWait(ctx, func(context.Context) error { ran.Add(1); return nil })
					if i%2 == 0 {
						g.Go(func(context.Context) error { return nil })
						braid.Fork(g, func(context.Context) (int, error) { return i, nil }) // the handle is not kept
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			n := total / 20
			serve(n / 10)
			before := heapAfterGC()
			serve(n)
			if after := heapAfterGC(); after > before+1<<20 {
				t.Errorf("the heap grew from %d to %d bytes in %d tasks", before, after, 2*n)
			}
			if err := g.Close(); err != nil || ran.Load() < int64(n) {
				t.Error(err, ran.Load())
			}
		})
	}
	t.Run("handed over as fast as it goes", func(t *testing.T) {
		g, _ := braid.Open(context.Background())
		var ran atomic.Int64
		serve := func(batches int) {
			for range batches {
				var batch atomic.Int64
				done := make(chan struct{})
				for range 1000 {
					g.Go(func(context.Context) error {
						ran.Add(1)
						if batch.Add(1) == 1000 {
							close(done)
						}
						return nil
					})
				}
				<-done
			}
		}
		serve(10)
		before := heapAfterGC()
		serve(total * 9 / 10 / 1000)
		if after := heapAfterGC(); after > before+1<<20 {
			t.Errorf("the heap grew from %d to %d bytes in %d tasks", before, after, ran.Load())
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestRule1_5_FailuresOfASupervisedGroupDoNotPileUpEither(t *testing.T) {
	g, _ := braid.Open(context.Background(), braid.Supervised, braid.Keep(10))
	serve := func(n int) {
		for range n {
			task := braid.Fork(g, func(context.Context) ([]byte, error) { return nil, errors.New(strings.Repeat("x", 1000)) })
			_, _ = task.Wait(context.Background())
		}
	}
	serve(100)
	before := heapAfterGC()
	serve(10000)
	if after := heapAfterGC(); after > before+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	err := g.Close()
	if ge, ok := err.(*braid.GroupError); !ok || len(ge.Errors()) != 10 || ge.Dropped() != 10090 {
		t.Errorf("got %.200v", err)
	}
}

// collected reports whether the collector takes what made has made.
func collected(made func() (watch *[64]byte)) func() bool {
	var gone atomic.Bool
	func() { runtime.AddCleanup(made(), func(struct{}) { gone.Store(true) }, struct{}{}) }()
	return func() bool {
		for range 100 {
			if runtime.GC(); gone.Load() {
				return true
			}
			time.Sleep(time.Millisecond) // for the collector's own goroutine
		}
		return false
	}
}

func TestRule1_6_AfterTheJoinAGroupKeepsNoTasksAndNoErrors(t *testing.T) {
	var groups []*braid.Group
	run := func(use func(g *braid.Group, watch *[64]byte)) func() bool {
		return collected(func() *[64]byte {
			watch := new([64]byte)
			_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				groups = append(groups, g)
				use(g, watch)
				return nil
			}, braid.Limit(1), braid.Supervised)
			return watch
		})
	}
	for name, gone := range map[string]func() bool{
		"Go's function": run(func(g *braid.Group, w *[64]byte) { g.Go(func(context.Context) error { w[0]++; return nil }) }),
		"a skipped function": run(func(g *braid.Group, w *[64]byte) {
			g.Cancel()
			g.Go(func(context.Context) error { w[0]++; return nil })
		}),
		"Fork's function": run(func(g *braid.Group, w *[64]byte) {
			braid.Fork(g, func(context.Context) (int, error) { w[0]++; return 0, nil })
		}),
		"a value": run(func(g *braid.Group, w *[64]byte) {
			braid.Fork(g, func(context.Context) (*[64]byte, error) { return w, nil })
		}),
		"an error": run(func(g *braid.Group, w *[64]byte) { g.Go(func(context.Context) error { return &holdsErr{w} }) }),
		"cleanup":  run(func(g *braid.Group, w *[64]byte) { _ = g.Defer(func(context.Context) error { w[0]++; return nil }) }),
	} {
		if !gone() {
			t.Errorf("%s is still there", name)
		}
	}
	runtime.KeepAlive(groups)
}

type holdsErr struct{ w *[64]byte }

func (*holdsErr) Error() string { return "an error that holds something" }

func TestRule1_6_AHandleThatIsKeptLetsGoOfItsFunction(t *testing.T) {
	var handles []*braid.Task[int]
	for _, skip := range []bool{false, true} {
		gone := collected(func() *[64]byte {
			watch := new([64]byte)
			_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				if skip {
					g.Cancel()
				}
				handles = append(handles, braid.Fork(g, func(context.Context) (int, error) { watch[0]++; return 0, nil }))
				return nil
			})
			return watch
		})
		if !gone() {
			t.Errorf("skipped %v: the function is still there", skip)
		}
	}
	runtime.KeepAlive(handles)
}

func TestRule1_6_AfterTheJoinNothingIsRegisteredAbove(t *testing.T) {
	type key struct{}
	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	gone := collected(func() *[64]byte {
		watch := new([64]byte)
		ctx := context.WithValue(parent, key{}, watch)
		_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			_ = ctx.Done()
			braid.AfterFunc(ctx, func() {})
			g.Go(func(ctx context.Context) error {
				_ = ctx.Done()
				return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error { _ = ctx.Done(); return nil }, new(braid.Deadline))
			})
			time.Sleep(time.Millisecond)
			g.Cancel() // which starts the grace
			return nil
		})
		return watch
	})
	if !gone() {
		t.Error("the parent holds something of the group")
	}
	runtime.KeepAlive(parent)
}

func TestRule1_6_NoTimerOfAnEndedGroupGoesOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports := 0
		_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			g.Go(untilDead)
			synctest.Wait()
			g.Cancel()
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(braid.Stall) { reports++ }))
		time.Sleep(time.Hour)
		if reports != 0 {
			t.Error("a group that had ended was reported")
		}
	})
}
