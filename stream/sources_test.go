package stream_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file shows sources, ends, and what all streams refuse.

// everyStream has one of each kind, over a source of its own.
func everyStream() map[string]stream.Stream[int] {
	c := make(chan int, 3)
	for i := range 3 {
		c <- i
	}
	close(c)
	n := 0
	flatten := func(s stream.Stream[[]int]) stream.Stream[int] {
		return stream.FlatMap(s, func(_ context.Context, b []int) (stream.Stream[int], error) { return stream.Of(b...), nil })
	}
	same := func(_ context.Context, i int) (int, error) { return i, nil }
	all := func(context.Context, int) (bool, error) { return true, nil }
	single := func(_ context.Context, i int) (stream.Stream[int], error) { return stream.Of(i), nil }
	src := stream.Of(0, 1, 2)
	return map[string]stream.Stream[int]{
		"Of":     src,
		"Values": stream.Values(upTo(3)),
		"From": stream.From(func(yield func(int, error) bool) {
			_ = yield(0, nil) && yield(1, nil) && yield(2, nil)
		}),
		"Generate": stream.Generate(func(context.Context) (int, error) {
			if n++; n > 3 {
				return 0, io.EOF
			}
			return n - 1, nil
		}),
		"Chan":           stream.Chan(c),
		"Map":            stream.Map(src, same),
		"Map inline":     stream.Map(src, same, braid.Limit(1)),
		"Filter":         stream.Filter(src, all),
		"Filter inline":  stream.Filter(src, all, braid.Limit(1)),
		"FlatMap":        stream.FlatMap(src, single),
		"FlatMap inline": stream.FlatMap(src, single, braid.Limit(1)),
		"Batch":          flatten(stream.Batch(src, 2, braid.Forever)),
		"Buffer":         stream.Buffer(src, 2),
		"Merge":          stream.Merge(src),
		"Take":           stream.Take(src, 3),
	}
}

func TestEveryStreamGivesItsItemsInOrderAndEnds(t *testing.T) {
	for name, s := range everyStream() {
		got, err := stream.Collect(context.Background(), s)
		if err != nil || !slices.Equal(got, []int{0, 1, 2}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestRule10_2_UnderADeadContextEveryStreamYieldsOneErrorAndNothingElse(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errWhy)
	for name, s := range everyStream() {
		n := 0
		for _, err := range s(ctx) {
			n++
			wantPlainCancel(t, err, context.Canceled, errWhy)
		}
		if n != 1 {
			t.Errorf("%s: %d yields, want the error", name, n)
		}
	}
}

func TestEveryStageGivesTheCauseWhenItsContextDiesWhileTheSourceWaits(t *testing.T) {
	source := stream.Generate(func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
	failing := stream.Generate(func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, errors.Join(ctx.Err(), errOne) })
	late := stream.Stream[int](func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			<-ctx.Done()
			if yield(1, nil) { // which it should not
				yield(2, nil)
			}
		}
	})
	for name, stage := range everyStage() {
		live(t, func(t *testing.T, ctx context.Context, start time.Time) {
			under := func(s stream.Stream[int]) (errs []error) {
				ctx, cancel := context.WithCancelCause(ctx)
				defer time.AfterFunc(time.Second, func() { cancel(errWhy) }).Stop()
				for v, err := range stage(s)(ctx) {
					if err == nil {
						t.Errorf("%s: %d is delivered", name, v)
						continue
					}
					errs = append(errs, err)
				}
				if len(errs) != 1 {
					t.Fatalf("%s: %d errors", name, len(errs))
				}
				return errs
			}
			wantPlainCancel(t, under(source)[0], context.Canceled, errWhy)
			wantPlainCancel(t, under(late)[0], context.Canceled, errWhy)
			err := under(failing)[0]
			var ge *braid.GroupError
			var te *braid.TaskError
			if !errors.As(err, &ge) || !errors.Is(ge.Cut(), errWhy) || !errors.As(err, &te) || !errors.Is(te.Err, errOne) || errors.Is(te.Err, context.Canceled) || !strings.HasSuffix(te.Path(), "source") {
				t.Errorf("%s: a source that fails then gives %v", name, err)
			}
		})
	}
}

// everyStage gives each stage that passes items on as they are.
func everyStage() map[string]func(stream.Stream[int]) stream.Stream[int] {
	same := func(_ context.Context, i int) (int, error) { return i, nil }
	all := func(context.Context, int) (bool, error) { return true, nil }
	single := func(_ context.Context, i int) (stream.Stream[int], error) { return stream.Of(i), nil }
	type of = stream.Stream[int]
	return map[string]func(of) of{
		"Map":            func(s of) of { return stream.Map(s, same) },
		"Map inline":     func(s of) of { return stream.Map(s, same, braid.Limit(1)) },
		"Filter":         func(s of) of { return stream.Filter(s, all) },
		"Filter inline":  func(s of) of { return stream.Filter(s, all, braid.Limit(1)) },
		"FlatMap":        func(s of) of { return stream.FlatMap(s, single) },
		"FlatMap inline": func(s of) of { return stream.FlatMap(s, single, braid.Limit(1)) },
		"Batch":          func(s of) of { return flatten(stream.Batch(s, 2, braid.Forever)) },
		"Buffer":         func(s of) of { return stream.Buffer(s, 2) },
		"Take":           func(s of) of { return stream.Take(s, 3) },
	}
}

func TestAStreamThatWasLeftYieldsNoMore(t *testing.T) {
	for name, s := range everyStream() {
		n := 0
		for range s(context.Background()) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d", name, n)
		}
	}
}

func TestAStreamMayBePulledAndStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		for name, s := range everyStream() {
			if name == "Chan" {
				continue // its channel is of another bubble
			}
			next, stop := iter.Pull2(s(t.Context()))
			if v, err, ok := next(); v != 0 || err != nil || !ok {
				t.Errorf("%s: %v, %v, %v", name, v, err, ok)
			}
			stop()
		}
	})
}

func TestAStreamMayBeRangedOverAgainIfItsSourceMay(t *testing.T) {
	s := stream.Map(stream.Buffer(stream.Of(1, 2, 3), 1), double)
	for range 3 {
		if got, err := stream.Collect(context.Background(), s); err != nil || !slices.Equal(got, []int{2, 4, 6}) {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestASourcesErrorEndsTheStreamOnceAndComesOutAsItIs(t *testing.T) {
	rest := 0
	s := stream.From(func(yield func(int, error) bool) {
		if yield(1, nil) && yield(7, errOne) {
			rest++
		}
	})
	n := 0
	for v, err := range s(context.Background()) {
		n++
		if n == 2 && (v != 0 || err != errOne) {
			t.Errorf("%v, %v", v, err)
		}
	}
	if n != 2 || rest != 0 {
		t.Errorf("%d yields, the source went on %d times", n, rest)
	}
	if _, err := stream.Collect(context.Background(), stream.Generate(func(context.Context) (int, error) { return 0, errTwo })); err != errTwo {
		t.Error(err)
	}
}

func TestChanWaitsNoLongerThanItsContextLives(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Second, errWhy)
		defer cancel()
		for _, err := range stream.Chan(make(chan int))(ctx) {
			wantPlainCancel(t, err, context.DeadlineExceeded, errWhy)
		}
		at(t, start, time.Second, "ended")
	})
}

func TestGenerateIsGivenAContextThatDiesWhenTheStreamIsLeft(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ended := false
		n := 0
		s := stream.Generate(func(ctx context.Context) (int, error) {
			if n++; n == 1 {
				return 1, nil
			}
			<-ctx.Done()
			ended = true
			return 0, ctx.Err()
		})
		for range stream.Map(s, double)(ctx) {
			time.Sleep(time.Second)
			break
		}
		if !ended {
			t.Error("the source still runs")
		}
		at(t, start, time.Second, "left")
	})
}

func TestReduceFoldsInOrderAndEndsAtTheFirstError(t *testing.T) {
	join := func(s string, r rune) (string, error) {
		if r == 'x' {
			return "", errOne
		}
		return s + string(r), nil
	}
	ctx := context.Background()
	if got, err := stream.Reduce(ctx, stream.Of([]rune("abc")...), ">", join); got != ">abc" || err != nil {
		t.Error(got, err)
	}
	if got, err := stream.Reduce(ctx, stream.Of([]rune("axc")...), ">", join); got != "" || err != errOne {
		t.Error(got, err)
	}
}

func TestEachGivesTheFailureWithTheNumberOfTheItem(t *testing.T) {
	for _, limit := range []int{1, 4} {
		err := stream.Each(context.Background(), stream.Of(0, 1, 2), func(_ context.Context, i int) error {
			if i == 2 {
				return errOne
			}
			return nil
		}, braid.Limit(limit))
		var te *braid.TaskError
		if !errors.As(err, &te) || te.Item() != 2 || te.Err != errOne {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestRule2_5_BadInputIsRefusedAtTheCall(t *testing.T) {
	ctx := context.Background()
	var none stream.Stream[int]
	var nowhere context.Context
	some := stream.Of(1)
	each := func(context.Context, int) error { return nil }
	g, _ := braid.Open(ctx)
	defer g.Close()
	for want, f := range map[string]func(){
		"stream: Map called with a nil stream":              func() { stream.Map(none, double) },
		"stream: Map called with a nil function":            func() { stream.Map[int, int](some, nil) },
		"stream: Filter called with a nil function":         func() { stream.Filter(some, nil) },
		"stream: FlatMap called with a nil function":        func() { stream.FlatMap[int, int](some, nil) },
		"stream: Batch called with a size of less than one": func() { stream.Batch(some, 0, 0) },
		"stream: Batch called with a negative wait":         func() { stream.Batch(some, 1, -1) },
		"stream: Buffer called with less than one item":     func() { stream.Buffer(some, 0) },
		"stream: Merge called with a nil stream":            func() { stream.Merge(some, none) },
		"stream: Take called with a negative number":        func() { stream.Take(some, -1) },
		"stream: Ahead called with a negative number":       func() { stream.Ahead(-1) },
		"stream: nil option":                                func() { stream.Map(some, double, nil) },
		"braid: option Ahead given twice":                   func() { stream.Map(some, double, stream.Ahead(1), stream.Ahead(1)) },
		"braid: option Unordered given twice":               func() { stream.Map(some, double, stream.Unordered, stream.Unordered) },
		"braid: option Limit given twice":                   func() { stream.Map(some, double, braid.Limit(1), braid.Limit(1)) },
		"stream: Collect called with a nil context":         func() { _, _ = stream.Collect(nowhere, some) },
		"stream: Each called with a nil context":            func() { _ = stream.Each(nowhere, some, each) },
		"stream: Each called with a nil function":           func() { _ = stream.Each(ctx, some, nil) },
		"stream: Reduce called with a nil stream":           func() { _, _ = stream.Reduce(ctx, none, 0, func(a, b int) (int, error) { return 0, nil }) },
		"stream: Tee called with a nil function":            func() { _ = stream.Tee(ctx, some, []func(context.Context, stream.Stream[int]) error{nil}) },
		"stream: Tee takes no options but Ahead and Name":   func() { _ = stream.Tee(ctx, some, nil, braid.Limit(2)) },
		"stream: ToChan called with a nil group":            func() { stream.ToChan(nil, some, 0) },
		"stream: ToChan called with a negative number":      func() { stream.ToChan(g, some, -1) },
		"stream: Values called with a nil sequence":         func() { stream.Values[int](nil) },
		"stream: From called with a nil sequence":           func() { stream.From[int](nil) },
		"stream: Generate called with a nil function":       func() { stream.Generate[int](nil) },
		"stream: a stream was called with a nil context":    func() { stream.Map(some, double)(nowhere) },
	} {
		if got := panicOf(f); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
