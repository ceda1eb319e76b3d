// Command inspect is a program in trouble, to look into: a task that does not
// obey, two that wait for each other, failures that pour in, a hundred thousand
// quick tasks, a backup under way, a cleanup under a shield, and a few services.
//
//	go run ./examples/inspect
//
// It prints the address of its page. Ctrl-C stops it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/examples/inspect/story"
	"github.com/braid-go/braid/inspect"
	_ "github.com/braid-go/braid/inspect/auto" // braid ps --pid N
)

func main() {
	addr := flag.String("addr", ":6061", "the `address` to listen on; without a host, that of the loopback interface")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "inspect:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	l, err := inspect.Listen(addr)
	if err != nil {
		return err
	}
	fmt.Printf("look at http://%v/ or run: braid top --pid %d\n", l.Addr(), os.Getpid())
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return inspect.Serve(ctx, l) }, braid.Background, braid.Name("inspect"))
		return story.Tell(ctx)
	}, braid.Name("demo"))
}
