// What runs when: the rules and go vet's standard analyzers in vet mode; the
// rules, the migrations and go fix's standard analyzers in fix mode. Both modes
// know the flags of all, since go vet and go fix ask for them before it is
// known which of the two will run.

package vet

import (
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
// with nothing to do.
func suite(args []string) []*analysis.Analyzer {
	fixing := slices.Contains(args, "-fix") || slices.Contains(args, "-fix=true")
	named := func(a *analysis.Analyzer) bool {
		return slices.Contains(args, "-"+a.Name) || slices.Contains(args, "-"+a.Name+"=true")
	}
	now := slices.Concat(rules.Analyzers(), stdvet.Suite)
	if fixing {
		now = slices.Concat(rules.Analyzers(), rules.Migrations(), fix.Suite)
	}
	var out []*analysis.Analyzer
	for _, a := range slices.Concat(rules.Analyzers(), rules.Migrations(), stdvet.Suite, fix.Suite) {
		switch {
		case slices.ContainsFunc(out, func(b *analysis.Analyzer) bool { return b.Name == a.Name }):
		case slices.Contains(now, a) || named(a):
			out = append(out, a)
		default:
			out = append(out, idle(a))
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
