package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"

	"github.com/braid-go/braid/cmd/braid/internal/look"
	"github.com/braid-go/braid/cmd/braid/internal/top"
)

// topOptions are the flags of braid top.
type topOptions struct {
	target
	every durationFlag
	all   bool
	max   countFlag
}

func topCommand() *cobra.Command {
	o := topOptions{every: durationFlag(500 * time.Millisecond), max: countFlag{20_000, 1}}
	cmd := &cobra.Command{
		Use: "top [flags] [ADDR]", Short: "Watch the tree of tasks of a running program", Long: topHelp,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,
		RunE:                  func(_ *cobra.Command, words []string) error { return watchTree(&o, words) },
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.Var(&o.every, "every", "ask for changes every `D` (50ms to 1m)")
	flags.BoolVar(&o.all, "all", false, "show each of several that are alike")
	flags.Var(&o.max, "max", "show `N` nodes at most, those nearer the top first")
	return cmd
}

func watchTree(o *topOptions, words []string) error {
	at, err := o.find(words)
	if err != nil {
		return err
	}
	if !isTerminal(os.Stdin) || !isTerminal(os.Stdout) {
		return exitStatus{statusFailed, "this is not a terminal: braid ps shows the tree once"}
	}
	if os.Getenv("TERM") == "dumb" {
		return exitStatus{statusFailed, "this terminal cannot move its cursor (TERM=dumb): braid ps shows the tree once"}
	}
	ctx := context.Background()
	if at == nil {
		if at, err = only(ctx); err != nil {
			return err
		}
	}
	defer at.Close()
	q := url.Values{"every": {time.Duration(o.every).String()}, "max": {strconv.Itoa(o.max.n)}}
	if o.all {
		q.Set("fold", "0")
	}
	// The first answer comes before the screen is taken: if there is none, an
	// error on the command line says more.
	first, cancel := context.WithTimeout(ctx, time.Duration(o.timeout))
	_, err = at.Tree(first, url.Values{"max": {"1"}})
	cancel()
	if err != nil {
		return unseen(err)
	}
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		model := top.New(at.Name, func(id string) (*inspect.About, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Duration(o.timeout))
			defer cancel()
			return at.About(ctx, id)
		})
		hangups := make(chan os.Signal, 1)
		signal.Notify(hangups, syscall.SIGHUP)
		defer signal.Stop(hangups)
		screen := tea.NewProgram(model, tea.WithContext(ctx))
		g.Go(func(ctx context.Context) error {
			return follow(ctx, at, q, time.Duration(o.timeout), screen.Send)
		}, braid.Background, braid.Name("follow"))
		g.Go(func(ctx context.Context) error { // the terminal went away
			select {
			case <-ctx.Done():
			case <-hangups:
				screen.Kill()
			}
			return nil
		}, braid.Background, braid.Name("hangups"))
		_, err := screen.Run()
		return err
	}, braid.Name("top"))
	switch {
	case errors.Is(err, tea.ErrInterrupted):
		return exitStatus{code: statusBySignal + int(syscall.SIGINT)}
	case errors.Is(err, tea.ErrProgramKilled):
		return exitStatus{code: statusBySignal + int(syscall.SIGHUP)}
	}
	return unseen(err)
}

// only gives the program that can be looked at, if there is one alone.
func only(ctx context.Context) (*look.Target, error) {
	programs, err := look.Programs(ctx)
	switch {
	case err != nil:
		return nil, unseen(err)
	case len(programs) == 0:
		return nil, noPrograms()
	case len(programs) == 1:
		at, err := look.Process(programs[0].PID)
		return at, unseen(err)
	}
	text := "which program? give --pid:"
	for _, p := range programs {
		text += "\n  " + strconv.Itoa(p.PID)
		if p.Tree != nil {
			text += " " + look.Line(p.Tree.Program)
		}
	}
	return nil, exitStatus{statusUsage, text}
}

// The pause between attempts to reach a program that is gone.
const (
	firstPause = 200 * time.Millisecond
	longPause  = 2 * time.Second
)

// follow tells the screen what the program does, and tries again for as long as
// it takes when the program has gone.
func follow(ctx context.Context, at *look.Target, q url.Values, begin time.Duration, send func(tea.Msg)) error {
	pause := firstPause
	for {
		err := at.Follow(ctx, q, begin, func(e look.Event) {
			pause = firstPause
			send(top.Event(e))
		})
		if ctx.Err() != nil {
			return nil //braid:ignore swallowed a background task, which ends with the screen
		}
		send(top.Lost{Err: err})
		if braid.Sleep(ctx, pause) != nil {
			return nil
		}
		pause = min(pause*2, longPause)
	}
}
