package temporal_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// This file holds the contract against workflows: each rule of docs/semantics.md has a
// test here that carries its number, or docs/scale-out.md says what differs.

func TestEachRuleOfTheContractIsTestedOrSaidToDiffer(t *testing.T) {
	rules := found(t, `(?m)^\*\*(\d+\.\d+)\*\*`, "../docs/semantics.md")
	if len(rules) < 60 {
		t.Fatalf("the contract has only %d rules", len(rules))
	}
	page, err := os.ReadFile("../docs/scale-out.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## What differs\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var differs []string
	for _, m := range regexp.MustCompile(`\*\*(\d+\.\d+)\*\*`).FindAllStringSubmatch(section, -1) {
		differs = append(differs, m[1])
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	tested := found(t, `(?m)^func Test(?:Server_)?Rule(\d+_\d+)_\w+\(t \*testing\.T\)`, files...)
	for _, rule := range rules {
		if !slices.Contains(tested, strings.Replace(rule, ".", "_", 1)) && !slices.Contains(differs, rule) {
			t.Errorf("of rule %s there is neither a test nor a word", rule)
		}
	}
	for _, rule := range differs {
		if !slices.Contains(rules, rule) {
			t.Errorf("the page speaks of a rule %s, which there is not", rule)
		}
	}
}

func found(t *testing.T, pattern string, files ...string) (found []string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
	}
	return found
}
