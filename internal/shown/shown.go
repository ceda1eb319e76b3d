// Package shown keeps examples complete: whoever adds something to the API of a
// package shows it in use.
package shown

import (
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// byInterface are methods that others call through an interface of the standard
// library; the example of their type shows them.
var byInterface = map[string]bool{
	"As": true, "Error": true, "Format": true, "Is": true, "LogValue": true,
	"String": true, "Temporary": true, "Timeout": true, "Unwrap": true,
}

// Check fails the test for each exported function, method and type of the package in
// dir of which there is no example, and for each example that is not run.
func Check(t *testing.T, dir, importPath string) {
	t.Helper()
	shown := map[string]bool{}
	for _, e := range doc.Examples(tests(t, dir)...) {
		if e.Output == "" && !e.EmptyOutput {
			t.Errorf("Example%s is not run: it has no Output", e.Name)
		}
		shown[e.Name] = true
		// Example_Sub_suffix shows Sub, whatever the suffix.
		if i := strings.LastIndexByte(e.Name, '_'); i >= 0 && i+1 < len(e.Name) && e.Name[i+1] >= 'a' && e.Name[i+1] <= 'z' {
			shown[e.Name[:i]] = true
		}
	}
	want := func(name string) {
		if !shown[name] {
			t.Errorf("there is no Example%s", name)
		}
	}
	pkg := Package(t, dir, importPath)
	for _, f := range pkg.Funcs {
		want(f.Name)
	}
	for _, typ := range pkg.Types {
		want(typ.Name)
		for _, f := range typ.Funcs {
			want(f.Name)
		}
		for _, m := range typ.Methods {
			if !byInterface[m.Name] && m.Level == 0 {
				want(typ.Name + "_" + m.Name)
			}
		}
	}
}

// Package gives the documentation of the package in dir.
func Package(t *testing.T, dir, importPath string) *doc.Package {
	t.Helper()
	fset, files := parse(t, dir, func(name string) bool { return !strings.HasSuffix(name, "_test.go") })
	pkg, err := doc.NewFromFiles(fset, files, importPath)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

func tests(t *testing.T, dir string) []*ast.File {
	t.Helper()
	_, files := parse(t, dir, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	return files
}

// parse parses those files of a package's folder that this toolchain would build.
func parse(t *testing.T, dir string, want func(name string) bool) (*token.FileSet, []*ast.File) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || !want(e.Name()) {
			continue
		}
		if ok, err := build.Default.MatchFile(dir, e.Name()); err != nil || !ok {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return fset, files
}
