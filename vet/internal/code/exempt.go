// Places where no rule speaks: generated files, tests and what helps them (unless asked
// for), and what a directive with a reason exempts.
//
//	//braid:detached REASON       work that is meant to outlive its block
//	//braid:ignore RULE REASON    any rule, or "all"
//
// A directive counts for its own line, for the line below, and, in a function's
// doc comment, for the whole function. One without a reason counts for nothing.

package code

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Detached is the rule name under which //braid:detached is kept.
const Detached = "detached"

type file struct {
	test, helper, generated bool
	lines                   map[int][]directive
	comments                map[int]bool // lines on which one ends
	funcs                   []funcDirective
}

type directive struct{ rule string }

type funcDirective struct {
	from, to token.Pos
	directive
}

func newFile(pass *analysis.Pass, f *ast.File) *file {
	name := pass.Fset.Position(f.FileStart).Filename
	out := &file{
		test:      strings.HasSuffix(name, "_test.go"),
		helper:    helpsTests(f, pass.Pkg.Path()),
		generated: ast.IsGenerated(f),
		lines:     map[int][]directive{},
		comments:  map[int]bool{},
	}
	for _, group := range f.Comments {
		for _, c := range group.List {
			out.comments[pass.Fset.Position(c.End()).Line] = true
			if d, ok := parse(c.Text); ok {
				line := pass.Fset.Position(c.Pos()).Line
				out.lines[line] = append(out.lines[line], d)
			}
		}
	}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Doc == nil {
			continue
		}
		for _, c := range fn.Doc.List {
			if d, ok := parse(c.Text); ok {
				out.funcs = append(out.funcs, funcDirective{fn.Pos(), fn.End(), d})
			}
		}
	}
	return out
}

// testPackage matches the paths of packages that are for tests by their name.
var testPackage = regexp.MustCompile(`(^|/)(tests?|testing|testutils?|testhelpers?|testsupport|testkit|e2e|mocks?|fakes?|stubs?)(/|$)`)

// helpsTests tells whether a file that is no test itself is there for tests: its package is, by its name, or it imports one that is.
func helpsTests(f *ast.File, path string) bool {
	if testPackage.MatchString(path) {
		return true
	}
	for _, imp := range f.Imports {
		if path, err := strconv.Unquote(imp.Path.Value); err == nil && (path == "testing" || strings.HasPrefix(path, "testing/") && path != "testing/fstest" && path != "testing/iotest" || strings.HasPrefix(path, "github.com/stretchr/testify/")) {
			return true
		}
	}
	return false
}

func parse(text string) (directive, bool) {
	rest, ok := strings.CutPrefix(text, "//braid:")
	if !ok {
		return directive{}, false
	}
	words := strings.Fields(rest)
	switch {
	case len(words) >= 2 && words[0] == "detached":
		return directive{Detached}, true
	case len(words) >= 3 && words[0] == "ignore":
		return directive{words[1]}, true
	}
	return directive{}, false
}

// Exempt tells whether the rule has to be silent about a place. Detachable rules
// heed //braid:detached too. Tests and their helpers are looked at if tests and helpers say so.
func (x *Index) Exempt(pos token.Pos, rule string, detachable, tests, helpers bool) bool {
	f := x.fileOf(pos)
	if f == nil || f.generated || f.test && !tests || f.helper && !helpers {
		return true
	}
	heeds := func(d directive) bool {
		return d.rule == rule || d.rule == "all" || d.rule == Detached && detachable
	}
	line := x.Pass.Fset.Position(pos).Line
	for _, l := range []int{line, line - 1} {
		for _, d := range f.lines[l] {
			if heeds(d) {
				return true
			}
		}
	}
	for _, d := range f.funcs {
		if d.from <= pos && pos < d.to && heeds(d.directive) {
			return true
		}
	}
	return false
}

func (x *Index) fileOf(pos token.Pos) *file {
	for f, known := range x.files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return known
		}
	}
	return nil
}

// FileOf gives the file that has a place in it.
func (x *Index) FileOf(pos token.Pos) *ast.File {
	for f := range x.files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return f
		}
	}
	return nil
}

// InTest tells whether the place is in a file of tests.
func (x *Index) InTest(pos token.Pos) bool {
	f := x.fileOf(pos)
	return f != nil && f.test
}

// Commented tells whether a comment ends on the line above a place.
func (x *Index) Commented(pos token.Pos) bool {
	f := x.fileOf(pos)
	return f != nil && f.comments[x.Pass.Fset.Position(pos).Line-1]
}
