package stream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file runs parallel stages whose positions do not start at 0, at random
// paces and through every way of ending: nobody counts beyond 32 bits in a test.

// startAt makes p the position of the first item.
func (f *flow[T, R]) startAt(p int64) {
	f.head.Store(p)
	f.tail.Store(p)
	f.told.Store(p)
	f.next = p
	f.cursor.delivered, f.cursor.shown = p, p
}

// from is the stream of Map, whose positions start at p.
func from[T, R any](p int64, s Stream[T], fn func(context.Context, T) (R, error), opts ...braid.StreamOption) Stream[R] {
	cfg, pc := configOf(opts), entry(fn)
	return stage(func(ctx context.Context, yield func(R, error) bool) {
		f := newFlow(open(ctx, pc, "stage"), &cfg, s, pc, fn)
		f.startAt(p)
		f.run(ctx, yield)
	})
}

func count(n int) Stream[int] {
	return Values(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})
}

var errBad = errors.New("bad")

// A counter is a tracker that adds up.
type counter struct{ added, ended, failed atomic.Int64 }

func (c *counter) Added(n int) { c.added.Add(int64(n)) }
func (c *counter) Ended(s braid.State, n int) {
	c.ended.Add(int64(n))
	if s == braid.Failed || s == braid.Panicked {
		c.failed.Add(int64(n))
	}
}

// A trial is one random run.
type trial struct {
	seed      uint64
	limit     int
	unordered bool
	start     int64
	items     int
	at        int // the item at which something happens, if it is one
	what      int
	pace      [3]int // of source, function, body
	track     counter
	running   atomic.Int64
}

const (
	nothing = iota
	fails
	panics
	breaks
	cancels
	bodyPanics
	whats
)

// pause takes a random while, or none.
func pause(pace, i int) {
	switch pace {
	case 1:
		runtime.Gosched()
	case 2:
		for range i % 13 * 20 {
			_ = rand.Uint32()
		}
	case 3:
		if i%97 == 0 {
			time.Sleep(time.Microsecond) // a pace, nothing waits for it
		}
	case 4:
		if i/300%2 == 0 { // quick and slow in turns
			for range 2000 {
				_ = rand.Uint32()
			}
		}
	}
}

func (tr *trial) run(ctx context.Context) (got []int, err error, panicked any) {
	r := rand.New(rand.NewPCG(tr.seed, 7))
	opts := []braid.StreamOption{braid.Limit(tr.limit), braid.Track(&tr.track)}
	if tr.unordered {
		opts = append(opts, Unordered)
	}
	if r.IntN(2) == 0 {
		opts = append(opts, Ahead(r.IntN(1<<r.IntN(12))))
	}
	trace := r.IntN(4) == 0
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	source := func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			tr.running.Add(1)
			defer tr.running.Add(-1)
			for i, err := range count(tr.items)(ctx) {
				pause(tr.pace[0], i)
				if !yield(i, err) || err != nil {
					return
				}
			}
		}
	}
	s := from(tr.start, source, func(ctx context.Context, i int) (int, error) {
		tr.running.Add(1)
		defer tr.running.Add(-1)
		if trace && i%5 == 0 {
			_ = ctx.Done()
		}
		pause(tr.pace[1], i)
		if i == tr.at {
			switch tr.what {
			case fails:
				return 0, errBad
			case panics:
				panic(errBad)
			}
		}
		return i, nil
	}, opts...)
	defer func() { panicked = recover() }()
	for i, e := range s(ctx) {
		if err != nil {
			return got, errors.New("something came after the error"), nil
		}
		if err = e; e != nil {
			continue
		}
		got = append(got, i)
		pause(tr.pace[2], i)
		if i == tr.at {
			switch tr.what {
			case breaks:
				return got, nil, nil
			case cancels:
				cancel()
			case bodyPanics:
				panic(errBad)
			}
		}
	}
	return got, err, nil
}

func (tr *trial) check(t *testing.T) {
	before := runtime.NumGoroutine()
	got, err, panicked := tr.run(t.Context())
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("seed %d, limit %d, unordered %v, start %d, %d items, what %d at %d: %s", tr.seed, tr.limit, tr.unordered, tr.start, tr.items, tr.what, tr.at, fmt.Sprintf(format, args...))
	}
	if n := tr.running.Load(); n != 0 {
		wrong("%d are still running", n)
	}
	if a, e := tr.track.added.Load(), tr.track.ended.Load(); a != e {
		wrong("the tracker was told of %d items and %d ends", a, e)
	}
	sorted := slices.Sorted(slices.Values(got))
	if !tr.unordered && !slices.Equal(sorted, got) {
		wrong("the order is wrong: %v", got)
	}
	if c := slices.Compact(sorted); len(c) != len(got) {
		wrong("%d results came twice", len(got)-len(c))
	}
	happens := tr.at < tr.items
	switch {
	case tr.what == nothing || !happens:
		if err != nil || panicked != nil || len(got) != tr.items {
			wrong("%d results, %v, %v", len(got), err, panicked)
		}
	case tr.what == fails:
		var te *braid.TaskError
		if !errors.As(err, &te) || !errors.Is(err, errBad) || int64(te.Item()) != tr.start+int64(tr.at) {
			wrong("%v", err)
		}
		if !tr.unordered && len(got) > tr.at {
			wrong("%d results", len(got))
		}
	case tr.what == panics:
		if pe, _ := panicked.(*braid.PanicError); pe == nil || pe.Value != errBad {
			wrong("%v, %v", err, panicked)
		}
	case tr.what == bodyPanics:
		if panicked != errBad {
			wrong("%v, %v", err, panicked)
		}
	case tr.what == breaks:
		if err != nil || panicked != nil || got[len(got)-1] != tr.at {
			wrong("%v, %v", err, panicked)
		}
	case tr.what == cancels:
		if panicked != nil || got[len(got)-1] != tr.at || err == nil && len(got) != tr.items || err != nil && !errors.Is(err, context.Canceled) {
			wrong("%d results, %v, %v", len(got), err, panicked)
		}
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 10_000 {
			buf := make([]byte, 1<<16)
			wrong("%d goroutines, before %d\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
			return
		}
		runtime.Gosched()
		if i > 1000 {
			time.Sleep(time.Millisecond) // it has ended, but its thread may have no processor
		}
	}
}

func newTrial(seed uint64) *trial {
	r := rand.New(rand.NewPCG(seed, 3))
	tr := &trial{seed: seed, unordered: r.IntN(2) == 0, items: r.IntN(1 << r.IntN(13)), what: r.IntN(whats)}
	tr.limit = []int{2, 2, 3, 4, 8, 40}[r.IntN(6)]
	tr.start = []int64{0, 1<<31 - 100, 1<<32 - 100, 1<<33 - 5, math.MaxInt32 - 1500, math.MaxUint32 - 1500}[r.IntN(6)]
	tr.at = r.IntN(tr.items + 2)
	for i := range tr.pace {
		tr.pace[i] = r.IntN(5)
	}
	return tr
}

func TestStress_AStageAtAnyPositionLosesNothingAndJoins(t *testing.T) {
	n := uint64(3000)
	switch {
	case !sharing:
		n = 200
	case testing.Short():
		n = 300
	}
	for seed := range n {
		if newTrial(seed).check(t); t.Failed() {
			return
		}
	}
}
