// The stand-alone checker: it runs go vet or go fix with this very program as
// the tool, and prints what was found as text, JSON or SARIF.

package vet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/braid-go/braid/vet/rules"
)

// The statuses to exit with.
const (
	statusClean  = 0
	statusFound  = 1 // something at least as severe as -fail says; with -diff, there is a difference
	statusFailed = 2 // the code could not be checked, or not all of it
)

// order is a command line taken apart.
type order struct {
	fix, diff   bool
	json, sarif bool
	std         *bool  // -std, if it was given
	fail        string // the least severity that counts; never
	rest        []string
	dir         string // where the go command runs: -C
}

// parse takes this program's own flags out of the arguments, wherever they are.
// All others are for the go command, which knows its own and asks the tool for the rules'.
func parse(args []string) (*order, error) {
	o := &order{fail: string(rules.Note)}
	all := false
	for i := 0; i < len(args); i++ {
		arg := args[i]
		name, value, given := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		name = "-" + strings.TrimPrefix(name, "-")
		flag := map[string]*bool{"-fix": &o.fix, "-diff": &o.diff, "-json": &o.json, "-sarif": &o.sarif, "-std": new(bool), "-all": &all}[name]
		switch {
		case !strings.HasPrefix(arg, "-"):
			o.rest = append(o.rest, arg)
		case flag != nil:
			switch {
			case !given || value == "true":
				*flag = true
			case value == "false":
				*flag = false
			default:
				return nil, fmt.Errorf("%s is true or false, not %q", name, value)
			}
			if name == "-std" {
				o.std = flag
			}
		case name == "-fail":
			if !given && i+1 < len(args) {
				i++
				value = args[i]
			}
			if !slices.Contains([]string{"note", "warning", "error", "never"}, value) {
				return nil, fmt.Errorf("-fail is note, warning, error or never, not %q", value)
			}
			o.fail = value
		case name == "-vettool" || name == "-fixtool":
			return nil, fmt.Errorf("%s is not for this program, which is its own tool", name)
		case name == "-V":
			return nil, errors.New("-V is for go vet, which asks its tool by it (go version -m tells of which version a program is)")
		case name == "-flags":
			return nil, errors.New("-flags is for go vet, which asks its tool by it")
		case name == "-C":
			if !given {
				if i+1 == len(args) {
					return nil, errors.New("-C wants a folder")
				}
				i++
				value = args[i]
			}
			o.dir = value
		default:
			o.rest = append(o.rest, arg)
		}
	}
	if all { // first: what is said of one rule's shapes counts instead
		o.rest = append(allShapes(), o.rest...)
	}
	if o.json && o.sarif {
		return nil, errors.New("-json and -sarif are two forms of one output: give one")
	}
	if (o.fix || o.diff) && (o.json || o.sarif) {
		return nil, errors.New("-fix and -diff print no findings: they go without -json and -sarif")
	}
	return o, nil
}

// allShapes are the flags for what is off by default.
func allShapes() (flags []string) {
	for _, r := range rules.All() {
		if slices.ContainsFunc(r.Shapes, func(s rules.Shape) bool { return s.Off }) {
			flags = append(flags, "-"+r.Name+".shapes=all")
		}
	}
	return flags
}

// checkShapes refuses wrong -RULE.shapes here, at once and once, rather than in
// the tool, for each package.
func checkShapes(args []string) error {
	for i, arg := range args {
		name, words, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		name, isShapes := strings.CutSuffix(name, ".shapes")
		r := rules.Named(name)
		if !strings.HasPrefix(arg, "-") || !isShapes || r == nil {
			continue
		}
		if !given && i+1 < len(args) {
			words = args[i+1]
		}
		if err := r.CheckShapes(words); err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
	}
	return nil
}

func standalone(ctx context.Context, name string, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		return help(name, args[1:], stdout, stderr)
	}
	failed := func(err error) int {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return statusFailed
	}
	o, err := parse(args)
	if err != nil {
		return failed(fmt.Errorf("%w; see %s help", err, name))
	}
	if err := checkShapes(o.rest); err != nil {
		return failed(err)
	}
	self, err := os.Executable()
	if err != nil {
		return failed(err)
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return failed(err)
	}
	if o.fix || o.diff {
		return mend(ctx, name, self, dir, o, stdout, stderr)
	}

	words := []string{"vet", "-vettool=" + self, "-json"}
	if o.std != nil && !*o.std && !picks(o.rest) {
		words = append(words, ours(false)...)
	}
	var output bytes.Buffer
	code, err := goCommand(ctx, name, dir, append(words, o.rest...), &output, stderr)
	if err != nil {
		return failed(err)
	}
	found, err := read(output.Bytes(), dir)
	switch {
	case o.json:
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "\t")
		enc.SetEscapeHTML(false)
		if found == nil {
			found = []*Finding{}
		}
		err = errors.Join(err, enc.Encode(found))
	case o.sarif:
		err = errors.Join(err, writeSARIF(stdout, found, dir))
	default:
		for _, f := range found {
			text := fmt.Sprintf("%s:%d:%d: %s: %s (%s)\n", f.File, f.Line, f.Column, f.Severity, f.Message, f.id())
			for _, r := range f.Related {
				text += fmt.Sprintf("\t%s:%d:%d: %s\n", r.File, r.Line, r.Column, r.Message)
			}
			if _, failure := io.WriteString(stdout, text); failure != nil {
				err = errors.Join(err, failure)
				break
			}
		}
	}
	if err != nil {
		return failed(err)
	}
	if code != 0 {
		return statusFailed // go vet has said why
	}
	if slices.ContainsFunc(found, func(f *Finding) bool { return f.Severity.AtLeast(o.fail) }) {
		return statusFound
	}
	return statusClean
}

// goCommand gives the go command's exit status; the error is that it could not
// run, or was stopped.
func goCommand(ctx context.Context, name, dir string, args []string, stdout, stderr io.Writer) (int, error) {
	lines := &errorLines{to: stderr, name: name}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, stdout, lines
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	lines.flush()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	}
	return 0, err
}

// errorLines hands on what the go command writes to its standard error. What that
// says of its own usage becomes a word on this program's help.
type errorLines struct {
	to   io.Writer
	name string
	rest []byte // of a line that has not ended
}

func (e *errorLines) Write(p []byte) (int, error) {
	e.rest = append(e.rest, p...)
	for {
		i := bytes.IndexByte(e.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		line := string(e.rest[:i+1])
		e.rest = e.rest[i+1:]
		switch {
		case strings.HasPrefix(line, "usage: go "), strings.HasPrefix(line, "Run 'go help "),
			strings.HasPrefix(line, "Run '") && strings.HasSuffix(line, " -help' for an overview.\n"):
			continue
		case strings.HasPrefix(line, "Run '") && strings.HasSuffix(line, " help' for a full list of flags and analyzers.\n"):
			line = fmt.Sprintf("Run '%s help' for all flags and rules.\n", e.name)
		}
		if _, err := io.WriteString(e.to, line); err != nil {
			return 0, err
		}
	}
}

// flush writes what no newline has come after.
func (e *errorLines) flush() {
	_, _ = e.to.Write(e.rest)
	e.rest = nil
}
