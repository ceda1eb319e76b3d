// What runs when: the rules and go vet's standard analyzers in vet mode; the
// rules, the migrations and go fix's standard analyzers in fix mode. Both modes
// know the flags of all, since go vet and go fix ask for them before it is
// known which of the two will run.

package vet

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/suite/fix"
	stdvet "golang.org/x/tools/go/analysis/suite/vet"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/braid-go/braid/vet/rules"
)

// Tool is the tool of go vet and go fix. It reads the process's own arguments
// and exits.
func Tool() {
	unitchecker.Main(suite(os.Args[1:])...)
	panic("unitchecker.Main has returned")
}

// suite gives all analyzers there are, those that the arguments do not call for
// with nothing to do. Of a dependency only facts are wanted.
func suite(args []string) []*analysis.Analyzer {
	fixing := slices.Contains(args, "-fix") || slices.Contains(args, "-fix=true")
	named := func(a *analysis.Analyzer) bool {
		return slices.Contains(args, "-"+a.Name) || slices.Contains(args, "-"+a.Name+"=true")
	}
	now := slices.Concat(rules.Analyzers(), stdvet.Suite)
	if fixing {
		now = slices.Concat(rules.Analyzers(), rules.Migrations(), fix.Suite)
	}
	own := slices.Concat(rules.Analyzers(), rules.Migrations())
	onlyFacts := onlyFacts(args)
	var out []*analysis.Analyzer
	for _, a := range slices.Concat(own, stdvet.Suite, fix.Suite) {
		switch {
		case onlyFacts && len(a.FactTypes) == 0 && slices.Contains(own, a):
			out = append(out, factual(a))
		case slices.ContainsFunc(out, func(b *analysis.Analyzer) bool { return b.Name == a.Name }):
		case slices.Contains(now, a) || named(a):
			out = append(out, a)
		default:
			out = append(out, idle(a))
		}
	}
	return out
}

// onlyFacts tells whether go vet or go fix wants to know of a package only what
// those that import it need: it is a dependency of what is looked at.
func onlyFacts(args []string) bool {
	if len(args) == 0 || !isConfig(args[len(args)-1]) {
		return false
	}
	text, err := os.ReadFile(args[len(args)-1])
	var config struct{ VetxOnly bool }
	return err == nil && json.Unmarshal(text, &config) == nil && config.VetxOnly
}

// factual gives an analyzer that finds nothing: it has the facts made that another one builds on.
// unitchecker would run that one whole, and nobody would hear what it finds.
func factual(a *analysis.Analyzer) *analysis.Analyzer {
	out := idle(a)
	for _, r := range a.Requires {
		if len(r.FactTypes) > 0 {
			out.Requires = append(out.Requires, r)
		}
	}
	return out
}

// idle gives an analyzer with the name and the flags of another, that does nothing.
func idle(a *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: a.Name, Doc: a.Doc, URL: a.URL, Flags: a.Flags,
		Run: func(*analysis.Pass) (any, error) { return nil, nil },
	}
}

// ours gives a flag for each rule (and each migration, if so), which makes go vet run these alone.
func ours(migrations bool) (flags []string) {
	list := rules.Analyzers()
	if migrations {
		list = slices.Concat(list, rules.Migrations())
	}
	for _, a := range list {
		flags = append(flags, "-"+a.Name)
	}
	return flags
}

// picks tells whether the arguments name analyzers to run.
func picks(args []string) bool {
	all := suite(nil)
	return slices.ContainsFunc(args, func(arg string) bool {
		name, value, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		return strings.HasPrefix(arg, "-") && value != "false" &&
			slices.ContainsFunc(all, func(a *analysis.Analyzer) bool { return a.Name == name })
	})
}
