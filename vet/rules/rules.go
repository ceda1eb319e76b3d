// Package rules has braid's rules: analyzers that find loose ends in Go code
// which need not know braid. One file has one rule: what it looks for, its page, and
// its analyzer. This file keeps what they have in common: how a rule is described,
// what makes it speak or be silent, and the list of them all.
package rules

import (
	"fmt"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"

	"github.com/braid-go/braid/vet/internal/code"
)

// Severity says how sure it is that a finding has to be mended.
type Severity string

const (
	Error   Severity = "error"   // a bug whenever the line runs, or a leak on some path
	Warning Severity = "warning" // a bug unless something out of sight prevents it
	Note    Severity = "note"    // it works, and there is a better form
)

// AtLeast tells whether a severity reaches a level: the name of a severity, or
// anything else, which none reaches.
func (s Severity) AtLeast(level string) bool {
	order := []Severity{Note, Warning, Error}
	at := slices.Index(order, Severity(level))
	return at >= 0 && slices.Index(order, s) >= at
}

// Shape is one of the forms that a rule finds, each with its own name, so that
// it can be switched: a finding's category is "rule/shape".
type Shape struct {
	Name     string
	Severity Severity
	Off      bool   // noisy: found only if asked for with -RULE.shapes
	What     string // one line
}

// Rule is one rule with its page. The page is generated from these words.
type Rule struct {
	Name   string // of the analyzer, one lower-case word
	Title  string // one line: what is wrong
	Why    string // Markdown
	Wrong  string // Go declarations that the rule finds something in; imports are added
	Right  string // the same made right: the rule finds nothing
	Exempt string // Markdown: what it leaves alone, on purpose
	Shapes []Shape

	// Detachable rules heed //braid:detached REASON.
	Detachable bool

	// A migration finds nothing wrong: it carries code over to braid. It is part of
	// go fix and of -fix, and of nothing else unless it is asked for by name.
	Migration bool

	Analyzer *analysis.Analyzer

	tests  bool   // -RULE.tests
	shapes string // -RULE.shapes
}

var all []*Rule

// All gives the rules and then the migrations, each in the order of their names.
func All() []*Rule {
	out := slices.Clone(all)
	slices.SortFunc(out, func(a, b *Rule) int {
		if a.Migration != b.Migration {
			if b.Migration {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// Analyzers gives the rules' analyzers in the order of their names.
func Analyzers() []*analysis.Analyzer { return analyzers(false) }

// Migrations gives the migrations' analyzers in the order of their names.
func Migrations() []*analysis.Analyzer { return analyzers(true) }

func analyzers(migrations bool) []*analysis.Analyzer {
	var out []*analysis.Analyzer
	for _, r := range All() {
		if r.Migration == migrations {
			out = append(out, r.Analyzer)
		}
	}
	return out
}

// Named gives the rule of that name, or nil.
func Named(name string) *Rule {
	for _, r := range all {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Find gives the severity of a finding's category ("rule/shape"); Warning if
// there is no such rule.
func Find(category string) (severity Severity) {
	name, shape, _ := strings.Cut(category, "/")
	for _, r := range all {
		for _, s := range r.Shapes {
			if r.Name == name && s.Name == shape {
				return s.Severity
			}
		}
	}
	return Warning
}

// register completes a rule with its analyzer. Every rule's file calls it once.
func register(r *Rule, run func(*check), requires ...*analysis.Analyzer) *Rule {
	r.Analyzer = &analysis.Analyzer{
		Name:     r.Name,
		Doc:      r.Title + "\n\n" + r.Why,
		URL:      "https://github.com/braid-go/braid/blob/main/docs/vet/" + r.Name + ".md",
		Requires: append([]*analysis.Analyzer{code.Analyzer, ctrlflow.Analyzer}, requires...),
		Run: func(pass *analysis.Pass) (any, error) {
			c := &check{
				Pass:  pass,
				Index: pass.ResultOf[code.Analyzer].(*code.Index),
				cfgs:  pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs),
				rule:  r,
				told:  places{},
			}
			run(c)
			return c.told, nil
		},
		ResultType: reflect.TypeFor[places](),
	}
	r.Analyzer.Flags.BoolVar(&r.tests, "tests", false, "look at tests too")
	r.Analyzer.Flags.Var(shapeFlag{r}, "shapes", "shapes to switch: `a,-b` finds a, which is off by default, and not b; all finds all")
	all = append(all, r)
	return r
}

// shapeFlag is -RULE.shapes. Shapes that do not exist are refused.
type shapeFlag struct{ r *Rule }

func (f shapeFlag) String() string {
	if f.r == nil {
		return ""
	}
	return f.r.shapes
}

func (f shapeFlag) Set(words string) error {
	err := f.r.CheckShapes(words)
	if err == nil {
		f.r.shapes = words
	}
	return err
}

// CheckShapes tells what is wrong with the words of a -RULE.shapes.
func (r *Rule) CheckShapes(words string) error {
	for word := range strings.SplitSeq(words, ",") {
		name := strings.TrimPrefix(strings.TrimSpace(word), "-")
		if name != "" && name != "all" && !slices.ContainsFunc(r.Shapes, func(s Shape) bool { return s.Name == name }) {
			return fmt.Errorf("%s has no shape %q", r.Name, name)
		}
	}
	return nil
}

// check is one rule at work on one package.
type check struct {
	*analysis.Pass
	*code.Index
	cfgs *ctrlflow.CFGs
	rule *Rule
	told places
}

// places are what an analyzer has reported, its result: a rule that would say less of the same place
// requires the other's analyzer, and is silent there.
type places map[token.Pos]bool

// on tells whether a shape is looked for, for rules that save work by asking first.
func (c *check) on(shape string) bool {
	for _, s := range c.rule.Shapes {
		if s.Name != shape {
			continue
		}
		on := !s.Off
		for word := range strings.SplitSeq(c.rule.shapes, ",") {
			switch strings.TrimSpace(word) {
			case shape, "all":
				on = true
			case "-" + shape, "-all":
				on = false
			}
		}
		return on
	}
	panic(fmt.Sprintf("rules: %s has no shape %q", c.rule.Name, shape))
}

// report tells of a finding, unless its shape is off or the place is exempt.
func (c *check) report(at analysis.Range, shape, message string, fixes ...analysis.SuggestedFix) {
	if !c.on(shape) || c.exempt(at.Pos()) {
		return
	}
	for _, a := range c.Pass.Analyzer.Requires {
		if told, ok := c.ResultOf[a].(places); ok && told[at.Pos()] {
			return
		}
	}
	c.told[at.Pos()] = true
	c.Report(analysis.Diagnostic{
		Pos:            at.Pos(),
		End:            at.End(),
		Category:       c.rule.Name + "/" + shape,
		Message:        message,
		SuggestedFixes: fixes,
	})
}

// tell is report for a finding that may have one fix.
func (c *check) tell(at analysis.Range, shape, message string, edits []analysis.TextEdit) {
	if edits == nil {
		c.report(at, shape, message)
		return
	}
	c.report(at, shape, message, analysis.SuggestedFix{Message: "Carry it over", TextEdits: edits})
}

func (c *check) exempt(pos token.Pos) bool {
	return c.Exempt(pos, c.rule.Name, c.rule.Detachable, c.rule.tests, c.rule.tests || c.rule.Migration)
}
