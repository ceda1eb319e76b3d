package braid_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file looks for a policy whose delays leave their bounds.

func FuzzDelaysStayWithinTheirBounds(f *testing.F) {
	f.Add(int64(time.Second), 2.0, int64(time.Minute), uint8(0), 0.5, uint64(1))
	f.Add(int64(math.MaxInt64), 1e308, int64(0), uint8(1), 1.0, uint64(2))
	f.Add(int64(1), math.Inf(1), int64(math.MaxInt64), uint8(2), math.NaN(), uint64(3))
	f.Add(int64(0), math.Inf(1), int64(0), uint8(3), math.Inf(-1), uint64(4))
	f.Add(int64(time.Hour), 0.1, int64(time.Minute), uint8(3), -1.0, uint64(5))
	f.Add(int64(1<<62+700), 1.0, int64(1<<62+700), uint8(0), 0.0, uint64(6))
	f.Fuzz(func(t *testing.T, delay int64, factor float64, most int64, jitter uint8, odd float64, seed uint64) {
		if delay < 0 || most < 0 || !(factor >= 0) {
			t.Skip("refused at the call")
		}
		random := rand.New(rand.NewPCG(seed, 0))
		p := braid.Policy{
			Delay: time.Duration(delay), Factor: factor, MaxDelay: time.Duration(most), Jitter: braid.Jitter(jitter % 4),
			Rand: func() float64 {
				if random.IntN(4) == 0 {
					return odd // which may be no number between 0 and 1
				}
				return random.Float64()
			},
		}
		bound := time.Duration(math.MaxInt64)
		if most > 0 {
			bound = time.Duration(most)
		}
		plain := p
		plain.Jitter = braid.NoJitter
		without := braid.DelaysOf(plain, 100)
		for i, d := range braid.DelaysOf(p, 100) {
			low, high := time.Duration(0), without[i]
			switch p.Jitter {
			case braid.NoJitter:
				low = high
			case braid.EqualJitter:
				low = high / 2
			case braid.DecorrelatedJitter:
				low, high = min(p.Delay, bound), bound
				if delay > 1<<53 { // not every number is a float
					low = 0
				}
			}
			if d < 0 || d > bound || d < low-low>>50 || d > high {
				t.Fatalf("delay %d of %+v is %d, want %d to %d, never above %d", i, p, d, low, high, bound)
			}
			if delay == 0 && d != 0 {
				t.Fatalf("a delay of %v came of none", d)
			}
		}
		if p.Jitter == braid.NoJitter && factor >= 1 && delay > 0 {
			for i := range 99 {
				if without[i+1] < without[i] {
					t.Fatalf("delays of %+v shrink: %d, %d", p, without[i], without[i+1])
				}
			}
		}
	})
}

func FuzzABudgetIsNeverMoreThanFullAndAllowsNoMoreThanItsShare(f *testing.F) {
	f.Add(10.0, 0.1, []byte("ffffsssssfsfsfsf"))
	f.Add(1.0, 0.0, []byte("fs"))
	f.Add(1e6, 1e6, []byte("sfsf"))
	f.Fuzz(func(t *testing.T, most, ratio float64, calls []byte) {
		if !(most >= 1 && most <= 1e6 && ratio >= 0 && ratio <= most) {
			t.Skip("refused at the call")
		}
		p := braid.Policy{Attempts: math.MaxInt, Budget: braid.NewBudget(most, ratio)}
		var retries, successes float64
		for _, c := range calls {
			left := int(c % 5) // failures before the success
			_, err := braid.Retry(t.Context(), p, func(ctx context.Context) (int, error) {
				if braid.AttemptNumber(ctx) > 1 {
					retries++
				}
				if left--; left >= 0 {
					return 0, errOne
				}
				successes++
				return 0, nil
			})
			_ = err
		}
		if bound := most/2 + ratio*successes + 1e-6*(successes+2); retries > bound {
			t.Errorf("%v retries after %v successes, want no more than %v", retries, successes, bound)
		}
	})
}
