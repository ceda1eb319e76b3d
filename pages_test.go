package braid_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// This file keeps the pages true: what they show is what runs.

// A page shows the examples of some files.
type page struct{ path, sources, examples string }

var pages = []page{
	{"docs/from-errgroup.md", "errgroup_page_test.go", "Example_errgroup"},
	{"docs/from-python.md", "lesson_*_test.go", "Example_lesson"},
	{"docs/patterns.md", "patterns_*_test.go", "Example_patterns"},
	{"docs/testing.md", "braidtest/page_*_test.go", "Example_testing"},
}

func (p page) read(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(p.path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// source gives the files that the page shows as one text.
func (p page) source(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(p.sources)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

var goBlock = regexp.MustCompile("(?s)\n```go\n(.*?)\n```")

func TestPages_EveryGoBlockIsAnExampleThatRuns(t *testing.T) {
	for _, p := range pages {
		source := p.source(t)
		blocks := goBlock.FindAllStringSubmatch(p.read(t), -1)
		if len(blocks) == 0 {
			t.Fatal(p.path + " has no Go")
		}
		for _, b := range blocks {
			if code := b[1]; !strings.Contains(source, "\n"+code+"\n") {
				first, _, _ := strings.Cut(code, "\n")
				t.Errorf("%s: this block is not in %s as it stands: %s", p.path, p.sources, first)
			}
		}
	}
}

func TestPages_EveryExampleIsShownOnce(t *testing.T) {
	for _, p := range pages {
		text := p.read(t)
		for _, m := range regexp.MustCompile(`\nfunc (`+p.examples+`\w+)\(`).FindAllStringSubmatch(p.source(t), -1) {
			if n := strings.Count(text, "func "+m[1]+"("); n != 1 {
				t.Errorf("%s shows %s %d times", p.path, m[1], n)
			}
		}
	}
}

func TestPages_EveryNameTheyMentionExists(t *testing.T) {
	exists := map[string]bool{
		"braid.Group.Fork": true, // from Go 1.27 on
	}
	for _, dir := range packages {
		pkg := packageDoc(t, dir)
		add := func(name string) { exists[pkg.Name+"."+name] = true }
		for _, f := range pkg.Funcs {
			add(f.Name)
		}
		for _, v := range append(pkg.Consts, pkg.Vars...) {
			for _, name := range v.Names {
				add(name)
			}
		}
		for _, typ := range pkg.Types {
			add(typ.Name)
			for _, f := range typ.Funcs {
				add(f.Name)
			}
			for _, v := range append(typ.Consts, typ.Vars...) {
				for _, name := range v.Names {
					add(name)
				}
			}
			for _, m := range typ.Methods {
				add(typ.Name + "." + m.Name)
			}
		}
	}
	// Values that the pages call methods of by these names.
	vars := map[string]string{"g": "braid.Group", "task": "braid.Task", "eg": "braid.GroupError"}
	for _, p := range pages {
		for _, m := range regexp.MustCompile(`\b(braid|braidtest|progress|service|stream|g|task|eg)\.([A-Z]\w+)`).FindAllStringSubmatch(p.read(t), -1) {
			name := m[0]
			if typ := vars[m[1]]; typ != "" {
				name = typ + "." + m[2]
			}
			if !exists[name] {
				t.Errorf("%s mentions %s, which does not exist", p.path, m[0])
			}
		}
	}
}
