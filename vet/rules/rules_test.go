package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/braid-go/braid/vet/rules"
)

// Every rule NAME has testdata/src/NAME, whose "want" comments say all that it
// finds there; testdata/src/NAME_SHAPE has what a shape finds that is off by default,
// and is looked at with that shape on.
func TestRulesFindWhatTheirTestDataSays(t *testing.T) {
	for _, r := range rules.All() {
		if r.Migration && r.Name != "tie" {
			continue // their test data are the programs of golden_test.go
		}
		t.Run(r.Name, func(t *testing.T) {
			analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), r.Analyzer, r.Name)
			for _, s := range r.Shapes {
				pkg := r.Name + "_" + s.Name
				if _, err := os.Stat(filepath.Join("testdata", "src", pkg)); err != nil {
					continue
				}
				if err := r.Analyzer.Flags.Set("shapes", s.Name); err != nil {
					t.Fatal(err)
				}
				analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), r.Analyzer, pkg)
				if err := r.Analyzer.Flags.Set("shapes", ""); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestRulesAreDescribed(t *testing.T) {
	for _, r := range rules.All() {
		if r.Title == "" || r.Why == "" || r.Wrong == "" || r.Right == "" || r.Exempt == "" || len(r.Shapes) == 0 {
			t.Errorf("%s: a word is missing", r.Name)
		}
		if strings.ToLower(r.Name) != r.Name {
			t.Errorf("%s: want lower case", r.Name)
		}
		for _, s := range r.Shapes {
			if s.Name == "" || s.What == "" || s.Severity == "" {
				t.Errorf("%s: a shape lacks a word: %+v", r.Name, s)
			}
		}
	}
}
