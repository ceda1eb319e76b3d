package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/braid-go/braid"
)

// This file shows the error types. What takes error trees apart is in
// example_errors_test.go.

// An import of several tables fails in two of them.
func ExampleGroupError() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		users := braid.Fork(g, func(context.Context) (int, error) { return 0, errors.New("no such table") }, braid.Name("users"))
		<-users.Done()
		return fmt.Errorf("reading the index: %w", fs.ErrNotExist) // the body fails as well
	}, braid.Name("import"))
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist)) // sees through
	// Output:
	// import (2 errors): users: no such table; reading the index: file does not exist
	// true
}

// How many failed, for a message to the user.
func ExampleGroupError_Errors() {
	_, err := braid.Map(context.Background(), []string{"a.jpg", "b.txt", "c.txt"}, func(ctx context.Context, name string) (int, error) {
		if filepath.Ext(name) != ".jpg" {
			return 0, fmt.Errorf("%s is not a photo", name)
		}
		return 1, nil
	}, braid.Supervised)
	if eg, ok := errors.AsType[*braid.GroupError](err); ok {
		fmt.Println(len(eg.Errors()), "of 3 photos could not be read")
	}
	// Output:
	// 2 of 3 photos could not be read
}

// The failure that was first, whatever others it led to.
func ExampleGroupError_Primary() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return errors.New("disk full") }, braid.Name("writer"))
		<-ctx.Done()
		return errors.New("broken pipe") // in consequence
	})
	eg, _ := errors.AsType[*braid.GroupError](err)
	fmt.Println(eg.Primary())
	// Output:
	// writer: disk full
}

// A supervised group of which a part was not done at all.
func ExampleGroupError_Cut() {
	ctx, cancel := context.WithCancel(context.Background())
	err := braid.Each(ctx, []string{"", "users.csv", "orders.csv"}, func(ctx context.Context, file string) error {
		if file == "" {
			return errors.New("no name")
		}
		cancel() // somebody gives up meanwhile
		return braid.Sleep(ctx, time.Minute)
	}, braid.Supervised, braid.Limit(1), braid.Name("import"))
	if eg, ok := errors.AsType[*braid.GroupError](err); ok && eg.Cut() != nil {
		fmt.Println(len(eg.Errors()), "failed, and others were not done:", eg.Cut())
	}
	fmt.Println(err)
	// Output:
	// 1 failed, and others were not done: context canceled
	// import (1 error, cut short by context canceled): ExampleGroupError_Cut.func1[0]: no name
}

// Failures that were counted and not kept.
func ExampleGroupError_Dropped() {
	err := braid.Each(context.Background(), make([]int, 100), func(ctx context.Context, _ int) error {
		return errors.New("connection refused")
	}, braid.Supervised, braid.Keep(3))
	eg, _ := errors.AsType[*braid.GroupError](err)
	fmt.Println(len(eg.Errors())+eg.Dropped(), "failed")
	// Output:
	// 100 failed
}

// The path of a group within a tree of them.
func ExampleGroupError_Path() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			return errors.New("no such table")
		}, braid.Name("orders"))
	}, braid.Name("import"))
	inner, _ := errors.AsType[*braid.GroupError](errors.Unwrap(err.(*braid.GroupError).Primary()))
	fmt.Println(inner.Path())
	// Output:
	// import/orders
}

// Where in the source the group is.
func ExampleGroupError_Opened() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		return errors.New("no such table")
	})
	eg, _ := errors.AsType[*braid.GroupError](err)
	fmt.Println(filepath.Base(eg.Opened().File))
	// Output:
	// example_errortypes_test.go
}

// A file that a task could not write because it had been told to stop is less
// of a problem than one it could not write.
func ExampleTaskError() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		writing := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			close(writing)
			<-ctx.Done()
			return errors.New("b.zip is incomplete")
		}, braid.Name("b.zip"))
		g.Go(func(ctx context.Context) error {
			<-writing
			return errors.New("disk full")
		}, braid.Name("a.zip"))
		return nil
	})
	eg, _ := errors.AsType[*braid.GroupError](err)
	for _, e := range eg.Errors() {
		te, _ := errors.AsType[*braid.TaskError](e)
		fmt.Println(te.Err, "after cancel:", te.AfterCancel)
	}
	// Output:
	// disk full after cancel: false
	// b.zip is incomplete after cancel: true
}

// Which back end failed.
func ExampleTaskError_Path() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return errors.New("connection refused") }, braid.Name("cache"))
		return nil
	}, braid.Name("page"))
	te, _ := errors.AsType[*braid.TaskError](err)
	fmt.Println(te.Path())
	// Output:
	// page/cache
}

// What a task was named after may have slashes, which a path cannot be taken apart at.
func ExampleTaskError_Name() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for _, url := range []string{"http://a.example/x", "http://b.example/y"} {
			g.Go(func(ctx context.Context) error { return errors.New("connection refused") }, braid.Name(url))
		}
		return nil
	}, braid.Name("crawl"), braid.Supervised, braid.Limit(1))
	for _, failed := range err.(*braid.GroupError).Errors() {
		te := failed.(*braid.TaskError)
		fmt.Println(te.Name(), "at", te.Path())
	}
	// Output:
	// http://a.example/x at crawl/http://a.example/x
	// http://b.example/y at crawl/http://b.example/y
}

// Where in the source the task is.
func ExampleTaskError_Spawned() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return errors.New("connection refused") })
		return nil
	})
	te, _ := errors.AsType[*braid.TaskError](err)
	fmt.Println(filepath.Base(te.Spawned().File))
	// Output:
	// example_errortypes_test.go
}

// What a recover around a group sees: the value, and the stack of the task
// that panicked, not of the goroutine that recovers.
func ExamplePanicError() {
	defer func() {
		pe := recover().(*braid.PanicError)
		fmt.Println(pe.Path, "panicked with", pe.Value)
		fmt.Println("stack:", len(pe.Stack) > 0)
		fmt.Println("besides:", pe.Siblings)
	}()
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { panic("index out of date") }, braid.Name("search"))
		<-ctx.Done()
		return errors.New("page is incomplete")
	})
	// Output:
	// search panicked with index out of date
	// stack: true
	// besides: page is incomplete
}

// A timeout tells how long it waited, and where it was cut short.
func ExampleTimeoutError() {
	err := braid.Timeout(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		if err := braid.Sleep(ctx, time.Hour); err != nil {
			return fmt.Errorf("reading the header: %w", context.Canceled)
		}
		return nil
	}, braid.Name("fetch"))
	te, _ := errors.AsType[*braid.TimeoutError](err)
	fmt.Println(te.Name, te.After, te.Err)
	// Output:
	// fetch 5ms reading the header: context canceled
}

// Where in the source the time limit is.
func ExampleTimeoutError_Site() {
	err := braid.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) error {
		return braid.Sleep(ctx, time.Hour)
	})
	te, _ := errors.AsType[*braid.TimeoutError](err)
	fmt.Println(filepath.Base(te.Site().File))
	// Output:
	// example_errortypes_test.go
}

// A Site prints as editors and terminals like it.
func ExampleSite() {
	s := braid.Site{Func: "shop.Checkout", File: "/src/shop/checkout.go", Line: 42}
	fmt.Println(s, s.Func)
	// Output:
	// checkout.go:42 shop.Checkout
}

// A Matcher of one's own: errors that say they are temporary.
func ExampleMatcher() {
	temporary := braid.Matcher(func(node error) bool {
		t, ok := node.(interface{ Timeout() bool })
		return ok && t.Timeout()
	})
	err := errors.Join(context.DeadlineExceeded, fs.ErrNotExist)
	again, rest := braid.Split(err, temporary)
	fmt.Println("again:", again)
	fmt.Println("rest: ", rest)
	// Output:
	// again: context deadline exceeded
	// rest:  file does not exist
}

// Clauses that several handlers share.
func ExampleClause() {
	optional := []braid.Clause{
		braid.When(braid.Is(fs.ErrNotExist), func(error) error { return nil }),
		braid.When(braid.Is(fs.ErrPermission), func(error) error { return errors.New("not allowed") }),
	}
	fmt.Println(braid.Catch(&fs.PathError{Op: "open", Path: "theme.css", Err: fs.ErrNotExist}, optional...))
	fmt.Println(braid.Catch(&fs.PathError{Op: "open", Path: "key.pem", Err: fs.ErrPermission}, optional...))
	// Output:
	// <nil>
	// not allowed
}
