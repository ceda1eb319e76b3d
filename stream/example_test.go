package stream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// A pipeline is a recipe; the loop at its end runs it. However the loop is left,
// nothing runs behind it.
func Example() {
	words := stream.Of("structured", "concurrency", "for", "streams")
	long := stream.Filter(words, func(_ context.Context, w string) (bool, error) { return len(w) > 3, nil })
	upper := stream.Map(long, func(_ context.Context, w string) (string, error) { return strings.ToUpper(w), nil }, braid.Limit(8))
	for w, err := range upper(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(w)
		if w == "CONCURRENCY" {
			break
		}
	}
	// Output:
	// STRUCTURED
	// CONCURRENCY
}

// A stream written by hand: it looks at its context, so whoever leaves the loop
// does not wait for the next tick.
func ExampleStream() {
	ticks := stream.Stream[int](func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := 0; ; i++ {
				select {
				case <-time.After(time.Millisecond):
				case <-ctx.Done():
					yield(0, context.Cause(ctx))
					return
				}
				if !yield(i, nil) {
					return
				}
			}
		}
	})
	three, err := stream.Collect(context.Background(), stream.Take(ticks, 3))
	fmt.Println(three, err)
	// Output: [0 1 2] <nil>
}

func ExampleOf() {
	for v := range stream.Of("a", "b")(context.Background()) {
		fmt.Println(v)
	}
	// Output:
	// a
	// b
}

// What package maps or slices yields is a source.
func ExampleValues() {
	ages := map[string]int{"ann": 30}
	names, err := stream.Collect(context.Background(), stream.Values(maps.Keys(ages)))
	fmt.Println(names, err)
	// Output: [ann] <nil>
}

// An iterator with errors, such as the pages of a client, ends at the first.
func ExampleFrom() {
	numbers := func(yield func(int, error) bool) {
		for f := range strings.FieldsSeq("1 2 three 4") {
			n, err := strconv.Atoi(f)
			if !yield(n, err) {
				return
			}
		}
	}
	for n, err := range stream.From(numbers)(context.Background()) {
		fmt.Println(n, err)
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
	// 0 strconv.Atoi: parsing "three": invalid syntax
}

// A reader's lines; whatever blocks is given a context that dies when the stream
// is left.
func ExampleGenerate() {
	r := bufio.NewReader(strings.NewReader("one\ntwo\n"))
	lines := stream.Generate(func(context.Context) (string, error) { return r.ReadString('\n') })
	for line, err := range lines(context.Background()) {
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// "one\n" <nil>
	// "two\n" <nil>
}

func ExampleChan() {
	c := make(chan int, 2)
	c <- 1
	c <- 2
	close(c)
	all, err := stream.Collect(context.Background(), stream.Chan(c))
	fmt.Println(all, err)
	// Output: [1 2] <nil>
}

// Results come in the order of the items, although later ones are done earlier.
func ExampleMap() {
	sleepy := func(_ context.Context, ms int) (string, error) {
		time.Sleep(time.Duration(ms) * time.Millisecond)
		return fmt.Sprint(ms, " ms"), nil
	}
	for s, err := range stream.Map(stream.Of(30, 20, 10), sleepy, braid.Limit(3))(context.Background()) {
		fmt.Println(s, err)
	}
	// Output:
	// 30 ms <nil>
	// 20 ms <nil>
	// 10 ms <nil>
}

// The error says which item it was, and comes when everything has ended.
func ExampleMap_error() {
	parse := func(_ context.Context, s string) (int, error) {
		if s == "" {
			return 0, errors.New("nothing to parse")
		}
		return strconv.Atoi(s)
	}
	for n, err := range stream.Map(stream.Of("1", "2", "", "4"), parse, braid.Limit(1), braid.Name("parsing"))(context.Background()) {
		fmt.Println(n, err)
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
	// 0 parsing/ExampleMap_error.func1[2]: nothing to parse
}

func ExampleFilter() {
	even := func(_ context.Context, n int) (bool, error) { return n%2 == 0, nil }
	all, err := stream.Collect(context.Background(), stream.Filter(stream.Of(1, 2, 3, 4), even))
	fmt.Println(all, err)
	// Output: [2 4] <nil>
}

// Each directory is listed by a task of its own, in order.
func ExampleFlatMap() {
	files := map[string][]string{"bin": {"sh", "ls"}, "etc": {"hosts"}}
	list := func(_ context.Context, dir string) (stream.Stream[string], error) {
		return stream.Of(files[dir]...), nil
	}
	all, err := stream.Collect(context.Background(), stream.FlatMap(stream.Of("bin", "etc"), list, braid.Limit(4)))
	fmt.Println(all, err)
	// Output: [sh ls hosts] <nil>
}

func ExampleMerge() {
	all, err := stream.Collect(context.Background(), stream.Merge(stream.Of(1, 2), stream.Of(3)))
	slices.Sort(all)
	fmt.Println(all, err)
	// Output: [1 2 3] <nil>
}

// Rows are written ten at a time, or after a second with those there are.
func ExampleBatch() {
	for rows, err := range stream.Batch(stream.Of(1, 2, 3, 4, 5), 2, time.Second)(context.Background()) {
		fmt.Println(rows, err)
	}
	// Output:
	// [1 2] <nil>
	// [3 4] <nil>
	// [5] <nil>
}

func ExampleBuffer() {
	// The next line is read while the loop's body is busy with this one.
	for line, err := range stream.Buffer(stream.Of("a", "b"), 1)(context.Background()) {
		fmt.Println(line, err)
	}
	// Output:
	// a <nil>
	// b <nil>
}

func ExampleTake() {
	n := 0
	naturals := stream.Generate(func(context.Context) (int, error) { n++; return n, nil })
	all, err := stream.Collect(context.Background(), stream.Take(naturals, 3))
	fmt.Println(all, err)
	// Output: [1 2 3] <nil>
}

func ExampleCollect() {
	all, err := stream.Collect(context.Background(), stream.Of(1, 2, 3))
	fmt.Println(all, err)
	// Output: [1 2 3] <nil>
}

func ExampleEach() {
	err := stream.Each(context.Background(), stream.Of("a.txt", "b.txt"), func(ctx context.Context, name string) error {
		if name == "b.txt" {
			return io.ErrShortWrite
		}
		return nil
	}, braid.Limit(4), braid.Name("save"))
	fmt.Println(err)
	// Output: save/ExampleEach.func1[1]: short write
}

func ExampleReduce() {
	sum, err := stream.Reduce(context.Background(), stream.Of(1, 2, 3), 0, func(sum, n int) (int, error) { return sum + n, nil })
	fmt.Println(sum, err)
	// Output: 6 <nil>
}

// One pass over the stream, two consumers.
func ExampleTee() {
	numbers := stream.Of(3, 1, 2)
	var sum, most int
	err := stream.Tee(context.Background(), numbers, []func(context.Context, stream.Stream[int]) error{
		func(ctx context.Context, s stream.Stream[int]) (err error) {
			sum, err = stream.Reduce(ctx, s, 0, func(sum, n int) (int, error) { return sum + n, nil })
			return err
		},
		func(ctx context.Context, s stream.Stream[int]) (err error) {
			most, err = stream.Reduce(ctx, s, 0, func(most, n int) (int, error) { return max(most, n), nil })
			return err
		},
	})
	fmt.Println(sum, most, err)
	// Output: 6 3 <nil>
}

func ExampleToChan() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		numbers := stream.ToChan(g, stream.Of(1, 2), 0)
		for {
			select {
			case item, ok := <-numbers:
				if !ok {
					return nil
				}
				fmt.Println(item.Value, item.Err)
			case <-time.After(time.Minute):
				return errors.New("nothing came")
			}
		}
	})
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// 2 <nil>
	// <nil>
}

// An Item is a value, or the error at the end.
func ExampleItem() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		failing := stream.Generate(func(context.Context) (int, error) { return 0, errors.New("no more") })
		for item := range stream.ToChan(g, failing, 0) {
			fmt.Println(item.Err)
		}
		return nil
	})
	// Output: no more
}

// Not more than two results and the two being worked on are ever held.
func ExampleAhead() {
	double := func(_ context.Context, n int) (int, error) { return 2 * n, nil }
	all, err := stream.Collect(context.Background(), stream.Map(stream.Of(1, 2, 3), double, braid.Limit(2), stream.Ahead(2)))
	fmt.Println(all, err)
	// Output: [2 4 6] <nil>
}

// The path of a failure goes from the consumer backwards, through the task of each
// stage that ranges over the one before it.
func ExampleStream_path() {
	parse := func(_ context.Context, word string) (int, error) { return strconv.Atoi(word) }
	same := func(_ context.Context, n int) (int, error) { return n, nil }

	first := stream.Map(stream.Of("1", "2", "three"), parse, braid.Name("first"), braid.Limit(2))
	second := stream.Map(first, same, braid.Name("second"), braid.Limit(2))
	third := stream.Map(second, same, braid.Name("third"), braid.Limit(2))
	_, err := stream.Collect(context.Background(), third)
	for path := range braid.Leaves(err) {
		fmt.Println(path)
	}
	// Output: third/source/second/source/first/ExampleStream_path.func1[2]
}
