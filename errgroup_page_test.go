package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// This file is docs/from-errgroup.md: what looks like errgroup, or conc, and is not.

func Example_errgroupTwin() {
	fetch := func(ctx context.Context, url string) (string, error) {
		if url == "broken" {
			return "", errors.New("connection refused")
		}
		return "page " + url, nil
	}
	fetchAll := func(ctx context.Context, urls []string) ([]string, error) {
		pages := make([]string, len(urls))
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for i, url := range urls {
				g.Go(func(ctx context.Context) (err error) {
					pages[i], err = fetch(ctx, url)
					return err
				}, braid.Name(url))
			}
			return nil // Run waits; there is no Wait to forget, here or on the way out by an error
		}, braid.Limit(4), braid.Name("fetch"))
		return pages, err
	}
	ctx := context.Background()
	fmt.Println(fetchAll(ctx, []string{"a", "b"}))
	fmt.Println(braid.Map(ctx, []string{"a", "b"}, fetch, braid.Limit(4))) // the same

	_, err := fetchAll(ctx, []string{"broken"})
	fmt.Println(err)
	// Output:
	// [page a page b] <nil>
	// [page a page b] <nil>
	// fetch/broken: connection refused
}

func Example_errgroupTryGo() {
	g, _ := braid.Open(context.Background(), braid.Limit(1))
	release := make(chan struct{})
	g.Go(func(context.Context) error { <-release; return nil }) // has the one slot

	// errgroup's would be false here, and not call the function.
	err := g.TryGo(func(context.Context) error { fmt.Println("called after all"); return nil })
	fmt.Println("no slot is free:", err)

	close(release)
	fmt.Println(g.Wait())

	err = g.TryGo(func(context.Context) error { return nil })
	fmt.Println("the group has ended:", errors.Is(err, braid.ErrClosed))
	// Output:
	// no slot is free: <nil>
	// called after all
	// <nil>
	// the group has ended: true
}

// slots are taken before a task is handed over. Closing gives one back.
type slots chan struct{}

func (s slots) Close() error { <-s; return nil }

func Example_errgroupRunOrRefuse() {
	free := make(slots, 1)
	g, _ := braid.Open(context.Background())
	defer g.Close()
	tryGo := func(fn func(context.Context) error) bool {
		select {
		case free <- struct{}{}:
			// GoWith closes, which gives the slot back, after fn or instead of it.
			braid.GoWith(g, free, func(ctx context.Context, _ slots) error { return fn(ctx) })
			return true
		default:
			return false
		}
	}
	release := make(chan struct{})
	work := func(context.Context) error { <-release; return nil }
	fmt.Println("the first:", tryGo(work))
	fmt.Println("the second:", tryGo(work))

	close(release)
	fmt.Println(g.Wait(), len(free))
	// Output:
	// the first: true
	// the second: false
	// <nil> 0
}

func Example_errgroupWaitOrRefuse() {
	g, ctx := braid.Open(context.Background(), braid.Limit(1))
	release := make(chan struct{})
	g.Go(func(context.Context) error { <-release; return nil }) // has the one slot

	err := braid.Timeout(ctx, 10*time.Millisecond, func(ctx context.Context) error {
		return g.GoWait(ctx, func(context.Context) error { fmt.Println("never called"); return nil })
	})
	fmt.Println("gave up:", err)

	close(release)
	fmt.Println(g.Wait())
	// Output:
	// gave up: timeout after 10ms
	// <nil>
}

func Example_errgroupGoWait() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		var begun atomic.Int32
		release := make(chan struct{})
		work := func(context.Context) error { begun.Add(1); <-release; return nil }
		for range 1000 {
			g.Go(work) // errgroup's would block at the third
		}
		fmt.Println("1000 handed over, at most 2 begun:", begun.Load() <= 2)
		close(release)

		if err := g.GoWait(ctx, work); err != nil { // returns when its turn has come
			return err
		}
		fmt.Println("999 have begun:", begun.Load() >= 999) // or more
		return nil
	}, braid.Limit(2))
	fmt.Println(err)
	// Output:
	// 1000 handed over, at most 2 begun: true
	// 999 have begun: true
	// <nil>
}

func Example_errgroupErrorIsATree() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return io.ErrUnexpectedEOF }, braid.Name("header"))
		return nil
	}, braid.Name("parse"))

	fmt.Println(err)
	fmt.Println("==", err == io.ErrUnexpectedEOF)
	fmt.Println("Is", errors.Is(err, io.ErrUnexpectedEOF))
	for path, failure := range braid.Leaves(err) {
		fmt.Println(path, "failed with the very error:", failure == io.ErrUnexpectedEOF)
	}
	// Output:
	// parse/header: unexpected EOF
	// == false
	// Is true
	// parse/header failed with the very error: true
}

func Example_errgroupAllErrors() {
	var together sync.WaitGroup
	together.Add(2)
	fails := func(text string) func(context.Context) error {
		return func(ctx context.Context) error {
			together.Done()
			together.Wait() // or the first would cancel the second before it has begun
			return errors.New(text)
		}
	}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(fails("disk full"))
		g.Go(fails("disk full"))
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }) // is no failure
		return nil
	})
	if failed, ok := errors.AsType[*braid.GroupError](err); ok {
		fmt.Println("all:", len(failed.Errors()))
		fmt.Println("the one that cancelled the others:", failed.Primary().Err)
	}
	// Output:
	// all: 2
	// the one that cancelled the others: disk full
}

func Example_errgroupDeadContext() {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the client has left"))

	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		fmt.Println("never called; errgroup would call its functions")
		return nil
	})
	fmt.Println(errors.Is(err, context.Canceled), err)

	// What has to be done all the same:
	err = braid.Run(context.WithoutCancel(ctx), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { fmt.Println("released"); return nil })
		return nil
	})
	fmt.Println(err)
	// Output:
	// true context canceled: the client has left
	// released
	// <nil>
}

func Example_errgroupContextsEnd() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		// A response of net/http would be such a thing: its body cannot be read
		// when the context of the request is dead.
		request := braid.Fork(g, func(ctx context.Context) (context.Context, error) { return ctx, nil })
		its, err := request.Wait(ctx)
		if err != nil {
			return err
		}
		fmt.Println("the task's:", its.Err())
		fmt.Println("the group's:", ctx.Err())
		return nil
	})
	fmt.Println(err)
	// Output:
	// the task's: context canceled
	// the group's: <nil>
	// <nil>
}

func Example_errgroupPanic() {
	defer func() {
		raised := recover().(*braid.PanicError)
		fmt.Println(raised.Value)
	}()
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { panic("index out of range") })
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return nil }) // is waited for first
		return nil
	})
	fmt.Println("not reached")
	// Output: index out of range
}

func Example_errgroupEarlyEnd() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		g.Go(func(ctx context.Context) error {
			fmt.Println("found")
			g.Cancel() // and not: return errFound
			return nil
		})
		return nil
	})
	fmt.Println(err)
	// Output:
	// found
	// <nil>
}

func Example_errgroupPhases() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { // goes on through both phases
			<-ctx.Done()
			return ctx.Err()
		}, braid.Background)

		for _, phase := range []string{"read", "write"} {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return nil })
				g.Go(func(context.Context) error { return nil })
				return nil
			}, braid.Name(phase))
			if err != nil {
				return err
			}
			fmt.Println(phase, "is done") // errgroup: after g.Wait()
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// read is done
	// write is done
	// <nil>
}
