package vet_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/braid-go/braid/vet/rules"
)

var update = flag.Bool("update", false, "write docs/vet/*.md and the tables of docs/vet.md anew")

const docs = "../docs"

// docs/vet/RULE.md is the rule's page, and there is no other; docs/vet.md lists
// them between two marks. "go test -run TestPages -update ." writes them.
func TestPagesAreCurrent(t *testing.T) {
	dir := filepath.Join(docs, "vet")
	pages := map[string]string{filepath.Join(docs, "vet.md"): index(t)}
	for _, r := range rules.All() {
		pages[filepath.Join(dir, r.Name+".md")] = r.Page()
	}
	if *update {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for path, text := range pages {
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for path, want := range pages {
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%s is not what the rules say (%v): go test -run TestPages -update . in vet/ writes it", path, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if _, ok := pages[path]; ok {
			continue
		}
		if *update {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Errorf("%s is the page of no rule", path)
	}
}

// index gives docs/vet.md with its tables made anew.
func index(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(docs, "vet.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, migration := range []bool{false, true} {
		begin, end := "<!-- rules -->\n", "<!-- end of rules -->"
		if migration {
			begin, end = "<!-- migrations -->\n", "<!-- end of migrations -->"
		}
		before, rest, ok1 := strings.Cut(text, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("docs/vet.md lacks %s", begin)
		}
		var b strings.Builder
		b.WriteString("\n| | finds | shapes |\n|---|---|---|\n")
		for _, r := range rules.All() {
			if r.Migration != migration {
				continue
			}
			var shapes []string
			for _, s := range r.Shapes {
				word := s.Name
				if s.Off {
					word = "*" + word + "*"
				}
				shapes = append(shapes, word)
			}
			fmt.Fprintf(&b, "| [%[1]s](vet/%[1]s.md) | %s | %s |\n", r.Name, r.Title, strings.Join(shapes, ", "))
		}
		b.WriteString("\n")
		text = before + begin + b.String() + end + after
	}
	return text
}
