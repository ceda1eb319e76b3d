package rules_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/braid-go/braid/vet/rules"
)

// Every rule NAME has testdata/src/NAME, whose "want" comments say all that it
// finds there; testdata/src/NAME_SHAPE has what a shape finds that is off by default,
// and is looked at with that shape on, NAME_all with all. The folders of testdata/src/tie are programs, each named for a
// migration or for a part of tie, with what the fixes make of them; golden_test.go runs both.
func TestRulesFindWhatTheirTestDataSays(t *testing.T) {
	t.Parallel()
	var pkgs []string
	for _, main := range programs(t) {
		pkgs = append(pkgs, "tie/"+filepath.Base(filepath.Dir(main)))
	}
	for _, r := range rules.All() {
		if r.Migration && r.Name != "tie" {
			continue // their test data are programs
		}
		pkgs = append(pkgs, r.Name)
		if _, err := os.Stat(filepath.Join("testdata", "src", r.Name, "main")); err == nil {
			pkgs = append(pkgs, r.Name+"/main")
		}
		_, err := os.Stat(filepath.Join("testdata", "src", r.Name+"_all"))
		all := err == nil
		if all {
			pkgs = append(pkgs, r.Name+"_all")
		}
		for _, s := range r.Shapes {
			pkg := r.Name + "_" + s.Name
			if _, err := os.Stat(filepath.Join("testdata", "src", pkg)); err == nil {
				pkgs = append(pkgs, pkg)
			} else if s.Off && !all {
				t.Errorf("%s/%s is off by default and has no test data", r.Name, s.Name)
			}
		}
	}
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), together(byName), pkgs...)
}

// union is an analyzer, still without Run, that may do what any of the rules may.
func union() *analysis.Analyzer {
	all := &analysis.Analyzer{Name: "rules", Doc: "all rules"}
	for _, a := range slices.Concat(rules.Analyzers(), rules.Migrations()) {
		for _, r := range a.Requires {
			if !slices.Contains(all.Requires, r) {
				all.Requires = append(all.Requires, r)
			}
		}
		all.FactTypes = append(all.FactTypes, a.FactTypes...)
	}
	return all
}

// together is all rules as one analyzer, so that what the test data imports is
// loaded once: it applies to each package the rule that ruleOf gives.
func together(ruleOf func(path string) (r *rules.Rule, shape string)) *analysis.Analyzer {
	all := union()
	all.Run = func(pass *analysis.Pass) (any, error) {
		r, shape := ruleOf(pass.Pkg.Path())
		if r == nil {
			return nil, nil
		}
		flags.Lock()
		defer flags.Unlock()
		if shape != "" {
			if err := r.Analyzer.Flags.Set("shapes", shape); err != nil {
				return nil, err
			}
			defer r.Analyzer.Flags.Set("shapes", "")
		}
		one := *pass
		one.Analyzer = r.Analyzer
		_, err := r.Analyzer.Run(&one)
		return nil, err
	}
	return all
}

// flags are the rules' own, which all tests share.
var flags sync.Mutex

// byName gives the rule that a package of the test data is for: of NAME, NAME_SHAPE
// and NAME/dep, which NAME imports, that is NAME, and of tie/NAME too if there is such a rule.
func byName(path string) (*rules.Rule, string) {
	if path == "google.golang.org/grpc" { // what it has of this rule's facts
		path = "noctx"
	}
	first, last, _ := strings.Cut(path, "/")
	if r := rules.Named(last); r != nil {
		return r, ""
	}
	name, shape, _ := strings.Cut(first, "_")
	return rules.Named(name), shape
}

// The snippets of a rule's page are Go that compiles; the rule finds something in the
// wrong one and nothing in the right one. Of a migration the one before is what it finds.
func TestSnippetsOfPagesShowTheRule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src := filepath.Join(dir, "src")
	if err := os.CopyFS(src, os.DirFS(filepath.Join("testdata", "src"))); err != nil {
		t.Fatal(err)
	}
	type snippet struct {
		rule  *rules.Rule
		wrong bool
	}
	of := map[string]snippet{}
	var pkgs []string
	for _, r := range rules.All() {
		for _, s := range []snippet{{r, true}, {r, false}} {
			text, pkg := r.Right, "right_"+r.Name
			if s.wrong {
				text, pkg = r.Wrong, "wrong_"+r.Name
			}
			whole := withImports(t, text)
			if err := os.MkdirAll(filepath.Join(src, pkg), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(src, pkg, "snippet.go"), []byte(whole), 0o666); err != nil {
				t.Fatal(err)
			}
			of[pkg] = s
			pkgs = append(pkgs, pkg)
		}
	}
	all := together(func(path string) (*rules.Rule, string) { return of[path].rule, "" })
	found := map[string]int{}
	var mu sync.Mutex
	look := all.Run
	all.Run = func(pass *analysis.Pass) (any, error) {
		one, s := *pass, of[pass.Pkg.Path()]
		one.Report = func(d analysis.Diagnostic) {
			mu.Lock()
			defer mu.Unlock()
			found[pass.Pkg.Path()]++
			if !s.wrong {
				t.Errorf("%s finds in what is right: %s", s.rule.Name, d.Message)
			}
		}
		return look(&one)
	}
	analysistest.Run(t, dir, all, pkgs...)
	for _, pkg := range pkgs {
		if s := of[pkg]; s.wrong && found[pkg] == 0 {
			t.Errorf("%s finds nothing in what is wrong", s.rule.Name)
		}
	}
}

// withImports makes a file of declarations: it imports what they name.
func withImports(t *testing.T, text string) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "snippet.go", "package snippet\n"+text, 0)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{
		"braid": "github.com/braid-go/braid", "errgroup": "golang.org/x/sync/errgroup",
		"conc": "github.com/sourcegraph/conc", "pool": "github.com/sourcegraph/conc/pool",
		"http": "net/http", "sql": "database/sql", "exec": "os/exec", "signal": "os/signal", "slog": "log/slog", "rand": "math/rand", "atomic": "sync/atomic", "filepath": "path/filepath", "fs": "io/fs", "tls": "crypto/tls",
	}
	names := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && (paths[id.Name] != "" || importable[id.Name]) && !declared(f, id.Name) {
				names[id.Name] = true
			}
		}
		return true
	})
	var b strings.Builder
	b.WriteString("package snippet\n\nimport (\n")
	for _, name := range slices.Sorted(maps.Keys(names)) {
		path := paths[name]
		if path == "" {
			path = name
		}
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	return b.String() + ")\n" + text
}

// Packages that snippets name and whose path is their name.
var importable = map[string]bool{
	"bufio": true, "bytes": true, "context": true, "errors": true, "fmt": true, "io": true, "log": true, "net": true, "os": true, "runtime": true,
	"slices": true, "strings": true, "strconv": true, "sync": true, "time": true,
}

// declared tells whether a parameter or variable of that name is declared in the file.
func declared(f *ast.File, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, id := range n.Names {
				found = found || id.Name == name
			}
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && n.Tok == token.DEFINE {
					found = found || id.Name == name
				}
			}
		}
		return true
	})
	return found
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
