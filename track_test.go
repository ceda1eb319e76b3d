package braid_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// tally is a Tracker that counts.
type tally struct {
	mu    sync.Mutex
	added int
	ended map[braid.State]int
}

func (y *tally) Added(n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.added += n
}

func (y *tally) Ended(s braid.State, n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.ended == nil {
		y.ended = make(map[braid.State]int)
	}
	y.ended[s] += n
}

func (y *tally) check(t *testing.T, added int, ended map[braid.State]int) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.added != added {
		t.Errorf("%d added, want %d", y.added, added)
	}
	for s := braid.Queued; s <= braid.Skipped; s++ {
		if y.ended[s] != ended[s] {
			t.Errorf("%d %v, want %d", y.ended[s], s, ended[s])
		}
	}
}

func TestATrackerIsToldOfEachTaskAndHowItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var y tally
		ended := make(chan struct{})
		go func() { // which the Goexit ends
			defer close(ended)
			_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return nil })
				g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil }, braid.Background)
				braid.Fork(g, func(context.Context) (int, error) { return 0, nil })
				g.Go(func(context.Context) error { runtime.Goexit(); return nil })
				long := braid.Fork(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
				synctest.Wait()
				long.Cancel()
				synctest.Wait()
				g.Cancel()
				g.Go(func(context.Context) error { return nil })
				return nil
			}, braid.Track(&y), braid.Supervised)
		}()
		<-ended
		y.check(t, 5, map[braid.State]int{braid.Succeeded: 2, braid.Exited: 1, braid.Cancelled: 1, braid.Skipped: 1})

		y = tally{}
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return errors.New("broken") })
			g.Go(func(context.Context) error { panic("x") })
			return nil
		}, braid.Track(&y), braid.Supervised, braid.PanicsAsErrors)
		if err == nil {
			t.Error("no error")
		}
		y.check(t, 2, map[braid.State]int{braid.Failed: 1, braid.Panicked: 1})
	})
}

func TestATrackerCountsWhatAClosedGroupRefused(t *testing.T) {
	var y tally
	g, _ := braid.Open(t.Context(), braid.Track(&y))
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if err := g.TryGo(func(context.Context) error { return nil }); err != braid.ErrClosed {
		t.Error(err)
	}
	y.check(t, 1, map[braid.State]int{braid.Skipped: 1})
}

// beat is a Limiter that lets one go each second, the first at once.
type beat struct {
	mu   sync.Mutex
	next time.Time
}

func (b *beat) Wait(ctx context.Context) error {
	b.mu.Lock()
	at := b.next
	if now := time.Now(); at.Before(now) {
		at = now
	}
	b.next = at.Add(time.Second)
	b.mu.Unlock()
	return braid.Sleep(ctx, time.Until(at))
}

func TestRateStartsTasksAsTheLimiterLetsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var starts []time.Duration
		err := braid.Each(t.Context(), make([]int, 4), func(context.Context, int) error {
			mu.Lock()
			defer mu.Unlock()
			starts = append(starts, time.Since(start))
			return nil
		}, braid.Rate(&beat{}))
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range starts {
			if at != time.Duration(i)*time.Second {
				t.Errorf("start %d after %v", i, at)
			}
		}
	})
}

// refusal is a Limiter that does what it is.
type refusal func(context.Context) error

func (r refusal) Wait(ctx context.Context) error { return r(ctx) }

type countedCloser struct{ closed int }

func (c *countedCloser) Close() error { c.closed++; return nil }

func TestWhatARefusedTaskWasHandedIsNotLost(t *testing.T) {
	broken := errors.New("too much")
	for name, l := range map[string]refusal{
		"error":  func(context.Context) error { return broken },
		"panic":  func(context.Context) error { panic(broken) },
		"Goexit": func(context.Context) error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			var c countedCloser
			var waited error
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				defer func() {
					if v := recover(); (v != nil) != (name == "panic") {
						t.Errorf("panic %v", v)
					}
				}()
				err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
					braid.GoWith(g, &c, func(context.Context, *countedCloser) error { t.Error("called"); return nil })
					waited = g.GoWait(context.WithoutCancel(ctx), func(context.Context) error { t.Error("called"); return nil }, braid.Name("waited"))
					return nil
				}, braid.Rate(l), braid.Supervised)
				if !errors.Is(err, broken) {
					t.Error(err)
				}
			}()
			<-ended
			if c.closed != 1 {
				t.Errorf("closed %d times", c.closed)
			}
			if waited == nil {
				t.Error("GoWait says that the task was started")
			}
		})
	}
}

func TestAnAlwaysTaskRunsWhateverTheLimiterSaysOnceItsContextIsDead(t *testing.T) {
	ran := false
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Cancel()
		g.Go(func(ctx context.Context) error { ran = true; return nil }, braid.Always)
		return nil
	}, braid.Rate(refusal(func(ctx context.Context) error { return ctx.Err() })))
	if !ran {
		t.Error("not called")
	}
}

func TestCleanupIsNoTaskToATracker(t *testing.T) {
	var y tally
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return nil })
		return g.Defer(func(context.Context) error { return nil })
	}, braid.Track(&y))
	if err != nil {
		t.Error(err)
	}
	y.check(t, 1, map[braid.State]int{braid.Succeeded: 1})
}

func TestATrackerCountsTheItemsOfAMapAndNotItsTasks(t *testing.T) {
	var y tally
	if _, err := braid.Map(t.Context(), upTo(10_000), func(ctx context.Context, i int) (int, error) {
		if i%500 == 0 {
			ctx.Done()
		}
		return i, nil
	}, braid.Track(&y)); err != nil {
		t.Fatal(err)
	}
	y.check(t, 10_000, map[braid.State]int{braid.Succeeded: 10_000})

	y = tally{}
	err := braid.Each(t.Context(), upTo(10_000), func(_ context.Context, i int) error {
		if i == 5000 {
			return errOne
		}
		return nil
	}, braid.Track(&y), braid.Limit(1))
	wantFailures(t, err, errOne)
	y.check(t, 10_000, map[braid.State]int{braid.Succeeded: 5000, braid.Failed: 1, braid.Skipped: 4999})

	y = tally{}
	e := howEnded(func() error {
		return braid.Each(t.Context(), upTo(100), func(_ context.Context, i int) error {
			if i == 50 {
				panic(errTwo)
			}
			return nil
		}, braid.Track(&y), braid.Limit(1))
	})
	if e.panicked == nil {
		t.Error("no panic")
	}
	y.check(t, 100, map[braid.State]int{braid.Succeeded: 50, braid.Panicked: 1, braid.Skipped: 49})
}

func TestRule2_1_ALimiterThatDoesNotLookAtTheContextStartsNothingUnderADeadOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deaf := refusal(func(context.Context) error { time.Sleep(2 * time.Second); return nil })
		var called atomic.Int64
		call := func(context.Context) error { called.Add(1); return nil }
		var c countedCloser
		var task *braid.Task[int]
		var y tally
		err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
			g.Go(call)
			task = braid.Fork(g, func(ctx context.Context) (int, error) { return 1, call(ctx) })
			braid.GoWith(g, &c, func(ctx context.Context, _ *countedCloser) error { return call(ctx) })
			g.Go(func(context.Context) error { called.Add(10); return nil }, braid.Always)
			time.Sleep(time.Second)
			g.Cancel()
			return nil
		}, braid.Rate(deaf), braid.Track(&y))
		if err != nil || called.Load() != 10 || c.closed != 1 || task.State() != braid.Skipped {
			t.Errorf("%v, %d calls, closed %d times, %v", err, called.Load(), c.closed, task.State())
		}
		y.check(t, 4, map[braid.State]int{braid.Skipped: 3, braid.Succeeded: 1})
	})
}

func TestRateHoldsNoBackgroundTaskBackAndAnAlwaysTaskOnlyWhileItsContextLives(t *testing.T) {
	ran := false
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		served := make(chan struct{})
		g.Go(func(context.Context) error { close(served); return nil }, braid.Background)
		<-served
		g.Go(func(context.Context) error { ran = true; return nil }, braid.Always)
		return nil
	}, braid.Rate(refusal(func(context.Context) error { return errOne })), braid.Supervised)
	wantFailures(t, err, errOne)
	if ran {
		t.Error("the task was called although it was refused")
	}
}

func TestAnErrorOfTheCloseOfARefusedTaskIsKept(t *testing.T) {
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		braid.GoWith(g, closing(func() error { return errTwo }), func(context.Context, closing) error { return nil })
		return nil
	}, braid.Rate(refusal(func(context.Context) error { return errOne })))
	if tes := failures(t, err); len(tes) != 1 || !errors.Is(tes[0], errOne) || !errors.Is(tes[0], errTwo) {
		t.Errorf("got %v", err)
	}
}
