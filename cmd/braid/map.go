package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/argv"
	"github.com/braid-go/braid/cmd/braid/internal/output"
	"github.com/braid-go/braid/cmd/braid/internal/report"
	"github.com/braid-go/braid/progress"
)

type mapOptions struct {
	options
	jobs      countFlag
	retries   countFlag
	keepGoing bool
	progress  bool
	null      bool
	file      string
	engine    string
}

// jobsAway is how many commands run at a time where other machines run them.
const jobsAway = 64

func mapCommand() *cobra.Command {
	o := mapOptions{jobs: countFlag{runtime.NumCPU(), 1}}
	var cmd *cobra.Command
	cmd = verb("map [flags] -- CMD {} ::: ARG …", "Run a command for each argument, several at a time, output in order", mapHelp, &o.options,
		func(words []string) error {
			if o.engine != "" && !cmd.Flags().Changed("jobs") {
				o.jobs.n = jobsAway
			}
			return mapAll(&o, words)
		})
	flags := cmd.Flags()
	flags.StringVar(&o.engine, "engine", "", "run the commands on the workers of `ADDR` (temporal://HOST:PORT)")
	flags.VarP(&o.jobs, "jobs", "j", "run `N` commands at a time (default: one for each CPU)")
	flags.Lookup("jobs").DefValue = "0" // said in the text
	flags.Var(&o.retries, "retries", "try a command that fails up to `N` times more, with growing pauses")
	flags.BoolVarP(&o.keepGoing, "keep-going", "k", false, "go on after a failure, and report failures at the end")
	flags.BoolVarP(&o.progress, "progress", "p", false, "show a progress bar, or lines where there is no terminal")
	flags.StringVarP(&o.file, "arg-file", "a", "", "read the arguments from `FILE`")
	flags.BoolVarP(&o.null, "null", "0", false, "arguments read end with a zero byte, as from find -print0")
	return cmd
}

// A mapping is one call of braid map.
type mapping struct {
	session
	o        *mapOptions
	template argv.Template
	path     string // of the program, if it is the same for all arguments
	printer  *output.Ordered
	progress *progress.Progress // nil if it is not wanted
	display  display
	started  int
	fault    atomic.Pointer[outputError] // the group may have dropped it for earlier failures
}

func mapAll(o *mapOptions, words []string) error {
	template, args, listed, err := argv.Map(words)
	if err != nil {
		return usageError{error: err}
	}
	m := &mapping{o: o, template: template}
	m.session = session{opts: &o.options}
	if o.engine != "" {
		release, err := m.engage(o.engine)
		if err != nil {
			return err
		}
		defer release()
	}
	if name, fixed := template.Program(); fixed && m.away == nil {
		if m.path, err = findProgram(name); err != nil {
			return err
		}
	}
	source, err := m.source(args, listed)
	if err != nil {
		return err
	}
	defer source.close()
	defer m.unlisten()
	if err := m.listen("map"); err != nil {
		return err
	}
	if o.progress {
		m.progress = progress.New("braid map")
	}
	out, errs, display := newDisplay(m.progress)
	m.printer, m.display = output.NewOrdered(out, errs), display
	err = m.do(func(ctx context.Context) error { return m.all(ctx, source) })
	if fault := m.printer.Finish(); fault != nil {
		err = errors.Join(err, outputError{fault})
	}
	if fault := m.fault.Load(); fault != nil {
		err = errors.Join(err, *fault)
	}
	display.end()
	return m.conclude(source, err)
}

// all runs the command for every argument of the source. The one task besides
// reads ahead, so that the progress bar knows what is to come.
func (m *mapping) all(ctx context.Context, from *source) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return from.read(ctx, m.progress) },
			braid.Background, braid.Name("arguments"))
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for {
				arg, ok := from.next(ctx)
				if !ok { // the end, or cut short
					return context.Cause(ctx)
				}
				if err := m.one(ctx, g, arg); err != nil {
					return err
				}
			}
		}, m.groupOptions()...)
	}, braid.Name("map"), braid.Grace(braid.Forever))
}

func (m *mapping) groupOptions() []braid.GroupOption {
	options := []braid.GroupOption{braid.Name("commands"), braid.Limit(m.o.jobs.n), braid.Grace(braid.Forever)}
	if m.o.keepGoing {
		options = append(options, braid.Supervised, braid.Keep(1)) // the ledger has them
	}
	return options
}

// one hands the group the command for one argument, as soon as there is room.
func (m *mapping) one(ctx context.Context, g *braid.Group, arg string) error {
	i := m.started
	m.started++
	c := command{argv.Argument(arg, 48), m.path, m.template.With(arg)}
	slot := m.printer.Slot(m.o.retries.n == 0)
	return g.GoWait(ctx, func(ctx context.Context) error {
		e, attempts, err := m.try(ctx, c, slot)
		var failed *failure
		ended := err == nil || errors.As(err, &failed)
		if fault := slot.Close(ended); fault != nil {
			err = outputError{fault}
		}
		m.ledger.enter(i, c, e, attempts, context.Cause(ctx), err)
		if ended {
			if err == nil {
				m.progress.Done(1)
			} else {
				m.progress.Fail(1)
			}
			m.display.counted()
		}
		if fault := (outputError{}); errors.As(err, &fault) {
			m.fault.CompareAndSwap(nil, &fault)
			g.CancelCause(err) // there is no going on, whatever was asked for
		}
		return err
	}, braid.Name(c.label))
}

// try runs a command as often as the user wants it tried.
func (m *mapping) try(ctx context.Context, c command, slot *output.Slot) (e ending, attempts int, err error) {
	if c.path == "" && m.away == nil {
		if c.path, err = findProgram(c.argv[0]); err != nil {
			return e, 1, &failure{c.label, err.Error(), statusNotRun}
		}
	}
	policy := braid.Policy{
		Attempts: m.o.retries.n + 1,
		Delay:    200 * time.Millisecond,
		Factor:   2,
		MaxDelay: 30 * time.Second,
		If:       worthRetrying,
	}
	var last error
	_, err = braid.Retry(ctx, policy, func(ctx context.Context) (struct{}, error) {
		slot.Reset()
		attempts++
		e, last = m.once(ctx, c, streams{slot.Stdout(), slot.Stderr()})
		return struct{}{}, last
	})
	switch {
	case err == nil:
		return e, attempts, nil
	case ctx.Err() != nil && (attempts < policy.Attempts || !worthRetrying(last)):
		// Cut short, maybe between two attempts: no verdict on the command.
		if fault := (outputError{}); !errors.As(last, &fault) {
			return e, attempts, context.Cause(ctx)
		}
	}
	return e, attempts, last
}

// worthRetrying tells whether the command itself failed.
func worthRetrying(err error) bool {
	var failed *failure
	return errors.As(err, &failed) && failed.code != statusNotRun
}

// conclude prints the report and gives the exit status.
func (m *mapping) conclude(from *source, err error) error {
	if status, is := outputFault(err); is {
		return status
	}
	count := &m.ledger.count
	title := fmt.Sprintf("in %s: %d done, %d failed", m.took(), count[report.Succeeded], count[report.Failed])
	if n := count[report.Stopped]; n > 0 {
		title += fmt.Sprintf(", %d stopped", n)
	}
	if n := from.total() - m.ledger.sum(); n > 0 {
		title += fmt.Sprintf(", %d not started", n)
	}
	lines, notable := m.ledger.excerpt()
	code, word := m.interruption(err)
	switch {
	case from.err != nil && m.started == 0:
		return noHint("cannot read the arguments: %v", from.err)
	case code != 0:
		m.print("map "+word+" "+title, lines, true)
		return exitStatus{code: code}
	case from.err != nil:
		m.print("map broke off "+title, lines, true)
		return exitStatus{statusUsage, fmt.Sprintf("cannot read the arguments after the first %d: %v", m.started, from.err)}
	case count[report.Failed] > 0:
		m.print("map failed "+title, lines, true)
		return exitStatus{code: statusFailed}
	case err == nil:
		m.print("map succeeded "+title, lines, notable)
	}
	return err
}

func (l *ledger) sum() (n int) {
	for _, c := range l.count {
		n += c
	}
	return n
}

// excerpt gives the lines of commands that did not simply succeed, failures
// first in number, at most as many as a reader will look at.
func (l *ledger) excerpt() (lines []report.Line, notable bool) {
	const most = 20
	byState := make(map[report.State][]int)
	for i, e := range l.entries {
		byState[e.line.State] = append(byState[e.line.State], i)
	}
	var shown []int
	for _, state := range []report.State{report.Failed, report.Stopped, report.Succeeded} {
		slices.Sort(byState[state])
		shown = append(shown, byState[state]...)
	}
	more := l.count[report.Failed] + l.count[report.Stopped] - most
	shown = shown[:min(len(shown), most)]
	slices.Sort(shown)
	for _, i := range shown {
		lines = append(lines, l.entries[i].text(""))
	}
	if more > 0 {
		lines = append(lines, report.Line{State: report.NotStarted, Label: "…", Detail: fmt.Sprintf("and %d more", more)})
	}
	return lines, len(lines) > 0
}
