// The command bench measures what the patterns of braid cost, beside the same
// written by hand and with other libraries, and makes a table of it:
//
//	go run ./bench                              # everything: some minutes
//	go run ./bench -quick -workloads '^retry'   # a first look at some
//	go run ./bench -o table.md -svg bars.svg
//	go run ./bench -compare HEAD~5              # braid against an earlier braid
//	go run ./bench -resume samples.json -within 2m   # a part, and the next one another time
//	go run ./bench -growth                      # what a task costs among a hundred, and among a million
//	go run ./bench -latency                     # how soon a failure is known, and an end seen
//	go run ./bench -fairness                    # what others in the process notice
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/braid-go/braid/bench/internal/work"
)

// This file has the flags, and what goes where.

func main() {
	if order := os.Getenv(orderVariable); order != "" {
		os.Exit(child(order, os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// A config is what the flags say.
type config struct {
	kind             work.Kind // which table
	rounds           int
	most             int // units in a workload, where it grows
	works, peers     *regexp.Regexp
	quick, list      bool
	out, svg, revert string
	resume           string        // the file that keeps the samples
	within           time.Duration // 0 for as long as it takes
}

func parse(args []string, stderr io.Writer) (config, error) {
	c := config{}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.IntVar(&c.rounds, "rounds", 5, "how often each cell is measured, with all others in between; 10 with -compare, if it is not given")
	works := fs.String("workloads", "", "only the workloads whose name matches this regular expression")
	peers := fs.String("peers", "", "only the peers whose name matches, and "+work.Bare)
	fs.BoolVar(&c.quick, "quick", false, "a tenth of the work, in one round: a first look")
	fs.BoolVar(&c.list, "list", false, "list the workloads, each with its peers, and measure nothing")
	growth := fs.Bool("growth", false, "how cost grows with the number of units")
	fs.IntVar(&c.most, "most", 1_000_000, "with -growth: units at most; 10000000 needs memory, and what there is not enough for is left out")
	latency := fs.Bool("latency", false, "how long it takes that a failure is known and an end is seen, as distributions")
	fairness := fs.Bool("fairness", false, "how late a ticker is beside a million tasks, and what they leave behind")
	fs.StringVar(&c.out, "o", "", "write the Markdown to this file instead of the standard output")
	fs.StringVar(&c.svg, "svg", "", "draw bars into this file")
	fs.StringVar(&c.revert, "compare", "", "compare braid with itself as it was at this git revision")
	fs.StringVar(&c.resume, "resume", "", "keep what is measured in this file, and go on from what it has")
	fs.DurationVar(&c.within, "within", 0, "with -resume: stop after this long, to go on another time")
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	if c.within < 0 || c.within > 0 && c.resume == "" {
		return c, errors.New("-within is a time, and is for what -resume goes on with")
	}
	if fs.NArg() > 0 {
		return c, fmt.Errorf("there is nothing to be said beside flags, got %q", fs.Arg(0))
	}
	for kind, chosen := range map[work.Kind]bool{work.Growth: *growth, work.Latency: *latency, work.Fairness: *fairness} {
		if chosen && c.kind != work.Cost {
			return c, errors.New("-growth, -latency and -fairness are tables of their own")
		}
		if chosen {
			c.kind = kind
		}
	}
	if c.kind != work.Cost && (c.svg != "" || c.revert != "") {
		return c, errors.New("-svg and -compare are for the table of costs only")
	}
	given := false
	fs.Visit(func(f *flag.Flag) { given = given || f.Name == "rounds" })
	if c.revert != "" && !given {
		c.rounds = 10
	}
	if c.rounds < 1 {
		return c, fmt.Errorf("%d rounds measure nothing", c.rounds)
	}
	if c.quick {
		c.rounds = 1
	}
	var err error
	if c.works, err = regexp.Compile(*works); err != nil {
		return c, err
	}
	c.peers, err = regexp.Compile(*peers)
	return c, err
}

// run gives the exit status: 2 for a command line that makes no sense, 1 if
// anything failed.
func run(args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 2
	}
	if c.list {
		for _, w := range work.All() {
			if w.Kind == c.kind {
				fmt.Fprintf(stdout, "%-18s %v\n", w.Name, w.Peers())
			}
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, c, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}

// measure measures, and writes what came out even if some cells failed.
func measure(ctx context.Context, c config, stdout, stderr io.Writer) error {
	cells, done, err := plan(ctx, c, stderr)
	if err != nil {
		return err
	}
	defer done()
	if len(cells) == 0 {
		return errors.New("no workload and peer match")
	}
	results, err := recall(c.resume, cells, c.rounds)
	if err != nil {
		return err
	}
	left, err := rounds(ctx, cells, results, c.rounds, c.within, inProcess, stderr)
	if err := errors.Join(err, keep(c.resume, cells, results)); err != nil {
		return err
	}
	if left > 0 {
		fmt.Fprintf(stderr, "bench: %d measurements are left; what there is by now is written, and the same command goes on\n", left)
	}
	write := func(path string, to func(io.Writer) error) error {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		return errors.Join(to(f), f.Close())
	}
	markdown := document(c, cells, results)
	if c.out == "" {
		err = markdown(stdout)
	} else {
		err = write(c.out, markdown)
	}
	if c.svg != "" {
		err = errors.Join(err, write(c.svg, describe(c, results).SVG))
	}
	for _, r := range results {
		if r.Failed != "" {
			err = errors.Join(err, fmt.Errorf("%s of %s: %s", r.Workload, r.Peer, r.Failed))
		}
	}
	return err
}
