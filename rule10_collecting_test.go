package braid_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows how results are collected: All, and the maps over slices and
// sequences.

// counted is the sequence 0, 1, … n-1, which tells how far it was pulled.
func counted(n int, pulled *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			pulled.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func TestRule10_1_AllAndTheSequencesKeepTheOrderOfTheirInputs(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		got, err := braid.All(ctx, braid.Funcs(sleeper(2*time.Second, 1), sleeper(time.Second, 2), sleeper(0, 3)))
		if err != nil || !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("All gave %v, %v", got, err)
		}
		at(t, start, 2*time.Second, "All")
		var pulled atomic.Int64
		got, err = braid.MapSeq(ctx, counted(100, &pulled), func(ctx context.Context, i int) (int, error) {
			return i, braid.Sleep(ctx, time.Duration(100-i)*time.Millisecond)
		}, braid.Limit(100))
		if err != nil || len(got) != 100 || !slices.IsSorted(got) {
			t.Errorf("MapSeq gave %v, %v", got, err)
		}
		at(t, start, 2100*time.Millisecond, "MapSeq")
		keyed, err := braid.MapSeq2(ctx, maps.All(map[string]int{"a": 1, "b": 2}), func(_ context.Context, k string, v int) (string, error) {
			return fmt.Sprint(k, v), nil
		})
		if err != nil || !maps.Equal(keyed, map[string]string{"a": "a1", "b": "b2"}) {
			t.Errorf("MapSeq2 gave %v, %v", keyed, err)
		}
		a, b, c, d, e, err := braid.Join5(ctx, sleeper(1, 1), sleeper(2, "2"), sleeper(3, 3.0), sleeper(2, true), sleeper(1, 'x'))
		if a != 1 || b != "2" || c != 3.0 || !d || e != 'x' || err != nil {
			t.Error(a, b, c, d, e, err)
		}
	})
}

func TestRule10_1_OfAKeyThatComesTwiceTheLaterOneCounts(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		pairs := func(yield func(string, int) bool) {
			_ = yield("a", 2) && yield("a", 1)
		}
		got, err := braid.MapSeq2(ctx, pairs, func(ctx context.Context, _ string, v int) (int, error) {
			return v, braid.Sleep(ctx, time.Duration(v)*time.Second)
		}, braid.Limit(2))
		if err != nil || got["a"] != 1 {
			t.Error(got, err)
		}
	})
}

func TestRule10_1_NoInputGivesAnEmptyResultFromSequencesToo(t *testing.T) {
	ctx := t.Context()
	var pulled atomic.Int64
	fail := func(context.Context, int) (int, error) { return 0, errOne }
	if got, err := braid.MapSeq(ctx, counted(0, &pulled), fail); got == nil || len(got) != 0 || err != nil {
		t.Errorf("MapSeq gave %#v, %v", got, err)
	}
	none := func(func(int, int) bool) {}
	if got, err := braid.MapSeq2(ctx, none, func(context.Context, int, int) (int, error) { return 0, errOne }); got == nil || len(got) != 0 || err != nil {
		t.Errorf("MapSeq2 gave %#v, %v", got, err)
	}
	if got, err := braid.All[int](ctx, nil); got == nil || len(got) != 0 || err != nil {
		t.Errorf("All gave %#v, %v", got, err)
	}
}

func TestRule7_2_ASequenceIsHeldBackAtMostOneItemAhead(t *testing.T) {
	for _, limit := range []int{1, 3, 8} {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			var pulled, ended atomic.Int64
			err := braid.EachSeq(ctx, counted(40, &pulled), func(ctx context.Context, i int) error {
				defer ended.Add(1)
				for range 2 {
					if n := pulled.Load() - ended.Load(); n > int64(limit)+1 {
						t.Errorf("at item %d there are %d taken that have not ended", i, n)
					}
					if err := braid.Sleep(ctx, time.Second/2); err != nil {
						return err
					}
				}
				return nil
			}, braid.Limit(limit))
			if err != nil {
				t.Error(err)
			}
			at(t, start, time.Duration((39+limit)/limit)*time.Second, "the end")
		})
	}
}

func TestRule7_2_WithoutALimitASequenceIsHeldBackByTheNumberOfProcessors(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var pulled atomic.Int64
		release := make(chan struct{})
		go func() {
			synctest.Wait()
			if n := pulled.Load(); n != int64(runtime.GOMAXPROCS(0))+1 {
				t.Errorf("%d were taken", n)
			}
			close(release)
		}()
		if err := braid.EachSeq(ctx, counted(100, &pulled), func(context.Context, int) error { <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
}

func TestRule10_2_AfterAFailureASequenceIsPulledNoMore(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var pulled atomic.Int64
		got, err := braid.MapSeq(ctx, counted(1000, &pulled), func(ctx context.Context, i int) (int, error) {
			if i == 3 {
				return 0, errOne
			}
			return i, braid.Sleep(ctx, time.Second)
		}, braid.Limit(2))
		wantFailures(t, err, errOne)
		if got != nil || failures(t, err)[0].Item() != 3 {
			t.Errorf("got %v, item %d", got, failures(t, err)[0].Item())
		}
		if n := pulled.Load(); n > 6 {
			t.Errorf("%d were taken", n)
		}
	})
}

func TestRule10_2_ADeadContextGivesAnErrorFromSequencesToo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	ends := func(yield func(int) bool) { cancel(errWhy) } // as a source does that looks at ctx
	got, err := braid.MapSeq(ctx, ends, func(context.Context, int) (int, error) { return 0, nil })
	wantPlainCancel(t, err, context.Canceled, errWhy)
	if got != nil {
		t.Errorf("got %v", got)
	}
	_, err = braid.MapSeq(ctx, func(func(int) bool) { t.Error("pulled") }, func(context.Context, int) (int, error) { return 0, nil })
	wantPlainCancel(t, err, context.Canceled, errWhy)
}

func TestRule3_10_SupervisedMapsGiveTheResultsBesideTheError(t *testing.T) {
	ctx := t.Context()
	odd := func(_ context.Context, i int) (int, error) {
		if i%2 == 1 {
			return -1, errOne
		}
		return i, nil
	}
	got, err := braid.Map(ctx, []int{0, 1, 2, 3}, odd, braid.Supervised)
	wantFailures(t, err, errOne, errOne)
	if !slices.Equal(got, []int{0, -1, 2, -1}) {
		t.Errorf("Map gave %v", got)
	}
	got, err = braid.MapSeq(ctx, slices.Values([]int{0, 1, 2}), odd, braid.Supervised)
	wantFailures(t, err, errOne)
	if !slices.Equal(got, []int{0, -1, 2}) {
		t.Errorf("MapSeq gave %v", got)
	}
	got, err = braid.All(ctx, braid.Funcs(sleeper(0, 1), racer(0, 0, errOne)), braid.Supervised)
	wantFailures(t, err, errOne)
	if !slices.Equal(got, []int{1, 0}) {
		t.Errorf("All gave %v", got)
	}
	keyed, err := braid.MapSeq2(ctx, slices.All([]int{0, 1}), func(ctx context.Context, _, v int) (int, error) { return odd(ctx, v) }, braid.Supervised)
	wantFailures(t, err, errOne)
	if len(keyed) != 2 || keyed[0] != 0 {
		t.Errorf("MapSeq2 gave %v", keyed)
	}
}

func TestASequenceThatEndsInAnUnusualWayIsTheBodysEnd(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var running atomic.Int32
		busy := func(ctx context.Context, _ int) error {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done()
			return ctx.Err()
		}
		for how, end := range map[string]func(){"panic": func() { panic(errTwo) }, "Goexit": runtime.Goexit} {
			e := howEnded(func() error {
				return braid.EachSeq(ctx, func(yield func(int) bool) { yield(1); end() }, busy, braid.Limit(2))
			})
			if pe, ok := e.panicked.(*braid.PanicError); how == "panic" && (!ok || !errors.Is(pe, errTwo)) || how == "Goexit" && !e.exited {
				t.Errorf("%s: ended with %+v", how, e)
			}
			if running.Load() != 0 {
				t.Errorf("%s: a function is left running", how)
			}
		}
	})
}

func TestNilsAreRefusedByWhatCollects(t *testing.T) {
	ctx := t.Context()
	var none context.Context
	seq := slices.Values([]int{1})
	fn := func(context.Context, int) (int, error) { return 0, nil }
	for want, f := range map[string]func(){
		"braid: MapSeq called with a nil sequence":   func() { _, _ = braid.MapSeq(ctx, nil, fn) },
		"braid: MapSeq called with a nil function":   func() { _, _ = braid.MapSeq[int, int](ctx, seq, nil) },
		"braid: MapSeq called with a nil context":    func() { _, _ = braid.MapSeq(none, seq, fn) },
		"braid: EachSeq called with a nil function":  func() { _ = braid.EachSeq(ctx, seq, nil) },
		"braid: EachSeq2 called with a nil sequence": func() { _ = braid.EachSeq2(ctx, nil, func(context.Context, int, int) error { return nil }) },
		"braid: MapSeq2 called with a nil sequence":  func() { _, _ = braid.MapSeq2(ctx, nil, func(context.Context, int, int) (int, error) { return 0, nil }) },
		"braid: All called with a nil function":      func() { _, _ = braid.All(ctx, braid.Funcs(never, nil)) },
		"braid: Race called with a nil function":     func() { _, _ = braid.Race(ctx, braid.Funcs(never, nil)) },
		"braid: Race called with a nil context":      func() { _, _ = braid.Race(none, braid.Funcs(never)) },
		"braid: Quorum called with a nil function":   func() { _, _ = braid.Quorum(ctx, 1, braid.Funcs(never, nil)) },
	} {
		if got := panicOf(f); got != want {
			t.Errorf("panics with %q, want %q", got, want)
		}
	}
}

func TestRule3_7_ARateThatRefusesAnItemOfASequenceIsOneFailure(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		n := 0
		second := refusal(func(ctx context.Context) error {
			if n++; n == 2 {
				return errOne
			}
			return nil
		})
		same := func(_ context.Context, i int) (int, error) { return i, nil }
		var pulled atomic.Int64
		_, err := braid.MapSeq(ctx, counted(9, &pulled), same, braid.Rate(second), braid.Limit(1))
		wantFailures(t, err, errOne)
		if te := failures(t, err)[0]; te.Item() != 1 || pulled.Load() != 2 {
			t.Errorf("item %d failed, %d were taken", te.Item(), pulled.Load())
		}
		n = 0
		err = braid.EachSeq2(ctx, slices.All([]int{7, 8, 9}), func(context.Context, int, int) error { return nil }, braid.Rate(second), braid.Limit(1))
		wantFailures(t, err, errOne)
		n = 0
		got, err := braid.MapSeq(ctx, slices.Values([]int{7, 8, 9}), same, braid.Rate(second), braid.Limit(1), braid.Supervised)
		wantFailures(t, err, errOne)
		if !slices.Equal(got, []int{7, 0, 9}) {
			t.Errorf("MapSeq gave %v", got)
		}
		n = 0
		err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 2 {
				if err := g.GoWait(ctx, func(context.Context) error { return nil }); err != nil {
					return err
				}
			}
			return nil
		}, braid.Rate(second))
		wantFailures(t, err, errOne)
	})
}
