package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/argv"
	"github.com/braid-go/braid/cmd/braid/internal/output"
)

func runCommand() *cobra.Command {
	var o options
	return verb("run [flags] -- CMD ::: CMD …", "Run commands side by side; the first failure stops the others", runHelp, &o,
		func(words []string) error { return runAll(&o, words) })
}

// labelWidth is how wide the names of commands get.
const labelWidth = 24

// parseCommands reads the commands and finds their programs, all of them
// before any is started.
func parseCommands(words []string) ([]command, error) {
	parts, err := argv.Commands(words)
	if err != nil {
		return nil, usageError{error: err}
	}
	labels := argv.Labels(parts, labelWidth)
	commands := make([]command, len(parts))
	for i, part := range parts {
		path, err := findProgram(part[0])
		if err != nil {
			return nil, err
		}
		commands[i] = command{labels[i], path, part}
	}
	return commands, nil
}

func runAll(o *options, words []string) error {
	commands, err := parseCommands(words)
	if err != nil {
		return err
	}
	s := &session{opts: o, ledger: ledger{all: true}}
	defer s.unlisten()
	if err := s.listen("run"); err != nil {
		return err
	}
	to, flush := prefixes(commands)
	var group context.Context
	err = s.do(func(ctx context.Context) error {
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			group = ctx
			for i, c := range commands {
				g.Go(func(ctx context.Context) error {
					e, err := s.once(ctx, c, to[i])
					err = errors.Join(err, flush(i))
					s.ledger.enter(i, c, e, 1, context.Cause(ctx), err)
					return err
				}, braid.Name(c.line()))
			}
			return nil
		}, braid.Name("run"), braid.Grace(braid.Forever))
	})
	return s.concludeRun(commands, group, err)
}

// concludeRun prints the report and gives the exit status: that of the command
// that failed first.
func (s *session) concludeRun(commands []command, group context.Context, err error) error {
	if status, is := outputFault(err); is {
		return status
	}
	var cause error
	if group != nil {
		cause = context.Cause(group)
	}
	lines, notable := s.ledger.tree(commands, cause, "")
	code, word := s.interruption(err)
	switch {
	case err == nil:
		s.print("run succeeded in "+s.took(), lines, notable)
		return nil
	case code != 0:
		s.print("run "+word+" after "+s.took(), lines, true)
		return exitStatus{code: code}
	}
	var first *failure
	if failedFirst(err, &first) {
		s.print("run failed in "+s.took(), lines, true)
		return exitStatus{code: first.code}
	}
	return err // the keeper's, before anything was started
}

// failedFirst finds the failure that stopped the others.
func failedFirst(err error, first **failure) bool {
	var group *braid.GroupError
	if errors.As(err, &group) && group.Primary() != nil && errors.As(group.Primary(), first) {
		return true
	}
	return errors.As(err, first)
}

// prefixes decides where each command writes: straight to our own streams if
// it is alone, otherwise line by line with its name in front.
func prefixes(commands []command) (to []streams, flush func(i int) error) {
	if len(commands) == 1 {
		return []streams{{os.Stdout, os.Stderr}}, func(int) error { return nil }
	}
	width := 0
	for _, c := range commands {
		width = max(width, runewidth.StringWidth(c.label))
	}
	var lock sync.Mutex // one for both: they may be the same terminal
	for i, c := range commands {
		name := runewidth.FillRight(c.label, width) + " | "
		to = append(to, streams{
			output.NewPrefixed(&lock, os.Stdout, paint(os.Stdout, i, name)),
			output.NewPrefixed(&lock, os.Stderr, paint(os.Stderr, i, name)),
		})
	}
	return to, func(i int) error {
		for _, w := range []any{to[i].out, to[i].err} {
			if err := w.(*output.Prefixed).Close(); err != nil {
				return outputError{err}
			}
		}
		return nil
	}
}

func paint(f *os.File, i int, name string) string {
	if !wantsColour(f) {
		return name
	}
	colours := []int{36, 33, 32, 35, 34}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colours[i%len(colours)], name)
}
