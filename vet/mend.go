// Mending: go fix with this program as its tool, and what is said after it.

package vet

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/rules"
)

// mend runs go fix. Go's own analyzers stay out of it unless -std asks for them:
// who mends loose ends has not asked for all that is modern.
func mend(ctx context.Context, name, self, dir string, o *order, stdout, stderr io.Writer) int {
	words := []string{"fix", "-fixtool=" + self}
	if o.diff {
		words = append(words, "-diff")
	}
	if (o.std == nil || !*o.std) && !picks(o.rest) {
		words = append(words, ours(true)...)
	}
	failed := func(err error) int {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return statusFailed
	}
	var diff bytes.Buffer
	out := stdout
	var before map[string]string
	if o.diff {
		out = &diff
	} else {
		before = goFiles(ctx, name, dir, o)
	}
	code, err := goCommand(ctx, name, dir, append(words, o.rest...), out, stderr)
	if err != nil {
		return failed(err)
	}
	if code > 1 {
		return statusFailed // a wrong flag
	}
	done := summary{name: name, order: o}
	if o.diff {
		var text []byte
		text, done.files = patch(diff.Bytes(), dir)
		if _, err := stdout.Write(text); err != nil {
			return failed(err)
		}
	} else {
		done.files = changed(before)
	}
	// What is left is looked for once more: the go command does not hand on what a fix leaves over.
	left := []*Finding(nil)
	whole := true
	if words, ok := forTie(o.rest); ok || done.files > 0 && o.diff {
		var output bytes.Buffer
		again, err := goCommand(ctx, name, dir, slices.Concat([]string{"vet", "-vettool=" + self, "-json", "-tie"}, words), &output, io.Discard)
		if err != nil {
			return failed(err)
		}
		whole = again == 0
		if ok {
			left, _ = read(output.Bytes(), dir)
		}
	}
	done.count(left)
	to := stdout
	if o.diff {
		to = stderr
	}
	if _, err := io.WriteString(to, done.String()); err != nil {
		return failed(err)
	}
	switch {
	case code == 0:
		return statusClean
	case o.diff && done.files > 0 && whole:
		return statusFound
	}
	return statusFailed
}

// summary is what is said after mending.
type summary struct {
	name      string
	order     *order
	files     int // that have changed, or would
	undecided int // groups and go statements that wait for a decision
	requiring int // that could be tied, did the module require braid
}

func (s *summary) count(left []*Finding) {
	for _, f := range left {
		switch {
		case strings.HasSuffix(f.Message, "(after go get "+code.Braid+")"):
			s.requiring++
		case len(f.Fixes) == 0:
			s.undecided++
		}
	}
}

func (s *summary) String() string {
	if s.files+s.undecided+s.requiring == 0 && s.order.diff {
		return ""
	}
	text := counted(s.files, "file", "files")
	switch {
	case s.order.diff:
		text += " would change"
	default:
		text += " changed"
	}
	if s.undecided > 0 {
		words, _ := forTie(s.order.rest)
		if s.order.dir != "" {
			words = slices.Insert(words, 0, "-C", s.order.dir)
		}
		text += fmt.Sprintf("; %s a decision: %s tells which",
			counted(s.undecided, "group or go statement needs", "groups and go statements need"),
			strings.Join(slices.Concat([]string{s.name, "-tie"}, words), " "))
	}
	text += "\n"
	if s.requiring > 0 {
		text += fmt.Sprintf("go get %s first: %d more could be tied\n", code.Braid, s.requiring)
	}
	return text
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// forTie gives the arguments that rule tie is run with alone: without the flags
// of others. It is false if tie is not among what they run.
func forTie(args []string) (words []string, ok bool) {
	on, off := false, false
	words = withoutRules(args, func(a *analysis.Analyzer, flag, value string) bool {
		if a.Name != rules.Tie.Name {
			return false
		}
		on = on || flag == "" && value != "false"
		off = off || flag == "" && value == "false"
		return flag != ""
	})
	return words, on || !off && !picks(args)
}

// withoutRules leaves out the flags of analyzers, but for those that are to be kept.
// A flag is that of an analyzer itself, named "", or one of its own.
func withoutRules(args []string, keep func(a *analysis.Analyzer, flag, value string) bool) (out []string) {
	all := suite(nil)
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[i], "-"), "-"), "=")
		name, own, _ := strings.Cut(name, ".")
		n := slices.IndexFunc(all, func(a *analysis.Analyzer) bool { return a.Name == name })
		if !strings.HasPrefix(args[i], "-") || n < 0 {
			out = append(out, args[i])
			continue
		}
		words := args[i : i+1]
		if f := all[n].Flags.Lookup(own); f != nil && !given && !isBool(f) && i+1 < len(args) {
			words = args[i : i+2]
			i++
		}
		if keep(all[n], own, value) {
			out = append(out, words...)
		}
	}
	return out
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// goFiles gives the text of each file that may change. It asks go list which
// there are; of what that cannot tell, go fix will say so.
func goFiles(ctx context.Context, name, dir string, o *order) map[string]string {
	words := []string{"list", "-e", "-json=Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles"}
	words = append(words, withoutRules(o.rest, func(*analysis.Analyzer, string, string) bool { return false })...)
	var output bytes.Buffer
	if _, err := goCommand(ctx, name, dir, words, &output, io.Discard); err != nil {
		return nil
	}
	out := map[string]string{}
	for dec := json.NewDecoder(&output); ; {
		var p struct {
			Dir                                          string
			GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := dec.Decode(&p); err != nil {
			return out
		}
		for _, file := range slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles) {
			path := filepath.Join(p.Dir, file)
			if text, err := os.ReadFile(path); err == nil {
				out[path] = string(text)
			}
		}
	}
}

func changed(before map[string]string) (n int) {
	for path, was := range before {
		if text, err := os.ReadFile(path); err == nil && string(text) != was {
			n++
		}
	}
	return n
}
