// Command program is what the tests look at: it has a task that does not obey a
// cancel, a ring of waits, failures that go on and on, quick tasks, many that are
// alike, and names that a terminal would not bear.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	_ "github.com/braid-go/braid/inspect/auto"
)

func main() {
	addr := flag.String("listen", ":0", "the address to listen at")
	alike := flag.Int("alike", 1000, "how many tasks wait")
	distinct := flag.Int("distinct", 0, "how many tasks with names of their own wait")
	quick := flag.Duration("quick", 100*time.Microsecond, "how long there is between quick tasks")
	flag.Parse()
	l, err := inspect.Listen(*addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%s %d\n", l.Addr(), os.Getpid())
	end, stop := context.WithCancel(context.Background())
	go func() { // until standard input ends
		_, _ = os.Stdin.Read(make([]byte, 1))
		stop()
	}()
	go func() { _ = inspect.Serve(context.Background(), l) }() // also when all is cancelled
	err = braid.Run(end, func(_ context.Context, g *braid.Group) error {
		g.Go(stuck, braid.Name("stuck"))
		g.Go(ring, braid.Name("ring"))
		g.Go(storm, braid.Name("storm"))
		g.Go(func(ctx context.Context) error { return burst(ctx, *quick) }, braid.Name("burst"))
		g.Go(func(ctx context.Context) error { return crowd(ctx, *alike, *distinct) }, braid.Name("crowd"))
		g.Go(untilDone, braid.Name("evil \x1b[2J\x1b[31m\u202Ename\nof two lines"))
		g.Go(untilDone, braid.Name("日本語の名前はとても幅が広い"))
		g.Go(untilDone, braid.Name("שם בעברית"))
		return nil
	}, braid.Name("program"), braid.Supervised, braid.Grace(braid.Forever))
	fmt.Fprintln(os.Stderr, err)
}

func untilDone(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

// stuck has a group that is cancelled, and a task in it that does not hear of it.
func stuck(above context.Context) error {
	return braid.Run(above, func(_ context.Context, g *braid.Group) error {
		begun := make(chan struct{})
		g.Go(func(context.Context) error { close(begun); return deaf(above) }, braid.Name("deaf"))
		<-begun
		return errors.New("the disk is full")
	}, braid.Name("saves"), braid.Grace(braid.Forever))
}

// deaf hears of another context's death than its own.
func deaf(other context.Context) error {
	<-other.Done()
	return nil
}

// ring is a wait of two tasks for each other, by contexts that hide it.
func ring(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		hidden, stop := context.WithCancel(context.Background())
		context.AfterFunc(ctx, stop)
		ready := make(chan *braid.Task[int], 1)
		pack := braid.Fork(g, func(context.Context) (int, error) {
			return (<-ready).Wait(hidden)
		}, braid.Name("pack"))
		ready <- braid.Fork(g, func(context.Context) (int, error) {
			return pack.Wait(hidden)
		}, braid.Name("ship"))
		return nil
	}, braid.Name("orders"))
}

// storm has tasks that fail again and again.
func storm(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for i := 0; ; i++ {
			g.Go(func(context.Context) error { return fmt.Errorf("connection refused, attempt %d", i) }, braid.Name("dial"))
			if err := braid.Sleep(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		}
	}, braid.Name("dials"), braid.Supervised, braid.Keep(10))
}

// burst has many tasks that do little.
func burst(ctx context.Context, every time.Duration) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for {
			g.Go(func(context.Context) error { return nil })
			if err := braid.Sleep(ctx, every); err != nil {
				return err
			}
		}
	}, braid.Name("quick"))
}

// crowd has tasks that wait, some of them in a queue.
func crowd(ctx context.Context, alike, distinct int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for range alike {
					g.Go(untilDone, braid.Name("visit"))
				}
				return nil
			}, braid.Name("hall"), braid.Limit(max(1, alike/2)))
		}, braid.Name("inside"))
		for i := range distinct {
			g.Go(untilDone, braid.Name(fmt.Sprintf("guest-%05d", i)))
		}
		return nil
	}, braid.Name("guests"))
}
