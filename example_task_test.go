package braid_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/braid-go/braid"
)

// This file shows tasks and their handles.

// Two results of different types.
func ExampleFork() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		name := braid.Fork(g, func(ctx context.Context) (string, error) { return "Ann", nil })
		balance := braid.Fork(g, func(ctx context.Context) (int, error) { return 42, nil })

		n, err := name.Wait(ctx)
		if err != nil {
			return err
		}
		b, err := balance.Wait(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%s has %d\n", n, b)
		return nil
	})
	fmt.Println(err)
	// Output:
	// Ann has 42
	// <nil>
}

// Work that comes from outside may come too late.
func ExampleTryFork() {
	g, _ := braid.Open(context.Background())
	lookUp := func(name string) (string, error) {
		task, err := braid.TryFork(g, func(ctx context.Context) (string, error) {
			return name + ".example: 192.0.2.1", nil
		})
		if err != nil {
			return "", err
		}
		return task.Wait(context.Background())
	}
	fmt.Println(lookUp("www"))
	g.Close()
	_, err := lookUp("mail")
	fmt.Println(errors.Is(err, braid.ErrClosed))
	// Output:
	// www.example: 192.0.2.1 <nil>
	// true
}

// A cache that is being filled while the work that may need it begins.
func ExampleTask() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		rates := braid.Fork(g, func(ctx context.Context) (map[string]float64, error) {
			return map[string]float64{"EUR": 1.08}, nil
		}, braid.Name("rates"))

		for _, amount := range []float64{100, 200} {
			g.Go(func(ctx context.Context) error {
				table, err := rates.Wait(ctx) // any number of tasks may wait for it
				if err == nil && amount*table["EUR"] < 100 {
					return errors.New("too little")
				}
				return err
			})
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// <nil>
}

// Waiting for at most as long as one's own context lives; the task goes on.
func ExampleTask_Wait() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		computed := make(chan struct{})
		answer := braid.Fork(g, func(ctx context.Context) (int, error) {
			<-computed
			return 42, nil
		})
		fired, err := braid.MoveOn(ctx, time.Millisecond, func(ctx context.Context) error {
			_, err := answer.Wait(ctx)
			return err
		})
		fmt.Println("impatient:", fired, err)
		close(computed)
		fmt.Println(answer.Wait(ctx))
		return nil
	})
	fmt.Println(err)
	// Output:
	// impatient: true <nil>
	// 42 <nil>
	// <nil>
}

// After Run the results lie ready.
func ExampleTask_Result() {
	var size *braid.Task[int]
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		weigh := make(chan struct{})
		size = braid.Fork(g, func(ctx context.Context) (int, error) {
			<-weigh
			return 2048, nil
		})
		_, err := size.Result() // does not wait
		fmt.Println(errors.Is(err, braid.ErrNotDone))
		close(weigh)
		return nil
	})
	if err == nil {
		fmt.Println(size.Result())
	}
	// Output:
	// true
	// 2048 <nil>
}

// Done is for select.
func ExampleTask_Done() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		steps := make(chan string)
		build := braid.Fork(g, func(ctx context.Context) (string, error) {
			steps <- "compile"
			steps <- "link"
			return "app.bin", nil
		})
		for {
			select {
			case step := <-steps:
				fmt.Println("…", step)
			case <-build.Done():
				file, err := build.Result()
				fmt.Println("built", file)
				return err
			}
		}
	})
	fmt.Println(err)
	// Output:
	// … compile
	// … link
	// built app.bin
	// <nil>
}

// The user closes one of two tabs.
func ExampleTask_Cancel() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		loaded := make(chan struct{})
		open := func(page string) *braid.Task[string] {
			return braid.Fork(g, func(ctx context.Context) (string, error) {
				select {
				case <-loaded:
					return page, nil
				case <-ctx.Done():
					return "", context.Cause(ctx)
				}
			})
		}
		news, mail := open("news"), open("mail")
		news.Cancel()
		_, _ = news.Wait(ctx)
		close(loaded)
		_, _ = mail.Wait(ctx)
		fmt.Println(news.State() != braid.Succeeded, mail.State())
		return nil
	})
	fmt.Println(err)
	// Output:
	// true succeeded
	// <nil>
}

// The reason of a cancellation is found by the task and by who waits for it.
func ExampleTask_CancelCause() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		upload := braid.Fork(g, func(ctx context.Context) (int, error) {
			return 0, braid.Sleep(ctx, time.Hour)
		}, braid.Name("upload"))
		upload.CancelCause(errors.New("the file was deleted"))
		_, err := upload.Wait(ctx)
		if c, ok := errors.AsType[*braid.Cancellation](err); ok {
			fmt.Println(c.By(), "was cancelled:", c.Reason())
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// upload was cancelled: the file was deleted
	// <nil>
}

// A status page.
func ExampleTask_State() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		work := func(err error) func(context.Context) (struct{}, error) {
			return func(context.Context) (struct{}, error) { return struct{}{}, err }
		}
		imports := braid.Fork(g, work(nil), braid.Name("import"))
		exports := braid.Fork(g, work(errors.New("disk full")), braid.Name("export"))
		for _, task := range []*braid.Task[struct{}]{imports, exports} {
			<-task.Done()
			fmt.Println(task.Name(), task.State())
		}
		return nil
	}, braid.Supervised)
	fmt.Println(err)
	// Output:
	// import succeeded
	// export failed
	// export: disk full
}

// States are comparable and print as words.
func ExampleState() {
	retriable := func(s braid.State) bool {
		switch s {
		case braid.Failed, braid.Skipped, braid.Cancelled:
			return true
		}
		return false
	}
	for _, s := range []braid.State{braid.Succeeded, braid.Failed, braid.Panicked, braid.Skipped} {
		fmt.Println(s, retriable(s))
	}
	// Output:
	// succeeded false
	// failed true
	// panicked false
	// skipped true
}

func ExampleTask_Name() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(ctx context.Context) (int, error) { return 1, nil }, braid.Name("count"))
		fmt.Println(task.Name())
		return nil
	})
	fmt.Println(err)
	// Output:
	// count
	// <nil>
}

// A path tells a task apart from others of its name.
func ExampleTask_Path() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(ctx context.Context) (string, error) {
			return braid.Call(ctx, func(ctx context.Context, g *braid.Group) (string, error) {
				orders := braid.Fork(g, func(ctx context.Context) (int, error) { return 3, nil }, braid.Name("orders"))
				return orders.Path(), nil
			})
		}, braid.Name("page"))
		path, err := task.Wait(ctx)
		fmt.Println(path)
		return err
	}, braid.Name("server"))
	fmt.Println(err)
	// Output:
	// server/page/orders
	// <nil>
}

// A server is of use once it listens; Start waits until it does and brings
// back the address.
func ExampleStart() {
	serve := func(ctx context.Context, ready func(net.Addr)) error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err // is the error of Start
		}
		defer l.Close()
		ready(l.Addr())
		<-ctx.Done() // accept connections, in real life
		return context.Cause(ctx)
	}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		addr, err := braid.Start(ctx, g, serve, braid.Background)
		if err != nil {
			return err
		}
		conn, err := net.Dial("tcp", addr.String())
		if err != nil {
			return err
		}
		fmt.Println("connected")
		return conn.Close()
	})
	fmt.Println(err)
	// Output:
	// connected
	// <nil>
}

// Answers are shown as they come. Leaving the loop cancels the tasks that are
// left and waits for them.
func ExampleAsCompleted() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		second := make(chan struct{})
		north := braid.Fork(g, func(ctx context.Context) (string, error) {
			<-second
			return "north", nil
		})
		south := braid.Fork(g, func(ctx context.Context) (string, error) { return "south", nil })
		never := braid.Fork(g, func(ctx context.Context) (string, error) {
			return "", braid.Sleep(ctx, time.Hour)
		})

		answers := 0
		for task := range braid.AsCompleted(ctx, north, south, never) {
			name, err := task.Result()
			fmt.Println(name, err)
			if answers++; answers == 1 {
				close(second)
			} else {
				break // two are enough
			}
		}
		fmt.Println("the third ended as well:", never.State() != braid.Running)
		return nil
	})
	fmt.Println(err)
	// Output:
	// south <nil>
	// north <nil>
	// the third ended as well: true
	// <nil>
}
