// Package golangci is a module plugin of golangci-lint (version 2): a build of
// golangci-lint with this package in it has the linter "braid".
//
//	# .custom-gcl.yml, for "golangci-lint custom"
//	version: v2.15.0
//	plugins:
//	  - module: github.com/braid-go/braid/vet
//	    import: github.com/braid-go/braid/vet/golangci
//	    version: latest
//
//	# .golangci.yml
//	version: "2"
//	linters:
//	  enable: [braid]
//	  settings:
//	    custom:
//	      braid:
//	        type: module
//	        settings:
//	          disable: [unbounded]           # or enable: [dropped, bare], and no others
//	          shapes: {dropped: "-deferred"} # the rules' -RULE.shapes
//	          tests: [dropped]               # the rules' -RULE.tests
//
// Go's own analyzers are not in it: golangci-lint has them as the linter govet.
package golangci

import (
	"fmt"
	"slices"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/rules"
)

func init() { register.Plugin("braid", New) }

// Settings are what a configuration may say.
type Settings struct {
	Enable  []string          `json:"enable"`  // run these rules alone; migrations run only if they are named here
	Disable []string          `json:"disable"` // run all rules but these
	Shapes  map[string]string `json:"shapes"`  // by rule, what its flag -RULE.shapes says
	Tests   []string          `json:"tests"`   // rules that look at tests too
}

type plugin struct{ analyzers []*analysis.Analyzer }

// New makes the plugin. Settings that name a rule or a shape that does not exist are an error.
func New(conf any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](conf)
	if err != nil {
		return nil, fmt.Errorf("braid: %w", err)
	}
	named := slices.Concat(s.Enable, s.Disable, s.Tests)
	for name := range s.Shapes {
		named = append(named, name)
	}
	for _, name := range named {
		if rules.Named(name) == nil {
			return nil, fmt.Errorf("braid: there is no rule %q", name)
		}
	}
	p := &plugin{}
	for _, r := range rules.All() {
		on := !r.Migration && !slices.Contains(s.Disable, r.Name)
		if len(s.Enable) > 0 {
			on = slices.Contains(s.Enable, r.Name)
		}
		if !on {
			continue
		}
		if shapes, ok := s.Shapes[r.Name]; ok {
			if err := r.Analyzer.Flags.Set("shapes", shapes); err != nil {
				return nil, fmt.Errorf("braid: %s: %w", r.Name, err)
			}
		}
		if slices.Contains(s.Tests, r.Name) {
			if err := r.Analyzer.Flags.Set("tests", "true"); err != nil {
				return nil, fmt.Errorf("braid: %s: %w", r.Name, err)
			}
		}
		p.analyzers = append(p.analyzers, r.Analyzer)
	}
	return p, nil
}

func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) { return p.analyzers, nil }
func (p *plugin) GetLoadMode() string                           { return register.LoadModeTypesInfo }
