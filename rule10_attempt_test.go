package braid_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows what is told of attempts, and what they know (rule 10.5).

func TestRule10_5_ObserveIsToldOfEachFailedAttempt(t *testing.T) {
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		var seen []braid.Attempt
		p := braid.Policy{Delay: time.Second, Factor: 2, Observe: func(a braid.Attempt) {
			seen = append(seen, a)
			if len(seen) == 1 {
				at(t, start, 3*time.Second, "the first") // before the delay
			}
		}}
		fails := func(context.Context) (int, error) { time.Sleep(3 * time.Second); return 0, errOne }
		_, _ = braid.Retry(root, p, fails)
		if want := []braid.Attempt{
			{Number: 1, Err: errOne, Took: 3 * time.Second, Delay: time.Second},
			{Number: 2, Err: errOne, Took: 3 * time.Second, Delay: 2 * time.Second},
			{Number: 3, Err: errOne, Took: 3 * time.Second, Last: true},
		}; !slices.Equal(seen, want) {
			t.Errorf("observed %+v, want %+v", seen, want)
		}
		seen = seen[:1]
		_, _ = braid.Retry(root, p, func(context.Context) (int, error) { return 0, braid.Permanent(errTwo) })
		_, _ = braid.Retry(root, p, func(context.Context) (int, error) { return 0, nil })
		p.Budget = braid.NewBudget(1, 0)
		_, _ = braid.Retry(root, p, func(context.Context) (int, error) { return 0, errOne })
		ctx, cancel := context.WithCancel(root)
		_, _ = braid.Retry(ctx, p, func(context.Context) (int, error) { cancel(); return 0, errOne })
		if want := []braid.Attempt{
			{Number: 1, Err: errTwo, Last: true}, {Number: 1, Err: errOne, Last: true}, {Number: 1, Err: errOne, Last: true},
		}; !slices.Equal(seen[1:], want) {
			t.Errorf("observed %+v, want %+v", seen[1:], want)
		}
		e := howEnded(func() error {
			_, err := braid.Retry(root, braid.Policy{Observe: func(braid.Attempt) { panic(errTwo) }}, fails)
			return err
		})
		if e.panicked != errTwo {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestRule10_5_AnAttemptIsLoggedAsAGroup(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("failed", "attempt", braid.Attempt{Number: 1, Err: errOne, Took: time.Second, Delay: 2 * time.Second})
	log.Info("failed", "attempt", braid.Attempt{Number: 2, Err: errOne, Took: time.Second, Last: true})
	const want = `level=INFO msg=failed attempt.number=1 attempt.error="one went wrong" attempt.took=1s attempt.delay=2s
level=INFO msg=failed attempt.number=2 attempt.error="one went wrong" attempt.took=1s attempt.last=true
`
	if out.String() != want {
		t.Errorf("logged\n%s\nwant\n%s", &out, want)
	}
}

func TestRule10_5_AnAttemptKnowsItsNumber(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, p := range []braid.Policy{{}, {Timeout: time.Hour}, {Delay: time.Second, Observe: func(braid.Attempt) {}}} {
			var inner, outer []int
			var kept []context.Context
			_, _ = braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
				outer = append(outer, braid.AttemptNumber(ctx))
				kept = append(kept, ctx)
				_ = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						derived, cancel := context.WithCancel(ctx)
						defer cancel()
						outer = append(outer, braid.AttemptNumber(derived))
						return nil
					})
					return nil
				})
				_, _ = braid.Retry(ctx, p, func(ctx context.Context) (int, error) {
					inner = append(inner, braid.AttemptNumber(ctx))
					return 0, errOne
				})
				outer = append(outer, braid.AttemptNumber(ctx))
				return 0, errOne
			})
			if !slices.Equal(outer, []int{1, 1, 1, 2, 2, 2, 3, 3, 3}) || !slices.Equal(inner, []int{1, 2, 3, 1, 2, 3, 1, 2, 3}) {
				t.Errorf("attempts %v outside, %v inside", outer, inner)
			}
			for i, ctx := range append(kept, ctx) {
				if n := braid.AttemptNumber(ctx); n != 1 {
					t.Errorf("the context of attempt %d has number %d after the end", i+1, n)
				}
			}
		}
	})
}

func TestRule10_5_HoweverRetryEndsItsNumbersEndToo(t *testing.T) {
	before := braid.Numbering()
	for _, end := range []func(){func() {}, func() { panic(errTwo) }, runtime.Goexit} {
		howEnded(func() error {
			n := 0
			_, err := braid.Retry(context.Background(), braid.Policy{}, func(context.Context) (int, error) {
				if n++; n == 2 {
					end()
				}
				return 0, errOne
			})
			return err
		})
	}
	if now := braid.Numbering(); now != before {
		t.Errorf("%d contexts have a number, then %d", before, now)
	}
}

func TestRule10_5_TheContextOfAnAttemptPassesForTheOneItIsBelow(t *testing.T) {
	type key struct{}
	live(t, func(t *testing.T, root context.Context, start time.Time) {
		root = context.WithValue(root, key{}, "value")
		err := braid.Run(root, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_, err := braid.Retry(ctx, braid.Policy{}, func(ctx context.Context) (int, error) {
					if braid.AttemptNumber(ctx) < 2 {
						return 0, errOne
					}
					if ctx.Value(key{}) != "value" {
						t.Error("a value is missing")
					}
					below, cancel := context.WithCancel(ctx)
					defer cancel()
					return 0, untilDead(below)
				})
				return err
			}, braid.Name("fetch"))
			_ = braid.Sleep(ctx, time.Second)
			return errWhy
		}, braid.Name("server"))
		tes := failures(t, err)
		if len(tes) != 2 || !errors.Is(tes[0], errOne) || errors.Is(tes[0], context.Canceled) {
			t.Errorf("got %v", err)
		}
		at(t, start, time.Second, "the end")
	})
}

func TestRule10_5_ATimeoutOfAnAttemptNamesItsFunction(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var kept []context.Context
		_, err := braid.Retry(ctx, braid.Policy{Timeout: time.Second}, func(ctx context.Context) (int, error) {
			kept = append(kept, ctx)
			return 0, untilDead(ctx)
		})
		for _, te := range failures(t, err) {
			timeout, ok := braid.TimedOut(te)
			if !ok || !strings.HasSuffix(timeout.Site().File, "rule10_attempt_test.go") {
				t.Errorf("got %v of %v", te, timeout.Site())
			}
		}
		for i, ctx := range kept {
			if ctx.Err() == nil {
				t.Errorf("the context of attempt %d lives", i+1)
			}
		}
		if len(kept) != 3 || kept[0] == kept[1] || kept[1] == kept[2] {
			t.Error("attempts share a context")
		}
	})
}
