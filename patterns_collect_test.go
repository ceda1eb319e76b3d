package braid_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/braid-go/braid"
)

// This file is the first part of docs/patterns.md: collecting results.

func Example_patternsJoin() {
	fetchUser := func(ctx context.Context) (string, error) { return "Ann", nil }
	countOrders := func(ctx context.Context) (int, error) { return 3, nil }

	user, orders, err := braid.Join2(context.Background(), fetchUser, countOrders)
	fmt.Println(user, orders, err)
	// Output: Ann 3 <nil>
}

func Example_patternsMap() {
	fetch := func(ctx context.Context, url string) (int, error) {
		if strings.Contains(url, "broken") {
			return 0, errors.New("connection refused")
		}
		return len(url), nil
	}
	ctx := context.Background()

	sizes, err := braid.Map(ctx, []string{"/a", "/bcd"}, fetch, braid.Limit(8))
	fmt.Println(sizes, err)

	_, err = braid.Map(ctx, []string{"/a", "/broken"}, fetch, braid.Limit(8), braid.Name("crawl"))
	fmt.Println(err)
	// Output:
	// [2 4] <nil>
	// crawl/Example_patternsMap.func1[1]: connection refused
}

func Example_patternsMapSupervised() {
	parse := func(ctx context.Context, word string) (int, error) {
		if word == "" {
			return 0, errors.New("empty")
		}
		return len(word), nil
	}
	lengths, err := braid.Map(context.Background(), []string{"one", "", "three"}, parse, braid.Supervised)
	ge, ok := errors.AsType[*braid.GroupError](err)
	if !ok && err != nil {
		fmt.Println("cancelled:", err)
		return
	}
	fmt.Println(lengths)
	if ok {
		for _, failure := range ge.Errors() {
			fmt.Println("item", failure.(*braid.TaskError).Item(), errors.Unwrap(failure))
		}
		if ge.Cut() != nil { // not all that is left is good: some items were not done
			fmt.Println("cut short by", ge.Cut())
		}
	}
	// Output:
	// [3 0 5]
	// item 1 empty
}

func Example_patternsMapSequences() {
	ctx := context.Background()
	double := func(_ context.Context, n int) (int, error) { return 2 * n, nil }
	doubled, err := braid.MapSeq(ctx, slices.Values([]int{1, 2, 3}), double, braid.Limit(2))
	fmt.Println(doubled, err)

	prices := map[string]int{"tea": 3, "cake": 5}
	withTax, err := braid.MapSeq2(ctx, maps.All(prices), func(_ context.Context, _ string, price int) (float64, error) {
		return float64(price) * 1.2, nil
	})
	fmt.Println(withTax, err)
	// Output:
	// [2 4 6] <nil>
	// map[cake:6 tea:3.5999999999999996] <nil>
}

func Example_patternsSettle() {
	up := func(context.Context) (string, error) { return "ok", nil }
	down := func(context.Context) (string, error) { return "", errors.New("timeout") }
	outcomes, err := braid.Settle(context.Background(), braid.Funcs(up, down, up))
	for _, o := range outcomes {
		fmt.Println(o.State, o.Value != "")
	}
	fmt.Println(err)
	// Output:
	// succeeded true
	// failed false
	// succeeded true
	// <nil>
}

func Example_patternsAsCompleted() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		quick, slow := make(chan struct{}), make(chan struct{})
		close(quick)
		page := func(ready <-chan struct{}, text string) *braid.Task[string] {
			return braid.Fork(g, func(ctx context.Context) (string, error) { <-ready; return text, nil })
		}
		first, second := page(slow, "the long page"), page(quick, "the short page")
		for task := range braid.AsCompleted(ctx, first, second) {
			text, err := task.Result()
			fmt.Println(text, err)
			if task == second {
				close(slow)
			}
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// the short page <nil>
	// the long page <nil>
	// <nil>
}
