// Command thumbnails makes small pictures of the pictures in a folder: on this
// machine, or, by the same lines, on any number of workers that see the folder.
//
//	go run ./examples/thumbnails -demo 200 pictures               # some pictures to begin with
//	go run ./examples/thumbnails pictures small                   # here
//	go run ./examples/thumbnails -worker temporal://HOST:7233     # a worker; as many as you like
//	go run ./examples/thumbnails -engine temporal://HOST:7233 pictures small
//
// A picture that cannot be read is reported and stops no other. Ctrl-C cancels
// what is under way, wherever that is, and waits for it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/progress"
	"github.com/braid-go/braid/temporal"
)

func main() {
	demo := flag.Int("demo", 0, "make `N` pictures in the folder, and do nothing else")
	size := flag.Int("size", 128, "how many pixels the longer side of a small picture has")
	on := flag.String("engine", "", "the `ADDRESS` of a server, whose workers do the work: temporal://HOST:PORT")
	worker := flag.String("worker", "", "be a worker of the server at this `ADDRESS`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	var err error
	switch args := flag.Args(); {
	case *worker != "" && len(args) == 0:
		err = serve(ctx, *worker)
	case *demo > 0 && len(args) == 1:
		err = paint(ctx, args[0], *demo)
	case *worker == "" && *demo == 0 && len(args) == 2:
		err = withEngine(*on, func(eng engine.Engine) error { return shrinkAll(ctx, eng, args[0], args[1], *size, os.Stderr) })
	default:
		err = errors.New("give the folder of the pictures and one for the small ones, or -worker alone, or -demo and a folder")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "thumbnails:", err)
		os.Exit(1)
	}
}

// withEngine is all there is to choosing where the work is done.
func withEngine(address string, fn func(engine.Engine) error) error {
	if address == "" {
		return fn(engine.Local())
	}
	c, queue, err := temporal.Dial(address, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	return fn(temporal.Engine(c, queue))
}

func serve(ctx context.Context, address string) error {
	c, queue, err := temporal.Dial(address, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprintf(os.Stderr, "worker: ready for what comes to the queue %s; Ctrl-C ends it\n", queue)
	return temporal.Serve(ctx, c, queue)
}

// shrinkAll makes a small picture of each in the folder. It reports to out.
func shrinkAll(ctx context.Context, eng engine.Engine, from, to string, size int, out io.Writer) error {
	if err := os.MkdirAll(to, 0o777); err != nil {
		return err
	}
	jobs, err := pictures(from, to, size)
	if err != nil {
		return err
	}
	begun := time.Now()
	p := progress.New("thumbnails")
	var outcomes []braid.Outcome[Made]
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		p.Show(g, time.Second, progress.Lines(out))
		outcomes, err = engine.Settle(ctx, eng, shrink, jobs, braid.Limit(500), braid.Track(p))
		return err
	})
	made, bytes := 0, 0
	for i, o := range outcomes {
		switch {
		case o.State == braid.Succeeded:
			made++
			bytes += o.Value.Bytes
		case o.State == braid.Failed:
			fmt.Fprintf(out, "%s: %v\n", filepath.Base(jobs[i].From), o.Err)
		}
	}
	fmt.Fprintf(out, "%d of %d small pictures, %d KiB, in %v\n", made, len(jobs), bytes>>10, time.Since(begun).Round(time.Millisecond))
	return err
}
