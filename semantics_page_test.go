package braid_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// This file keeps docs/semantics.md and the tests together: each rule lists
// the tests that carry its number, and no rule is without one.

var update = flag.Bool("update", false, "rewrite the lists of tests in docs/semantics.md")

var (
	ruleTest = regexp.MustCompile(`(?m)^func (Test(Rule(\d+)_(\d+))_\w+)\(t \*testing\.T\)`)
	ruleLine = regexp.MustCompile(`^\*\*(\d+)\.(\d+)\*\* `)
)

func TestSemanticsPageListsTheTestsOfEachRule(t *testing.T) {
	const page = "docs/semantics.md"
	tests := map[string][]string{}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	streams, err := filepath.Glob("stream/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, streams...)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ruleTest.FindAllStringSubmatch(string(source), -1) {
			rule := m[3] + "." + m[4]
			tests[rule] = append(tests[rule], "`"+m[1]+"`")
		}
	}
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(old), "\n")
	rule, rules := "", 0
	for i, line := range lines {
		if m := ruleLine.FindStringSubmatch(line); m != nil {
			rule = m[1] + "." + m[2]
			rules++
		}
		if !strings.HasPrefix(line, "Tests: ") {
			continue
		}
		names := tests[rule]
		slices.Sort(names)
		switch {
		case len(names) > 0:
			lines[i] = "Tests: " + strings.Join(names, ", ")
		default:
			t.Errorf("rule %s has no test that carries its number", rule)
		}
	}
	if rules < 60 {
		t.Errorf("the page has only %d rules", rules)
	}
	text := strings.Join(lines, "\n")
	if text == string(old) {
		return
	}
	if !*update {
		t.Fatalf("%s does not list the tests as they are; run: go test -run TestSemanticsPage -update .", page)
	}
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
