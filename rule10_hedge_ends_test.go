package braid_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file tries a Hedge with each end of each attempt, for rule 10.6.

// However the k-th of n attempts ends while those before it go on, at each
// limit: what comes out, when, and that all have been joined.
func TestRule10_6_HoweverAnAttemptEndsAllAreJoined(t *testing.T) {
	ends := map[string]func(ctx context.Context) (int, error){
		"success": func(context.Context) (int, error) { return 42, nil },
		"panic":   func(context.Context) (int, error) { panic(errOne) },
		"Goexit":  func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
		"failure": func(context.Context) (int, error) { return 0, errOne }, // as do those before it
		"outside": func(ctx context.Context) (int, error) { return 0, untilDead(ctx) },
	}
	for name, last := range ends {
		for _, n := range []int{1, 2, 5} {
			for k := 1; k <= n; k++ {
				for _, limit := range []int{1, 100} {
					t.Run(fmt.Sprintf("%s of %d in %d at limit %d", name, k, n, limit), func(t *testing.T) {
						hedged(t, name, last, n, k, limit)
					})
				}
			}
		}
	}
}

// Attempts take 1.5 s and start each second. Those before the k-th wait to be
// cancelled; at a limit of 1, where that would be for ever, they fail.
func hedged(t *testing.T, name string, last func(context.Context) (int, error), n, k, limit int) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		before := goroutines()
		took := 1500 * time.Millisecond
		fails := racer(took, 0, errTwo)
		a := &assay{start: start}
		for range k - 1 {
			if limit == 1 || name == "failure" {
				a.ends = append(a.ends, fails)
			} else {
				a.ends = append(a.ends, func(ctx context.Context) (int, error) { return 0, untilDead(ctx) })
			}
		}
		a.ends = append(a.ends, func(ctx context.Context) (int, error) {
			if err := braid.Sleep(ctx, took); err != nil {
				return 0, err
			}
			return last(ctx)
		})
		if name != "failure" { // those after it are in time for nothing
			a.ends = append(a.ends, func(ctx context.Context) (int, error) { return 0, untilDead(ctx) })
		}
		end := time.Duration(k-1)*time.Second + took
		if limit == 1 {
			end = time.Duration(k) * took
		}
		ctx, cancel := context.WithCancelCause(root)
		defer cancel(nil)
		if name == "outside" {
			time.AfterFunc(end, func() { cancel(errWhy) })
		}
		var v int
		e := howEnded(func() (err error) {
			v, err = braid.Hedge(ctx, n, time.Second, a.fn, braid.Limit(limit))
			return err
		})
		synctest.Wait()
		switch name {
		case "success":
			if v != 42 || e.err != nil || e.panicked != nil {
				t.Errorf("got %v, %+v", v, e)
			}
		case "panic":
			if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != errOne {
				t.Errorf("it ended with %+v", e)
			}
		case "Goexit":
			if !e.exited {
				t.Errorf("it ended with %+v", e)
			}
		case "outside":
			if !errors.Is(e.err, errWhy) && !errors.Is(e.err, errTwo) {
				t.Errorf("it ended with %+v", e)
			}
			if limit > 1 {
				wantPlainCancel(t, e.err, context.Canceled, errWhy)
			}
		case "failure":
			if tes := failures(t, e.err); len(tes) != n || !slices.ContainsFunc(tes, func(te *braid.TaskError) bool { return te.Err == errOne }) {
				t.Errorf("it ended with %+v", e)
			}
			if limit == 1 {
				end = time.Duration(n) * took
			} else {
				end = time.Since(start) // which depends on what started what
			}
		}
		at(t, start, end, "the end")
		if a.running != 0 || a.most > limit {
			t.Errorf("%d attempts are left, %d ran at a time", a.running, a.most)
		}
		settleGoroutines(t, before)
	})
}

func TestRule10_6_ManyHedgesAtOnceGetAlongOnARealClock(t *testing.T) {
	before := goroutines()
	err := braid.Each(context.Background(), make([]int, 8), func(ctx context.Context, _ int) error {
		for i := range 100 {
			succeeds := i%5 + 1 // of four; the fifth never comes
			v, err := braid.Hedge(ctx, 4, time.Duration(i%3)*time.Microsecond, func(ctx context.Context) (int, error) {
				if n := braid.AttemptNumber(ctx); n != succeeds {
					return 0, errOne
				}
				return succeeds, nil
			})
			switch {
			case succeeds == 5 && len(failures(t, err)) != 4, succeeds < 5 && (v != succeeds || err != nil):
				t.Errorf("got %v, %v, want %v", v, err, succeeds)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	settleGoroutines(t, before)
}

// What fails besides the attempts starts no further one, and keeps nobody waiting.
func TestRule10_6_AHedgeEndsAlsoWithMoreFailuresThanAttempts(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		outer, cancel := context.WithCancel(ctx)
		_, err := braid.Hedge(outer, 1, time.Hour, func(ctx context.Context) (int, error) {
			braid.AfterFunc(ctx, func() { panic("handler") })
			cancel()
			<-ctx.Done()
			return 0, errOne
		}, braid.PanicsAsErrors)
		if !errors.Is(err, errOne) || !strings.Contains(err.Error(), "handler") {
			t.Error(err)
		}
	})
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var attempt context.Context
		_, err := braid.Hedge(ctx, 1, time.Hour, func(ctx context.Context) (int, error) {
			attempt = ctx
			return 0, errOne
		}, braid.OnFailure(func(te *braid.TaskError) {
			if te.Err == errOne {
				braid.Open(attempt)
			}
		}))
		if !errors.Is(err, errOne) || !errors.Is(err, braid.ErrNotClosed) {
			t.Error(err)
		}
	})
}
