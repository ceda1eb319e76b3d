package braid_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file puts what section 10 combines inside of each other, and ends it in
// unusual ways at any moment: whatever it is, all is joined and accounted for.

type number = func(context.Context) (int, error)

// A maze builds functions out of each other, by chance.
type maze struct {
	mu      sync.Mutex
	rnd     *rand.Rand
	running atomic.Int64
	tally   tally
}

func (m *maze) intN(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rnd.IntN(n)
}

func (m *maze) leaf(ctx context.Context) (int, error) {
	m.running.Add(1)
	defer m.running.Add(-1)
	if err := braid.Sleep(ctx, time.Duration(m.intN(800))*time.Millisecond); err != nil {
		return 0, err
	}
	switch m.intN(16) {
	case 0, 1:
		return 0, errOne
	case 2:
		return 0, braid.Permanent(errTwo)
	case 3:
		return 0, braid.RetryAfter(errOne, time.Second)
	case 4:
		panic(errLate)
	}
	return 1, nil
}

// options are such that a panic is an error.
func (m *maze) options() []braid.GroupOption {
	opts := []braid.GroupOption{braid.PanicsAsErrors, braid.Track(&m.tally)}
	if m.intN(2) == 0 {
		opts = append(opts, braid.Limit(1+m.intN(3)))
	}
	if m.intN(3) == 0 {
		opts = append(opts, braid.Supervised)
	}
	if m.intN(6) == 0 {
		opts = append(opts, braid.Rate(&beat{}))
	}
	return opts
}

func (m *maze) build(depth int) number {
	if depth == 0 {
		return m.leaf
	}
	in := braid.Funcs(m.build(depth-1), m.build(depth-1), m.build(depth-1))
	opts, delay := m.options(), time.Duration(m.intN(500))*time.Millisecond
	pick := func(ctx context.Context, i int) (int, error) { return in[i](ctx) }
	items := []int{0, 1, 2, 0, 1}
	count := func(vs []int, err error) (int, error) { return len(vs), err }
	switch m.intN(9) {
	case 0:
		return func(ctx context.Context) (int, error) { return braid.First(ctx, in, opts...) }
	case 1:
		return func(ctx context.Context) (int, error) { return braid.Race(ctx, in, opts...) }
	case 2:
		return func(ctx context.Context) (int, error) { return count(braid.Quorum(ctx, 2, in, opts...)) }
	case 3:
		return func(ctx context.Context) (int, error) { return count(braid.All(ctx, in, opts...)) }
	case 4:
		return func(ctx context.Context) (int, error) {
			ends, err := braid.Settle(ctx, in, opts...)
			for _, e := range ends {
				if (e.State == braid.Succeeded) != (e.Err == nil) {
					panic(fmt.Sprint(e))
				}
			}
			return len(ends), err
		}
	case 5:
		return func(ctx context.Context) (int, error) { return count(braid.Map(ctx, items, pick, opts...)) }
	case 6:
		return func(ctx context.Context) (int, error) {
			return count(braid.MapSeq(ctx, slices.Values(items), pick, opts...))
		}
	case 7:
		return func(ctx context.Context) (int, error) { return braid.Hedge(ctx, 3, delay, in[0], opts...) }
	}
	p := braid.Policy{Delay: 4 * delay, Timeout: 10 * delay}
	return func(ctx context.Context) (int, error) {
		return braid.Retry(ctx, p, func(ctx context.Context) (v int, err error) {
			err = braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error {
				v, err = in[0](ctx)
				return err
			}, braid.PanicsAsErrors)
			return v, err
		})
	}
}

func TestRule10_WhateverIsInsideOfWhatAndWheneverItIsCancelledAllIsJoined(t *testing.T) {
	seeds := uint64(400)
	if racing || testing.Short() {
		seeds = 50
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			m := &maze{rnd: rand.New(rand.NewPCG(seed, 3))}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if m.intN(3) > 0 {
				time.AfterFunc(time.Duration(m.intN(5000))*time.Millisecond, func() { cancel(errWhy) })
			}
			f := m.build(3)
			err := braid.Run(ctx, func(ctx context.Context, _ *braid.Group) error {
				_, err := f(ctx)
				return err
			}, braid.PanicsAsErrors)
			ended := 0
			for _, n := range m.tally.ended {
				ended += n
			}
			if m.running.Load() != 0 || ended != m.tally.added {
				t.Errorf("seed %d: %d are running, %d of %d have ended", seed, m.running.Load(), ended, m.tally.added)
			}
			if err != nil && !errors.Is(err, errOne) && !errors.Is(err, errTwo) && !errors.Is(err, errLate) && !errors.Is(err, context.DeadlineExceeded) {
				if ctx.Err() == nil {
					t.Errorf("seed %d: nothing failed and nobody cancelled: %+v", seed, err)
				} else {
					wantPlainCancel(t, err, context.Canceled, errWhy)
				}
			}
		})
	}
}

// each calls what works through functions of one kind, for tests that hold for all.
var eachOfThem = map[string]func(ctx context.Context, fns []number, opts ...braid.GroupOption) error{
	"First": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		_, err := braid.First(ctx, fns, opts...)
		return err
	},
	"Race": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		_, err := braid.Race(ctx, fns, opts...)
		return err
	},
	"Quorum": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		_, err := braid.Quorum(ctx, 2, fns, opts...)
		return err
	},
	"All": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		_, err := braid.All(ctx, fns, opts...)
		return err
	},
	"Settle": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		_, err := braid.Settle(ctx, fns, opts...)
		return err
	},
	"Each": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		return braid.Each(ctx, fns, func(ctx context.Context, fn number) error { _, err := fn(ctx); return err }, opts...)
	},
	"EachSeq": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		return braid.EachSeq(ctx, slices.Values(fns), func(ctx context.Context, fn number) error { _, err := fn(ctx); return err }, opts...)
	},
	"EachSeq2": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		return braid.EachSeq2(ctx, slices.All(fns), func(ctx context.Context, _ int, fn number) error { _, err := fn(ctx); return err }, opts...)
	},
	"Hedge": func(ctx context.Context, fns []number, opts ...braid.GroupOption) error {
		_, err := braid.Hedge(ctx, len(fns), 0, func(ctx context.Context) (int, error) { return fns[braid.AttemptNumber(ctx)-1](ctx) }, opts...)
		return err
	},
}

func TestRule3_10_AnObserverThatPanicsOrExitsEndsWhatItObserves(t *testing.T) {
	for how, observe := range map[string]func(*braid.TaskError){
		"panic":  func(*braid.TaskError) { panic(errLate) },
		"Goexit": func(*braid.TaskError) { runtime.Goexit() },
	} {
		for name, call := range eachOfThem {
			live(t, func(t *testing.T, ctx context.Context, start time.Time) {
				var y tally
				e := howEnded(func() error {
					return call(ctx, braid.Funcs(racer(time.Second, 0, errOne), racer(time.Minute, 1, nil), racer(time.Hour, 2, nil)),
						braid.OnFailure(observe), braid.Track(&y), braid.Limit(3))
				})
				if pe, ok := e.panicked.(*braid.PanicError); how == "panic" && (!ok || pe.Value != errLate) || how == "Goexit" && !e.exited {
					t.Errorf("%s in %s: ended with %+v", how, name, e)
				}
				y.check(t, 3, map[braid.State]int{braid.Failed: 1, braid.Cancelled: 2})
				at(t, start, time.Second, how+" in "+name)
			})
		}
	}
}

// odd is a context of somebody else's, with a word of its own for its death.
type odd struct {
	context.Context
	done chan struct{}
	err  atomic.Pointer[error]
}

func (o *odd) Done() <-chan struct{} { return o.done }

func (o *odd) Err() error {
	if err := o.err.Load(); err != nil {
		return *err
	}
	return nil
}

func TestRule3_6_TheDeathOfAForeignContextIsOnePlainErrorWithItsOwnWord(t *testing.T) {
	kinds := map[string]func(ctx context.Context) error{
		"Retry": func(ctx context.Context) error {
			_, err := braid.Retry(ctx, braid.Policy{}, racer(time.Hour, 0, nil))
			return err
		},
		"Retry with a timeout": func(ctx context.Context) error {
			_, err := braid.Retry(ctx, braid.Policy{Timeout: 2 * time.Hour}, racer(time.Hour, 0, nil))
			return err
		},
	}
	for name, call := range eachOfThem {
		kinds[name] = func(ctx context.Context) error {
			return call(ctx, braid.Funcs(racer(time.Hour, 0, nil), racer(time.Hour, 1, nil), racer(time.Hour, 2, nil)), braid.Limit(2))
		}
	}
	for name, call := range kinds {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			o := &odd{Context: ctx, done: make(chan struct{})}
			time.AfterFunc(time.Second, func() { o.err.Store(&errWhy); close(o.done) })
			err := call(o)
			wantPlainCancel(t, err, errWhy, context.Canceled)
			at(t, start, time.Second, name)
		})
	}
}

func TestASequenceMayMisbehave(t *testing.T) {
	fails := func(_ context.Context, i int) error {
		if i == 2 {
			return errOne
		}
		return nil
	}
	for name, c := range map[string]struct {
		seq    func(yield func(int) bool)
		panics bool // what it does is in a panic, the failure beside it
	}{
		"by going on": {func(yield func(int) bool) {
			for i := range 10 {
				yield(i)
			}
		}, true},
		"by a panic in cleanup": {func(yield func(int) bool) {
			defer func() { panic(errTwo) }()
			for i := range 10 {
				if !yield(i) {
					return
				}
			}
		}, true},
		"by a goroutine of its own": {func(yield func(int) bool) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				for i := range 10 {
					if !yield(i) {
						return
					}
				}
			}()
			<-done
		}, false},
	} {
		e := howEnded(func() error { return braid.EachSeq(t.Context(), c.seq, fails, braid.Limit(1)) })
		pe, ok := e.panicked.(*braid.PanicError)
		if ok != c.panics || ok && !errors.Is(pe.Siblings, errOne) || !ok && !errors.Is(e.err, errOne) {
			t.Errorf("%s: ended with %+v", name, e)
		}
	}
}
