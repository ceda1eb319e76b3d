package braid_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// This file shows groups and what is handed to them. An object that owns a
// group is in example_open_test.go, options are in example_option_test.go.

// A page needs three things, and is an error if one of them cannot be had.
func ExampleRun() {
	load := func(what string, err error) func(context.Context) error {
		return func(ctx context.Context) error { return err }
	}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(load("profile", nil), braid.Name("profile"))
		g.Go(load("orders", errors.New("connection refused")), braid.Name("orders"))
		g.Go(load("news", nil), braid.Name("news"))
		return nil
	}, braid.Name("page"))
	fmt.Println(err)
	// Output:
	// page/orders: connection refused
}

// A panic of a task is raised again on the goroutine of Run, after the join,
// where a recover (that of net/http, say) can see it.
func ExampleRun_panic() {
	defer func() {
		if pe, ok := recover().(*braid.PanicError); ok {
			fmt.Println("panic in", pe.Path+":", pe.Value)
		}
	}()
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			panic("no apples left")
		}, braid.Name("stock"))
		return nil
	})
	// Output:
	// panic in stock: no apples left
}

// The sum of what three branches sold.
func ExampleCall() {
	sales := map[string]int{"north": 120, "south": 80, "west": 45}
	total, err := braid.Call(context.Background(), func(ctx context.Context, g *braid.Group) (int, error) {
		var tasks []*braid.Task[int]
		for branch := range sales {
			tasks = append(tasks, braid.Fork(g, func(ctx context.Context) (int, error) {
				return sales[branch], nil // a query, in real life
			}))
		}
		total := 0
		for _, task := range tasks {
			n, err := task.Wait(ctx)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	})
	fmt.Println(total, err)
	// Output:
	// 245 <nil>
}

// A crawl: tasks hand further tasks to their own group, and the group ends
// when there are no more.
func ExampleGroup() {
	links := map[string][]string{"/": {"/docs", "/blog"}, "/docs": {"/docs/api"}, "/blog": {"/"}}
	var mu sync.Mutex
	seen := map[string]bool{"/": true}

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		var visit func(page string) func(context.Context) error
		visit = func(page string) func(context.Context) error {
			return func(ctx context.Context) error {
				mu.Lock()
				defer mu.Unlock()
				for _, link := range links[page] {
					if !seen[link] {
						seen[link] = true
						g.Go(visit(link))
					}
				}
				return nil
			}
		}
		g.Go(visit("/"))
		return nil
	}, braid.Limit(4))
	fmt.Println(len(seen), "pages", err)
	// Output:
	// 4 pages <nil>
}

// Two sides of a proxied connection are copied at once; the end of one side
// is the end of the connection.
func ExampleGroup_Go() {
	client, proxy := net.Pipe()
	upstream, server := net.Pipe()
	go func() { // the server
		io.WriteString(server, "hello")
		server.Close()
	}()

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			defer proxy.Close()
			_, err := io.Copy(proxy, upstream)
			return err
		})
		g.Go(func(ctx context.Context) error {
			defer client.Close()
			answer, err := io.ReadAll(client)
			fmt.Printf("%s\n", answer)
			return err
		})
		return nil
	})
	fmt.Println(err)
	// Output:
	// hello
	// <nil>
}

// Work that comes from outside may come too late.
func ExampleGroup_TryGo() {
	g, _ := braid.Open(context.Background(), braid.Name("mailer"))
	send := func(to string) error {
		return g.TryGo(func(ctx context.Context) error { return nil })
	}
	fmt.Println(send("ann@example.com"))
	g.Close()
	fmt.Println(send("bob@example.com"))
	// Output:
	// <nil>
	// braid: the group has ended
}

// A producer that is faster than its consumers: GoWait lets it read the next
// line when there is a slot for it, so that the file is not read into memory.
func ExampleGroup_GoWait() {
	file := strings.NewReader("one\ntwo\nthree\nfour\n")
	var letters atomic.Int64
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			line := lines.Text()
			err := g.GoWait(ctx, func(ctx context.Context) error {
				letters.Add(int64(len(line)))
				return nil
			})
			if err != nil {
				return err // cancelled while waiting
			}
		}
		return lines.Err()
	}, braid.Limit(2))
	fmt.Println(letters.Load(), err)
	// Output:
	// 15 <nil>
}

// A search in several places that ends when one of them has it.
func ExampleGroup_Cancel() {
	var found atomic.Pointer[string]
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for _, room := range []string{"kitchen", "cellar", "attic"} {
			g.Go(func(ctx context.Context) error {
				if room != "cellar" {
					return braid.Sleep(ctx, time.Hour) // much to look through
				}
				found.Store(&room)
				g.Cancel()
				return nil
			})
		}
		return nil
	})
	fmt.Println("the keys are in the", *found.Load(), err)
	// Output:
	// the keys are in the cellar <nil>
}

// A reason tells the tasks why they are to stop.
func ExampleGroup_CancelCause() {
	errReload := errors.New("the configuration has changed")
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		watching := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			close(watching)
			<-ctx.Done()
			if c, ok := errors.AsType[*braid.Cancellation](context.Cause(ctx)); ok && c.Reason() == errReload {
				fmt.Println("keeps its connections:", c.Reason())
			}
			return context.Cause(ctx)
		})
		<-watching
		g.CancelCause(errReload)
		return nil
	})
	fmt.Println(err)
	// Output:
	// keeps its connections: the configuration has changed
	// <nil>
}

// A limit that is raised while the group runs: the four tasks can only meet
// if all of them run at once.
func ExampleGroup_SetLimit() {
	var meeting sync.WaitGroup
	meeting.Add(4)
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		first := make(chan struct{}, 4)
		for range 4 {
			g.Go(func(ctx context.Context) error {
				first <- struct{}{}
				meeting.Done()
				meeting.Wait()
				return nil
			})
		}
		<-first // alone so far
		fmt.Println("the back end is doing well")
		g.SetLimit(4)
		return nil
	}, braid.Limit(1))
	fmt.Println("all met", err)
	// Output:
	// the back end is doing well
	// all met <nil>
}

// Close ends a group that belongs to an object: its tasks are cancelled and
// waited for.
func ExampleGroup_Close() {
	g, _ := braid.Open(context.Background())
	ticking := make(chan struct{})
	g.Go(func(ctx context.Context) error {
		close(ticking)
		<-ctx.Done()
		fmt.Println("ticker stopped")
		return context.Cause(ctx)
	})
	<-ticking
	fmt.Println(g.Close())
	fmt.Println(g.Close()) // once more does no harm
	// Output:
	// ticker stopped
	// <nil>
	// <nil>
}

// Wait lets the tasks finish.
func ExampleGroup_Wait() {
	g, _ := braid.Open(context.Background(), braid.Name("upload"))
	for part := range 3 {
		g.Go(func(ctx context.Context) error {
			if part == 2 {
				return errors.New("quota exceeded")
			}
			return nil
		}, braid.Name(fmt.Sprintf("part %d", part)))
	}
	fmt.Println(g.Wait())
	// Output:
	// upload/part 2: quota exceeded
}
