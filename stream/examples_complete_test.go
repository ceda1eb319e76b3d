package stream_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

func TestEveryExportedFunctionMethodAndTypeHasAnExample(t *testing.T) {
	fset := token.NewFileSet()
	var code, tests []*ast.File
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		f, err := parser.ParseFile(fset, e.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasSuffix(e.Name(), "_test.go"):
			tests = append(tests, f)
		case e.Name() != "race_on.go":
			code = append(code, f)
		}
	}
	pkg, err := doc.NewFromFiles(fset, code, "github.com/braid-go/braid/stream")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, e := range doc.Examples(tests...) {
		if e.Output == "" {
			t.Errorf("Example%s is not run: it has no Output", e.Name)
		}
		shown[e.Name] = true
	}
	want := func(name, text string) {
		if !shown[name] {
			t.Errorf("there is no Example%s", name)
		}
		if text == "" {
			t.Errorf("%s has no comment", name)
		}
	}
	for _, f := range pkg.Funcs {
		want(f.Name, f.Doc)
	}
	for _, typ := range pkg.Types {
		want(typ.Name, typ.Doc)
		for _, f := range typ.Funcs {
			want(f.Name, f.Doc)
		}
	}
}
