package braid_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/braid-go/braid"
)

// This file shows the functions that collect the results of many, and races.

// A dashboard needs one number from each of several sources.
func ExampleAll() {
	count := func(table string) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) { return len(table), nil }
	}
	counts, err := braid.All(context.Background(), braid.Funcs(count("users"), count("orders"), count("mail")), braid.Limit(2))
	fmt.Println(counts, err)
	// Output: [5 6 4] <nil>
}

func ExampleFuncs() {
	answer := func(context.Context) (int, error) { return 42, nil }
	fail := func(context.Context) (int, error) { return 0, errors.New("no idea") }
	fmt.Println(braid.First(context.Background(), braid.Funcs(fail, answer)))
	// Output: 42 <nil>
}

func ExampleJoin4() {
	name := func(context.Context) (string, error) { return "Ann", nil }
	age := func(context.Context) (int, error) { return 36, nil }
	premium := func(context.Context) (bool, error) { return true, nil }
	balance := func(context.Context) (float64, error) { return 12.5, nil }
	fmt.Println(braid.Join4(context.Background(), name, age, premium, balance))
	// Output: Ann 36 true 12.5 <nil>
}

func ExampleJoin5() {
	name := func(context.Context) (string, error) { return "Ann", nil }
	age := func(context.Context) (int, error) { return 36, nil }
	premium := func(context.Context) (bool, error) { return true, nil }
	balance := func(context.Context) (float64, error) { return 12.5, nil }
	orders := func(context.Context) ([]int, error) { return []int{17, 23}, nil }
	fmt.Println(braid.Join5(context.Background(), name, age, premium, balance, orders))
	// Output: Ann 36 true 12.5 [17 23] <nil>
}

// The lines of a file, however long it is, no more than eight at a time.
func ExampleMapSeq() {
	file := strings.NewReader("one\nthree\nfive")
	lines := func(yield func(string) bool) {
		for s := bufio.NewScanner(file); s.Scan(); {
			if !yield(s.Text()) {
				return
			}
		}
	}
	lengths, err := braid.MapSeq(context.Background(), lines, func(_ context.Context, line string) (int, error) {
		return len(line), nil
	}, braid.Limit(8))
	fmt.Println(lengths, err)
	// Output: [3 5 4] <nil>
}

func ExampleEachSeq() {
	err := braid.EachSeq(context.Background(), slices.Values([]string{"a.txt", "b.txt"}), func(_ context.Context, file string) error {
		if file == "b.txt" {
			return errors.New("permission denied")
		}
		return nil
	}, braid.Name("chmod"))
	fmt.Println(err)
	// Output: chmod/ExampleEachSeq.func1[1]: permission denied
}

// A map with the same keys, and what became of each value.
func ExampleMapSeq2() {
	hosts := map[string]string{"api": "10.0.0.1", "mail": "10.0.0.2"}
	states, err := braid.MapSeq2(context.Background(), maps.All(hosts), func(_ context.Context, name, ip string) (string, error) {
		return ip + " is up", nil
	})
	fmt.Println(states, err)
	// Output: map[api:10.0.0.1 is up mail:10.0.0.2 is up] <nil>
}

func ExampleEachSeq2() {
	ports := map[string]int{"http": 80}
	probe := func(_ context.Context, name string, port int) error { return errors.New("closed") }
	fmt.Println(braid.EachSeq2(context.Background(), maps.All(ports), probe))
	// Output: ExampleEachSeq2.func1[http]: closed
}

// Whichever comes first: the answer, or the news that there will be none.
func ExampleRace() {
	answer := func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	hangUp := func(context.Context) (string, error) { return "", errors.New("the client has gone") }
	_, err := braid.Race(context.Background(), braid.Funcs(answer, hangUp))
	fmt.Println(errors.Unwrap(err.(*braid.GroupError).Primary()))
	// Output: the client has gone
}

// A write counts once two of three replicas have it.
func ExampleQuorum() {
	replica := func(name string, err error) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return name, err }
	}
	stored, err := braid.Quorum(context.Background(), 2, braid.Funcs(
		replica("berlin", nil),
		replica("paris", errors.New("disk full")),
		replica("rome", nil),
	))
	fmt.Println(stored, err)
	// Output: [berlin rome] <nil>
}

// Which items failed, of those that were tried all the same.
func ExampleTaskError_Item() {
	words := []string{"pear", "", "plum", ""}
	lengths, err := braid.Map(context.Background(), words, func(_ context.Context, word string) (int, error) {
		if word == "" {
			return 0, errors.New("empty")
		}
		return len(word), nil
	}, braid.Supervised, braid.Limit(1))
	fmt.Println(lengths)
	for _, e := range err.(*braid.GroupError).Errors() {
		te := e.(*braid.TaskError)
		fmt.Println(te.Item(), te.Err)
	}
	// Output:
	// [4 0 4 0]
	// 1 empty
	// 3 empty
}
