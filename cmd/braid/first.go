package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/output"
)

func firstCommand() *cobra.Command {
	var o options
	return verb("first [flags] -- CMD ::: CMD …", "Run commands in a race; the first success wins and stops the others", firstHelp, &o,
		func(words []string) error { return race(&o, words) })
}

// A contest is one call of braid first.
type contest struct {
	session
	commands []command
	kept     [][2]*output.Spool // what each command wrote
	winner   atomic.Pointer[command]
}

func race(o *options, words []string) error {
	commands, err := parseCommands(words)
	if err != nil {
		return err
	}
	var store output.Store
	defer store.Close()
	r := &contest{commands: commands}
	for range commands {
		r.kept = append(r.kept, [2]*output.Spool{output.NewSpool(&store), output.NewSpool(&store)})
	}
	r.session = session{opts: o, ledger: ledger{all: true}}
	defer r.unlisten()
	if err := r.listen("first"); err != nil {
		return err
	}
	err = r.do(func(ctx context.Context) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for i, c := range commands {
				g.Go(func(ctx context.Context) error { return r.compete(ctx, g, i) }, braid.Name(c.line()))
			}
			return nil
		}, braid.Name("first"), braid.Supervised, braid.Keep(len(commands)), braid.Grace(braid.Forever))
	})
	return r.conclude(err)
}

// compete runs command i. The winner's output is printed while the losers are
// being stopped. It would be braid.First if its output could wait.
func (r *contest) compete(ctx context.Context, g *braid.Group, i int) error {
	c, kept := r.commands[i], r.kept[i]
	e, err := r.once(ctx, c, streams{kept[0], kept[1]})
	var failed *failure
	if errors.As(err, &failed) {
		e.notes = append(lastLines(kept[1]), e.notes...)
	}
	r.ledger.enter(i, c, e, 1, context.Cause(ctx), err)
	if err != nil || !r.winner.CompareAndSwap(nil, &c) {
		return err
	}
	g.Cancel()
	for i, to := range []*os.File{os.Stdout, os.Stderr} {
		if err := kept[i].Flush(to); err != nil {
			return outputError{err}
		}
	}
	return nil
}

// conclude prints the report, always so if nobody won, and gives the exit
// status.
func (r *contest) conclude(err error) error {
	if status, is := outputFault(err); is {
		return status
	}
	if winner := r.winner.Load(); winner != nil {
		lines, notable := r.ledger.tree(r.commands, nil, winner.label)
		r.print("first: "+winner.label+" won in "+r.took(), lines, notable)
		return nil
	}
	var cause error
	code, word := r.interruption(err)
	if code != 0 {
		cause = interrupted{syscall.Signal(r.signal.Load())}
	}
	lines, _ := r.ledger.tree(r.commands, cause, "")
	switch {
	case code != 0:
		r.print("first "+word+" after "+r.took(), lines, true)
		return exitStatus{code: code}
	case r.ledger.last == 0:
		return err // the keeper's, before anything was started
	}
	r.print("first failed in "+r.took()+": no command succeeded", lines, true)
	return exitStatus{code: r.ledger.last}
}

// lastLines gives the end of what a command wrote to standard error, which
// nobody gets to see otherwise.
func lastLines(spool *output.Spool) []string {
	const lines, size = 3, 512
	tail := spool.Tail(size)
	if len(tail) == size { // the first line may be a part of one
		if cut := bytes.IndexByte(tail, '\n'); cut >= 0 && cut < size-1 {
			tail = tail[cut+1:]
		}
	}
	all := strings.Split(strings.TrimSpace(printable(string(tail))), "\n")
	if len(all) == 1 && all[0] == "" {
		return nil
	}
	return all[max(0, len(all)-lines):]
}
