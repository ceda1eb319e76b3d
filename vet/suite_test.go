package vet

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/rules"
)

// go vet hands its tool the dependencies too, to have their facts. What the rules
// would find in them nobody hears.
func TestOfADependencyOnlyFactsAreMade(t *testing.T) {
	suiteFor := func(config string) []*analysis.Analyzer {
		file := filepath.Join(t.TempDir(), "vet.cfg")
		if err := os.WriteFile(file, []byte(config), 0o666); err != nil {
			t.Fatal(err)
		}
		return suite([]string{"-fix", file})
	}
	needs := func(list []*analysis.Analyzer) map[*analysis.Analyzer]bool {
		out := map[*analysis.Analyzer]bool{}
		var add func(a *analysis.Analyzer)
		add = func(a *analysis.Analyzer) {
			if !out[a] {
				out[a] = true
				for _, r := range a.Requires {
					add(r)
				}
			}
		}
		for _, a := range list {
			add(a)
		}
		return out
	}
	whole, facts := needs(suiteFor(`{"VetxOnly": false}`)), needs(suiteFor(`{"VetxOnly": true}`))
	for _, a := range slices.Concat(rules.Analyzers(), rules.Migrations()) {
		if !whole[a] {
			t.Errorf("%s is not run where it may find something", a.Name)
		}
		if facts[a] != (len(a.FactTypes) > 0) {
			t.Errorf("%s, which has %d kinds of facts, is run for a dependency: %v", a.Name, len(a.FactTypes), facts[a])
		}
		for _, r := range a.Requires {
			if len(r.FactTypes) > 0 && !facts[r] {
				t.Errorf("%s, which makes facts for %s, is not run for a dependency", r.Name, a.Name)
			}
		}
	}
}

// A rule that is picked alone makes the facts that it builds on, whichever other rules make them too.
func TestEachRuleMakesTheFactsThatItBuildsOn(t *testing.T) {
	for _, a := range rules.Analyzers() {
		for _, r := range a.Requires {
			if len(r.FactTypes) > 0 && !slices.Contains(factual(a).Requires, r) {
				t.Errorf("%s would go without the facts of %s", a.Name, r.Name)
			}
		}
	}
}
