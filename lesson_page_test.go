package braid_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// This file keeps docs/from-python.md true: what it shows is what runs.

const lessonPage = "docs/from-python.md"

func readPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(lessonPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// lessonSources gives the lesson's files as one text.
func lessonSources(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("lesson_*_test.go")
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

func TestLessonPage_EveryGoBlockIsAnExampleThatRuns(t *testing.T) {
	sources := lessonSources(t)
	blocks := goBlock.FindAllStringSubmatch(readPage(t), -1)
	if len(blocks) == 0 {
		t.Fatal("the page has no Go")
	}
	for _, b := range blocks {
		if code := b[1]; !strings.Contains(sources, "\n"+code+"\n") {
			first, _, _ := strings.Cut(code, "\n")
			t.Errorf("%s: this block is not in the lesson's sources as it stands: %s", lessonPage, first)
		}
	}
}

func TestLessonPage_EveryExampleOfTheLessonIsShownOnceBesideItsPython(t *testing.T) {
	page := readPage(t)
	for _, m := range regexp.MustCompile(`\nfunc (Example_lesson\w+)\(`).FindAllStringSubmatch(lessonSources(t), -1) {
		if n := strings.Count(page, "func "+m[1]+"("); n != 1 {
			t.Errorf("%s shows %s %d times", lessonPage, m[1], n)
		}
	}
}

func TestLessonPage_EveryNameItMentionsExists(t *testing.T) {
	pkg := packageDoc(t)
	exists := map[string]bool{}
	for _, f := range pkg.Funcs {
		exists[f.Name] = true
	}
	for _, v := range append(pkg.Consts, pkg.Vars...) {
		for _, name := range v.Names {
			exists[name] = true
		}
	}
	for _, typ := range pkg.Types {
		exists[typ.Name] = true
		for _, f := range typ.Funcs {
			exists[f.Name] = true
		}
		for _, v := range append(typ.Consts, typ.Vars...) {
			for _, name := range v.Names {
				exists[name] = true
			}
		}
		for _, m := range typ.Methods {
			exists[typ.Name+"."+m.Name] = true
		}
	}
	// Values that the page calls methods of by these names.
	vars := map[string]string{"g": "Group", "task": "Task", "eg": "GroupError"}
	for _, m := range regexp.MustCompile(`\b(braid|g|task|eg)\.([A-Z]\w+)`).FindAllStringSubmatch(readPage(t), -1) {
		name := m[2]
		if typ := vars[m[1]]; typ != "" {
			name = typ + "." + name
		}
		if !exists[name] && name != "Group.Fork" { // a method from Go 1.27 on
			t.Errorf("%s mentions %s, which does not exist", lessonPage, m[0])
		}
	}
}
