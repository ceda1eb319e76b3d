package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/braid-go/braid/cmd/braid/internal/look"
	"github.com/braid-go/braid/cmd/braid/internal/report"
	"github.com/braid-go/braid/inspect"
)

// psOptions are the flags of braid ps.
type psOptions struct {
	target
	json, dot, stacks, all, wide bool
	why, under                   string
	filter                       look.Filter
	max                          countFlag
}

// A target is the program to look at, as the command line has it.
type target struct {
	pid      countFlag
	timeout  durationFlag
	workflow string
}

func (t *target) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	t.pid.min, t.timeout = 1, durationFlag(10*time.Second)
	flags.Var(&t.pid, "pid", "look at process `N`, which has imported inspect/auto")
	flags.Lookup("pid").DefValue = "0" // said by its absence
	flags.StringVar(&t.workflow, "workflow", "", "look at the workflow `ID` of the server temporal://HOST:PORT")
	flags.Var(&t.timeout, "timeout", "give up when there is no answer after `D`")
}

// find gives the program, or nil if none is named.
func (t *target) find(words []string) (*look.Target, error) {
	switch {
	case len(words) > 1:
		return nil, usageError{error: fmt.Errorf("one address at a time: %q is one too many", words[1])}
	case len(words) == 1 && t.pid.n > 0:
		return nil, usageError{error: errors.New("give an address or --pid, not both")}
	case t.workflow != "" && (len(words) == 0 || !isServer(words[0])):
		return nil, usageError{error: errors.New("--workflow is one of a server: give its address, temporal://HOST:PORT")}
	case len(words) == 1 && isServer(words[0]):
		return flow(words[0], t.workflow)
	case len(words) == 1:
		at, err := look.Parse(words[0])
		if err != nil {
			return nil, usageError{error: err}
		}
		return at, nil
	case t.pid.n > 0:
		at, err := look.Process(t.pid.n)
		return at, unseen(err)
	}
	return nil, nil
}

// unseen is the end of a look that did not succeed.
func unseen(err error) error {
	if err == nil {
		return nil
	}
	return exitStatus{statusFailed, err.Error()}
}

func psCommand() *cobra.Command {
	o := psOptions{max: countFlag{min: 1}}
	cmd := &cobra.Command{
		Use: "ps [flags] [ADDR]", Short: "Show the tree of tasks of a running program, once", Long: psHelp,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,
		RunE:                  func(_ *cobra.Command, words []string) error { return ps(&o, words) },
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.why, "why", "", "say why the task or group `PATH` (or the end of it, or an ID) is still there")
	flags.StringVar(&o.under, "under", "", "show only the task or group `PATH` and what is in it")
	flags.StringVar(&o.filter.State, "state", "", "show only what is `STATE`, such as queued, cancelled or ring")
	flags.StringVar(&o.filter.Name, "name", "", "show only what has `TEXT` in its path")
	flags.BoolVar(&o.stacks, "stacks", false, "tell where each task is blocked (stops the program for a moment)")
	flags.BoolVar(&o.all, "all", false, "show each of several that are alike")
	flags.Var(&o.max, "max", "show `N` nodes at most (5000; with --all 100000)")
	flags.Lookup("max").DefValue = "0"
	flags.BoolVar(&o.wide, "wide", false, "do not cut lines to the width of the terminal")
	flags.BoolVar(&o.json, "json", false, "print JSON, as docs/inspect.md has it")
	flags.BoolVar(&o.dot, "dot", false, "print DOT, for graphviz")
	return cmd
}

// check refuses what has no meaning together.
func (o *psOptions) check() error {
	bad := func(format string, args ...any) error { return usageError{error: fmt.Errorf(format, args...)} }
	switch {
	case o.json && o.dot:
		return bad("give --json or --dot, not both")
	case o.dot && (o.why != "" || o.filter.Any()):
		return bad("--dot draws the whole tree, or what is --under a node")
	case o.why != "" && (o.filter.Any() || o.under != ""):
		return bad("--why is about one task or group")
	case o.filter.State != "" && !slices.Contains(look.Conditions, o.filter.State):
		return bad("there is no state %q: want %s", o.filter.State, strings.Join(look.Conditions, ", "))
	}
	return nil
}

// aboutOne reports whether what is asked for is about one program.
func (o *psOptions) aboutOne() bool {
	return o.why != "" || o.under != "" || o.filter.Any() || o.dot || o.stacks
}

func ps(o *psOptions, words []string) error {
	if err := o.check(); err != nil {
		return err
	}
	listed := len(words) == 1 && isServer(words[0]) && o.workflow == "" && !o.aboutOne() && o.pid.n == 0
	if listed && o.json {
		return usageError{error: errors.New("--json is about one workflow: give its --workflow ID")}
	}
	var at *look.Target
	if !listed {
		var err error
		if at, err = o.find(words); err != nil {
			return err
		}
	}
	asked, statusOf, release := interruptible()
	defer release()
	// A reader that goes away shows as an error of the write.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	ctx, cancel := context.WithTimeout(asked, time.Duration(o.timeout))
	defer cancel()
	var err error
	switch {
	case listed:
		err = flows(ctx, words[0])
	case at == nil:
		err = list(ctx, o)
	case o.why != "":
		err = why(ctx, o, at)
	default:
		err = tree(ctx, o, at)
	}
	if status, is := outputFault(err); is {
		return status
	}
	if asked.Err() != nil {
		return exitStatus{code: statusOf(statusFailed)}
	}
	return err
}

// show writes to standard output.
func show(text []byte) error {
	if _, err := os.Stdout.Write(text); err != nil {
		return outputError{err}
	}
	return nil
}

// list shows the programs that can be looked at.
func list(ctx context.Context, o *psOptions) error {
	if o.aboutOne() {
		return usageError{error: errors.New("which program? give its address or --pid; braid ps alone lists those of this user")}
	}
	programs, err := look.Programs(ctx)
	if err != nil {
		return unseen(err)
	}
	if o.json {
		all := []*inspect.Snapshot{}
		for _, p := range programs {
			if p.Tree != nil {
				p.Tree.Nodes, p.Tree.Recent = []*inspect.Node{}, []*inspect.Ended{}
				all = append(all, p.Tree)
			}
		}
		text, err := json.Marshal(all)
		if err != nil {
			return err
		}
		return show(append(text, '\n'))
	}
	if len(programs) == 0 {
		return noPrograms()
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "PID\tUP\tGROUPS\tRUNNING\tQUEUED\t  PROGRAM")
	for _, p := range programs {
		if p.Tree == nil {
			fmt.Fprintf(w, "%d\t\t\t\t\t  (%s)\n", p.PID, look.Line(p.Err.Error()))
			continue
		}
		s := p.Tree
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t  %s\n", p.PID, report.Duration(s.Time.Sub(s.Started)), look.Grouped(s.Totals.Groups),
			look.Grouped(s.Totals.Running), look.Grouped(s.Totals.Queued), look.Line(s.Program))
	}
	w.Flush()
	return show([]byte(b.String()))
}

func noPrograms() error {
	return exitStatus{statusFailed, "no program of this user can be looked at by its process id: it has to import\n" +
		"github.com/braid-go/braid/inspect/auto. For one that serves its tree give the address: braid ps localhost:6060"}
}

// query gives the options of a look. What is searched for by name must not be
// folded.
func (o *psOptions) query() url.Values {
	q := url.Values{}
	n := o.max.n
	if o.all || o.why != "" || o.filter.Name != "" {
		q.Set("fold", "0")
		if n == 0 {
			n = 100_000
		}
	}
	if n > 0 {
		q.Set("max", strconv.Itoa(n))
	}
	if o.stacks {
		q.Set("stacks", "1")
	}
	return q
}

// tree shows the tree, or a part of it.
func tree(ctx context.Context, o *psOptions, at *look.Target) error {
	q := o.query()
	if o.under != "" {
		n, err := one(ctx, at, o.under)
		if err != nil {
			return err
		}
		q.Set("under", n.ID)
	}
	if o.dot || o.json && !o.filter.Any() {
		as := at.JSON
		if o.dot {
			as = at.DOT
		}
		text, err := as(ctx, q)
		if err != nil {
			return unseen(err)
		}
		return show(text)
	}
	s, err := at.Tree(ctx, q)
	if err != nil {
		return unseen(err)
	}
	t := look.NewTree(s)
	if o.json {
		hits, _ := t.Chosen(o.filter)
		if len(hits) == 0 {
			return nothing(o)
		}
		s.Nodes = slices.DeleteFunc(s.Nodes, func(n *inspect.Node) bool { return !hits[n.ID] })
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		return show(append(text, '\n'))
	}
	var b strings.Builder
	any, _ := look.Draw(&b, t, o.filter, o.width(), wantsColour(os.Stdout)) // a Builder does not fail
	if !any {
		return nothing(o)
	}
	return show([]byte(b.String()))
}

func (o *psOptions) width() int {
	if o.wide || !isTerminal(os.Stdout) {
		return 0
	}
	return columns(os.Stdout)
}

func nothing(o *psOptions) error {
	var what []string
	if o.filter.State != "" {
		what = append(what, "is "+o.filter.State)
	}
	if o.filter.Name != "" {
		what = append(what, "has "+strconv.Quote(o.filter.Name)+" in its path")
	}
	return exitStatus{statusFailed, "there is nothing that " + strings.Join(what, " and ")}
}

// one finds the node that goes by what the user has written.
func one(ctx context.Context, at *look.Target, what string) (*inspect.Node, error) {
	s, err := at.Tree(ctx, url.Values{"fold": {"0"}, "max": {"100000"}})
	if err != nil {
		return nil, unseen(err)
	}
	found := look.NewTree(s).Find(what)
	switch len(found) {
	case 0:
		return nil, exitStatus{statusFailed, fmt.Sprintf("nothing goes by %q: it may have ended; braid ps --name shows what has a text in its path", what)}
	case 1:
		return found[0], nil
	}
	text := fmt.Sprintf("%d go by %q: give the ID of one", len(found), what)
	for i, n := range found {
		if i == 10 {
			text += "\n  …"
			break
		}
		text += fmt.Sprintf("\n  %-14s %s, %s %s", look.Line(n.ID), look.Line(n.Path), look.Line(n.State), report.Duration(s.Time.Sub(n.Since)))
	}
	return nil, exitStatus{statusFailed, text}
}

// why says why a task or group is still there.
func why(ctx context.Context, o *psOptions, at *look.Target) error {
	n, err := one(ctx, at, o.why)
	if err != nil {
		return err
	}
	if o.json {
		text, err := at.AboutJSON(ctx, n.ID)
		if err != nil {
			return unseen(err)
		}
		return show(text)
	}
	a, err := at.About(ctx, n.ID)
	if err != nil {
		return unseen(err)
	}
	text := strings.Join(look.Explain(a, o.width()), "\n") + "\n"
	if !wantsColour(os.Stdout) {
		text = ansi.Strip(text)
	}
	return show([]byte(text))
}
