package braid_test

import (
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// This file keeps the examples complete: whoever adds something to the API
// shows it in use.

// called by others through an interface of the standard library, and shown by
// the example of the type.
var interfaceMethods = map[string]bool{
	"As": true, "Error": true, "Format": true, "Is": true, "LogValue": true,
	"String": true, "Timeout": true, "Unwrap": true,
}

// packages are the folders of this module's packages.
var packages = []string{".", "braidtest", "engine", "inspect", "progress", "service", "stream"}

func TestEveryExportedFunctionMethodAndTypeHasAnExample(t *testing.T) {
	for _, dir := range packages {
		t.Run(dir, func(t *testing.T) { hasExamples(t, dir) })
	}
}

func hasExamples(t *testing.T, dir string) {
	pkg := packageDoc(t, dir)
	shown := map[string]bool{}
	for _, e := range doc.Examples(testFiles(t, dir)...) {
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
	for _, f := range pkg.Funcs {
		want(f.Name)
	}
	for _, typ := range pkg.Types {
		want(typ.Name)
		for _, f := range typ.Funcs {
			want(f.Name)
		}
		for _, m := range typ.Methods {
			if !interfaceMethods[m.Name] && m.Level == 0 {
				want(typ.Name + "_" + m.Name)
			}
		}
	}
}

func packageDoc(t *testing.T, dir string) *doc.Package {
	fset, files := parseFiles(t, dir, func(name string) bool { return !strings.HasSuffix(name, "_test.go") })
	pkg, err := doc.NewFromFiles(fset, files, path.Join("github.com/braid-go/braid", dir))
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

func testFiles(t *testing.T, dir string) []*ast.File {
	_, files := parseFiles(t, dir, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	return files
}

// parseFiles parses those files of a package's folder that this toolchain would
// build.
func parseFiles(t *testing.T, dir string, want func(name string) bool) (*token.FileSet, []*ast.File) {
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
