package stream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file takes stages and pipelines through every way of ending, ordered and
// unordered, at several limits, with slow items in a bubble and with quick ones
// outside.

const bad = 100 // the item at which things happen

// A mishap makes a source and a function, and says what is to come out.
type mishap struct {
	name   string
	fn     func(ctx context.Context) error                        // called for item bad
	source func(ctx context.Context, yield func(int, error) bool) // called by the source behind item bad
	body   func(cancel func())                                    // called in the loop at item bad
	want   func(e end) error                                      // says what is wrong with how it ended
	all    bool                                                   // no result is missing
	last   bool                                                   // it may come too late: unordered, item bad can be the last
}

type custom struct{ text string }

func failed(e end) error {
	var ge *braid.GroupError
	if !errors.As(e.err, &ge) || !errors.Is(e.err, errOne) || e.err != error(ge) {
		return fmt.Errorf("%v is not the group's error", e.err)
	}
	if te := ge.Primary(); te.Item() != bad || !strings.Contains(te.Path(), "stage/") || !strings.HasSuffix(te.Path(), "[100]") {
		return fmt.Errorf("%v is not that of the item", te)
	}
	return nil
}

func panickedWith(want any, inline bool) func(e end) error {
	return func(e end) error {
		v := e.panicked
		if !inline {
			pe, _ := v.(*braid.PanicError)
			if pe == nil {
				return fmt.Errorf("it ended with %v, %v, want a *PanicError", v, e.err)
			}
			v = pe.Value
		}
		if v != want {
			return fmt.Errorf("it ended with %v, %v, want the panic", e.panicked, e.err)
		}
		return nil
	}
}

func exited(e end) error {
	if !e.exited {
		return fmt.Errorf("it ended with %v, %v, want Goexit", e.panicked, e.err)
	}
	return nil
}

func left(e end) error {
	if e != (end{}) {
		return fmt.Errorf("it ended with %v", e)
	}
	return nil
}

func exactly(err error) func(e end) error {
	return func(e end) error {
		if e.err != err {
			return fmt.Errorf("it ended with %v, %v, want %v as it is", e.err, e.panicked, err)
		}
		return nil
	}
}

func cancelled(e end) error {
	var ge *braid.GroupError
	if e.err == nil || errors.As(e.err, &ge) || !errors.Is(e.err, context.Canceled) || !errors.Is(e.err, errWhy) {
		return fmt.Errorf("%v is not one plain cancellation with its cause", e.err)
	}
	return nil
}

func mishaps(inline bool) []mishap {
	value := &custom{"unchanged"}
	return []mishap{
		{name: "nothing", want: left, all: true},
		{name: "error", fn: func(context.Context) error { return errOne }, want: failed},
		{name: "panic", fn: func(context.Context) error { panic(value) }, want: panickedWith(value, inline)},
		{name: "Goexit", fn: func(context.Context) error { runtime.Goexit(); return nil }, want: exited},
		{name: "break", body: func(func()) {}, want: left},
		{name: "panic of the body", body: func(func()) { panic(value) }, want: panickedWith(value, true)},
		{name: "Goexit of the body", body: func(func()) { runtime.Goexit() }, want: exited},
		{name: "cancel in the body", body: func(cancel func()) { cancel() }, want: cancelled, last: true},
		{name: "cancel in the body while the source blocks", source: blocks, body: func(cancel func()) { cancel() }, want: cancelled},
		{name: "cancel in the function", fn: func(ctx context.Context) error {
			ctx.Value(cancelKey{}).(func())()
			<-ctx.Done()
			return ctx.Err()
		}, want: cancelled},
		{name: "error of the source", source: func(_ context.Context, yield func(int, error) bool) { yield(0, errTwo) }, want: exactly(errTwo), all: true},
		{name: "panic of the source", source: func(context.Context, func(int, error) bool) { panic(value) }, want: panickedWith(value, inline)},
		{name: "Goexit of the source", source: func(context.Context, func(int, error) bool) { runtime.Goexit() }, want: exited},
		{name: "break while the source blocks", source: blocks, body: func(func()) {}, want: left},
		{name: "error while the source blocks", source: blocks, fn: func(context.Context) error { return errOne }, want: failed},
		{name: "panic of the body while the source blocks", source: blocks, body: func(func()) { panic(value) }, want: panickedWith(value, true)},
		{name: "cancel while the source blocks", source: func(ctx context.Context, yield func(int, error) bool) {
			ctx.Value(cancelKey{}).(func())()
			blocks(ctx, yield)
		}, want: cancelled},
		{name: "cancel while the source blocks and ends without a word", source: func(ctx context.Context, yield func(int, error) bool) {
			ctx.Value(cancelKey{}).(func())()
			<-ctx.Done()
		}, want: cancelled},
	}
}

type cancelKey struct{}

func blocks(ctx context.Context, yield func(int, error) bool) {
	<-ctx.Done()
	yield(0, ctx.Err())
}

// A shape makes a pipeline of which one stage calls fn.
type shape struct {
	name  string
	outer bool // there is a stage with a task of its own behind it
	make  func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int]
}

func flatten[T any](s stream.Stream[[]T]) stream.Stream[T] {
	return stream.FlatMap(s, func(_ context.Context, b []T) (stream.Stream[T], error) { return stream.Of(b...), nil }, braid.Limit(1))
}

var shapes = []shape{
	{name: "Map", make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return stream.Map(s, fn, opts...)
	}},
	{name: "Filter", make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return stream.Filter(s, func(ctx context.Context, i int) (bool, error) {
			_, err := fn(ctx, i)
			return true, err
		}, opts...)
	}},
	{name: "FlatMap", make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return stream.FlatMap(s, func(ctx context.Context, i int) (stream.Stream[int], error) {
			v, err := fn(ctx, i)
			return stream.Of(v), err
		}, opts...)
	}},
	{name: "FlatMap with the function inside", make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return stream.FlatMap(s, func(ctx context.Context, i int) (stream.Stream[int], error) {
			return stream.Generate(func(ctx context.Context) (int, error) {
				if i < 0 {
					return 0, io.EOF
				}
				v, err := fn(ctx, i)
				i = -1
				return v, err
			}), nil
		}, opts...)
	}},
	{name: "Map and Buffer", outer: true, make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return stream.Buffer(stream.Map(stream.Buffer(s, 2), fn, opts...), 3)
	}},
	{name: "Map and Batch", outer: true, make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return flatten(stream.Batch(stream.Map(s, fn, opts...), 7, 2*time.Millisecond))
	}},
	{name: "Map and Merge", outer: true, make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		return stream.Merge(stream.Of[int](), stream.Map(s, fn, opts...))
	}},
	{name: "Map and Map", outer: true, make: func(s stream.Stream[int], fn func(context.Context, int) (int, error), opts []braid.StreamOption) stream.Stream[int] {
		same := func(_ context.Context, i int) (int, error) { return i, nil }
		return stream.Map(stream.Map(stream.Map(s, same), fn, opts...), same)
	}},
}

func TestRule10_7_AStageIsJoinedHoweverItEnds(t *testing.T) {
	for _, shape := range shapes {
		for _, unordered := range []bool{false, true} {
			for _, limit := range []int{1, 2, 8, 1000} {
				if limit == 8 && testing.Short() {
					continue
				}
				for _, m := range mishaps(limit == 1 && !shape.outer) {
					for _, slow := range []bool{true, false} {
						name := fmt.Sprintf("%s/%s/unordered=%v/limit=%d/slow=%v", shape.name, m.name, unordered, limit, slow)
						t.Run(name, func(t *testing.T) {
							if !slow {
								before := runtime.NumGoroutine()
								m.run(t, &shape, unordered, limit, func(int) {})
								settleGoroutines(t, before)
								return
							}
							synctest.Test(t, func(t *testing.T) {
								m.run(t, &shape, unordered, limit, func(i int) { time.Sleep(time.Duration(1+i%7) * time.Millisecond) })
							})
						})
					}
				}
			}
		}
	}
}

func (m *mishap) run(t *testing.T, shape *shape, unordered bool, limit int, pause func(i int)) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(errWhy)
	stop := func() { cancel(errWhy) }
	ctx = context.WithValue(ctx, cancelKey{}, stop)
	var running, lost atomic.Int64
	n := 2 * bad
	if m.source != nil {
		n = bad + 1
	}
	source := func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			running.Add(1)
			defer running.Add(-1)
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			if m.source != nil {
				m.source(ctx, yield)
			}
		}
	}
	fn := func(ctx context.Context, i int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		pause(i)
		if i == bad && m.fn != nil {
			if err := m.fn(ctx); err != nil {
				return 0, err
			}
		}
		return i, nil
	}
	var got []int
	after := false
	var failure error
	e := howEnded(func() error {
		defer func() {
			if r := running.Load(); r != 0 {
				lost.Store(r)
			}
		}()
		s := shape.make(source, fn, options(unordered, limit, braid.Name("stage")))
		for v, err := range s(ctx) {
			if after {
				t.Error("something was yielded after the error")
			}
			if err != nil {
				if v != 0 {
					t.Errorf("%d came with the error", v)
				}
				if r := running.Load(); r != 0 {
					t.Errorf("%d were running when the error came", r)
				}
				after, failure = true, err
				continue
			}
			got = append(got, v)
			if m.body != nil && v == bad {
				m.body(stop)
				if m.name[:5] == "break" {
					break
				}
			}
		}
		if r := running.Load(); r != 0 {
			t.Errorf("%d were running after the loop", r)
		}
		return failure
	})
	m.check(t, unordered, n, got, e, lost.Load())
}

func (m *mishap) check(t *testing.T, unordered bool, n int, got []int, e end, lost int64) {
	t.Helper()
	if lost != 0 {
		t.Errorf("%d were running when the loop had been left", lost)
	}
	late := m.last && unordered && len(got) == n && got[n-1] == bad && e == (end{})
	if err := m.want(e); err != nil && !late {
		t.Error(err)
	}
	sorted := slices.Clone(got)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(got) {
		t.Errorf("a result came twice: %v", got)
	}
	if !unordered {
		for i, v := range got {
			if i != v {
				t.Fatalf("result %d is that of item %d", i, v)
			}
		}
		if m.fn != nil && len(got) > bad {
			t.Errorf("%d results came although item %d has none", len(got), bad)
		}
	}
	if m.all && len(got) != n {
		t.Errorf("%d results came, want all %d", len(got), n)
	}
}
