package braid_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// The lesson_*_test.go files hold the Go twin of each snippet of a lesson on
// structured concurrency in Python; docs/from-python.md shows both side by
// side. Here: why, and the basic shapes. Each example stands alone, and none
// depends on who is faster: where tasks have to meet, they do it by an event.

// What goes wrong without structure: a function fails and returns while what
// it started runs on, with nobody left who knows of it.
func Example_lessonUnstructured() {
	answer := make(chan string) // of a server that takes its time
	fetched := make(chan int)
	fetchData := func(id int) {
		<-answer
		fetched <- id
	}
	someOperation := func() error { return errors.New("some operation failed") }

	unstructured := func() error {
		go fetchData(1)
		go fetchData(2)
		if err := someOperation(); err != nil {
			return err // the two fetches are orphans now
		}
		<-fetched
		<-fetched
		return nil
	}
	fmt.Println("returned:", unstructured())

	close(answer)
	<-fetched
	<-fetched
	fmt.Println("both fetches went on after that")
	// Output:
	// returned: some operation failed
	// both fetches went on after that
}

// The answer: the tasks belong to a block, and the block ends after them,
// whether it fails or not.
func Example_lessonStructured() {
	var running atomic.Int32
	fetchData := func(id int) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			running.Add(1)
			defer running.Add(-1)
			return fmt.Sprintf("data %d", id), braid.Sleep(ctx, time.Millisecond)
		}
	}
	structured := func(ctx context.Context, someOperation func() error) (string, string, error) {
		var task1, task2 *braid.Task[string]
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			task1 = braid.Fork(g, fetchData(1))
			task2 = braid.Fork(g, fetchData(2))
			return someOperation() // an error cancels both tasks
		})
		if err != nil {
			return "", "", err
		}
		return task1.Value(), task2.Value(), nil // Run returned nil: both have succeeded
	}

	ctx := context.Background()
	fmt.Println(structured(ctx, func() error { return nil }))
	_, _, err := structured(ctx, func() error { return errors.New("some operation failed") })
	fmt.Println(err)
	fmt.Println("still running:", running.Load())
	// Output:
	// data 1 data 2 <nil>
	// some operation failed
	// still running: 0
}

// Three requests at once. A function that returns the work, as fetchUser does,
// is what a coroutine function is in Python.
func Example_lessonBasicUsage() {
	fetchUser := func(id int) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			if err := braid.Sleep(ctx, time.Millisecond); err != nil { // an API call
				return "", err
			}
			return fmt.Sprintf(`{"id": %d, "name": "User %d"}`, id, id), nil
		}
	}

	var task1, task2, task3 *braid.Task[string]
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task1 = braid.Fork(g, fetchUser(1))
		task2 = braid.Fork(g, fetchUser(2))
		task3 = braid.Fork(g, fetchUser(3))
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// All tasks have ended.
	for _, task := range []*braid.Task[string]{task1, task2, task3} {
		fmt.Println(task.Value())
	}
	// Output:
	// {"id": 1, "name": "User 1"}
	// {"id": 2, "name": "User 2"}
	// {"id": 3, "name": "User 3"}
}

// As many tasks as there are items. Waiting inside the body gives each result
// with its error, and there is nothing left to look up after the join.
func Example_lessonDynamicTasks() {
	processItem := func(ctx context.Context, item string) (string, error) {
		return strings.ToUpper(item), nil
	}

	processItems := func(ctx context.Context, items []string) ([]string, error) {
		return braid.Call(ctx, func(ctx context.Context, g *braid.Group) ([]string, error) {
			var tasks []*braid.Task[string]
			for _, item := range items {
				tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (string, error) {
					return processItem(ctx, item)
				}))
			}
			var results []string
			for _, task := range tasks {
				result, err := task.Wait(ctx)
				if err != nil {
					return nil, err
				}
				results = append(results, result)
			}
			return results, nil
		})
	}

	ctx := context.Background()
	items := []string{"apple", "banana", "cherry"}
	fmt.Println(processItems(ctx, items))
	// The same in one line:
	fmt.Println(braid.Map(ctx, items, processItem))
	// Output:
	// [APPLE BANANA CHERRY] <nil>
	// [APPLE BANANA CHERRY] <nil>
}

// Groups inside the tasks of a group: the outer one ends after the inner ones,
// and a failure anywhere cancels the whole tree.
func Example_lessonNesting() {
	fetchUser := func(ctx context.Context, id int) (string, error) {
		return fmt.Sprintf("User %d", id), braid.Sleep(ctx, time.Millisecond)
	}
	fetchProduct := func(ctx context.Context, id int) (string, error) {
		return fmt.Sprintf("Product %d", id), braid.Sleep(ctx, time.Millisecond)
	}

	complexOperation := func(ctx context.Context) (users, products []string, err error) {
		ids := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		fetchAllUsers := func(ctx context.Context) ([]string, error) {
			return braid.Map(ctx, ids, fetchUser) // a group of ten
		}
		fetchAllProducts := func(ctx context.Context) ([]string, error) {
			return braid.Map(ctx, ids, fetchProduct) // another
		}
		return braid.Join2(ctx, fetchAllUsers, fetchAllProducts) // a group of two
	}

	users, products, err := complexOperation(context.Background())
	fmt.Println(len(users), "users, the last one is", users[9])
	fmt.Println(len(products), "products, the last one is", products[9])
	fmt.Println(err)
	// Output:
	// 10 users, the last one is User 9
	// 10 products, the last one is Product 9
	// <nil>
}
