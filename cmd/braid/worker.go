package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/braid-go/braid/temporal"
)

// This file is braid worker: it runs what braid map --engine hands out.

func workerCommand() *cobra.Command {
	var o options
	jobs := countFlag{runtime.NumCPU(), 1}
	cmd := verb("worker [flags] temporal://HOST:PORT", "Run the commands that braid map --engine hands out", workerHelp, &o,
		func(words []string) error {
			if len(words) != 1 {
				return usageError{error: errors.New("give the address of the server, temporal://HOST:PORT")}
			}
			return work(&o, jobs.n, words[0])
		})
	cmd.Flags().VarP(&jobs, "jobs", "j", "run `N` commands at a time (default: one for each CPU)")
	cmd.Flags().Lookup("jobs").DefValue = "0"            // said in the text
	for _, none := range []string{"timeout", "report"} { // they are the map's
		_ = cmd.Flags().MarkHidden(none)
	}
	return cmd
}

func work(o *options, jobs int, address string) error {
	c, queue, err := dial(address)
	if err != nil {
		return noHint("%v", err)
	}
	defer c.Close()
	s := &session{opts: o}
	defer s.unlisten()
	if err := s.listen("worker"); err != nil {
		return err
	}
	hired = s
	in, err := os.Getwd()
	if err != nil {
		return noHint("%v", err)
	}
	fmt.Fprintf(os.Stderr, "braid worker: %d at a time of what comes to the queue %s, in %s\n", jobs, queue, in)
	err = s.do(func(ctx context.Context) error {
		return temporal.Serve(ctx, c, queue, temporal.AtMost(jobs), temporal.Grace(max(time.Duration(o.grace), time.Millisecond)))
	})
	s.print("worker stopped", nil, false)
	if code, _ := s.interruption(err); code == 0 && err != nil {
		return noHint("%v", err)
	}
	return nil
}
