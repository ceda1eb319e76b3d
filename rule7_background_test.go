package braid_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// rules 7.1 and 1.3
func TestRule7_1_ABackgroundTaskTakesNoSlotAndWaitsForNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		beats := 0
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			for range 3 {
				g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			}
			g.Go(func(ctx context.Context) error {
				for braid.Sleep(ctx, 300*time.Millisecond) == nil {
					beats++
				}
				return ctx.Err()
			}, braid.Background)
			g.Go(func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) })
			return nil
		}, braid.Limit(1))
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 4*time.Second {
			t.Errorf("four tasks of a second, one at a time, took %v", took)
		}
		if beats != 13 {
			t.Errorf("the heartbeat beat %d times in four seconds, not 13", beats)
		}
	})
}

// rule 2.5
func TestRule2_5_AWeightedBackgroundTaskIsRefused(t *testing.T) {
	_ = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		defer func() {
			if recover() == nil {
				t.Error("Weight with Background was accepted")
			}
		}()
		g.Go(func(context.Context) error { return nil }, braid.Background, braid.Weight(2))
		return nil
	})
}

// rules 10.3, 8.1 and 8.2
func TestRule10_3_APanicOrAGoexitEndsAFirst(t *testing.T) {
	for name, bad := range map[string]func(){"panic": func() { panic("ouch") }, "Goexit": runtime.Goexit} {
		synctest.Test(t, func(t *testing.T) {
			loser, started := false, make(chan struct{})
			how := make(chan any, 1)
			go func() {
				returned := false
				defer func() {
					v := recover()
					if v == nil && !returned {
						v = "Goexit"
					}
					how <- v
				}()
				_, _ = braid.First(t.Context(), braid.Funcs(
					func(context.Context) (int, error) {
						<-started
						bad()
						return 0, nil
					},
					func(ctx context.Context) (int, error) {
						close(started)
						<-ctx.Done()
						loser = true
						return 0, ctx.Err()
					}))
				returned = true
			}()
			v := <-how
			if pe, ok := v.(*braid.PanicError); name == "panic" && (!ok || pe.Value != "ouch") || name == "Goexit" && v != "Goexit" {
				t.Errorf("%s: First ended with %v", name, v)
			}
			if !loser {
				t.Errorf("%s: the loser was not cancelled and joined", name)
			}
		})
	}
}
