// Package variants measures what the rules find in code that was not written for
// them: testdata has one-function variants of each of the loose ends that the rules
// are about, as people write them, by class (a to j). They were written from the
// description of the classes alone, before anybody looked at the analyzers. Beside
// each stands the same thing done right, where nothing may be found.
//
// testdata/recall.txt is the table of what is found: "go test -run TestRecall
// -update ./internal/variants" writes it. A variant may be added, and a twin that
// turns out to be wrong may be mended; one that is not found stays.
package variants

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"golang.org/x/tools/go/analysis/checker"
	stdvet "golang.org/x/tools/go/analysis/suite/vet"
	"golang.org/x/tools/go/packages"

	"github.com/braid-go/braid/vet/rules"
)

var update = flag.Bool("update", false, "write testdata/recall.txt anew")

// class is what the rules of one letter have in common. Blind is how many of its variants were found by
// default when they had just been written, of how many: of those written before anybody looked at the analyzers;
// of those in second.go, written by somebody who had mended the rules for the first, and found before they were
// mended again; and of those in third to eighth, each written by somebody who had looked at no rule.
type class struct {
	what  string
	rules []string
	blind [8][2]int
}

var classes = map[string]class{
	"a": {"swallowed cancellation", []string{"swallowed", "recovered", "multierror"}, [8][2]int{{13, 27}, {4, 7}, {4, 9}, {2, 8}, {5, 10}, {3, 10}, {1, 8}}},
	"b": {"work outside a group", []string{"loose", "unjoined", "lateadd", "stranded", "endless", "waitgroup"}, [8][2]int{{31, 34}, {7, 8}, {9, 12}, {8, 8}, {8, 10}, {8, 10}, {6, 8}}},
	"c": {"wait that ignores the context", []string{"blocking", "sleep", "deadline", "noctx", "busyloop", "pausable", "withctx"}, [8][2]int{{30, 39}, {9, 10}, {3, 10}, {3, 8}, {4, 10}, {4, 10}, {3, 8}}},
	"d": {"several errors as one", []string{"multierror", "sentinel"}, [8][2]int{{14, 16}, {5, 5}, {5, 5}, {6, 8}, {7, 10}, {7, 10}, {4, 8}}},
	"e": {"escape", []string{"escape", "unjoined"}, [8][2]int{{11, 18}, {5, 6}, {5, 6}, {3, 8}, {6, 10}, {6, 10}, {5, 8}}},
	"f": {"wrong context", []string{"wrongctx", "shadowed", "background"}, [8][2]int{{9, 12}, {5, 5}, {2, 4}, {3, 8}, {4, 10}, {4, 10}, {4, 8}, {7, 9}}},
	"g": {"dropped group error", []string{"dropped", "swallowed/shadowed"}, [8][2]int{{9, 11}, {4, 4}, {3, 3}, {6, 8}, {10, 10}, {8, 10}, {3, 8}, {7, 9}}},
	"h": {"cancel or Stop missing", []string{"cancel", "lostcancel", "unstopped", "loose/afterfunc", "loose/alone"}, [8][2]int{{9, 13}, {4, 5}, {3, 4}, {7, 8}, {5, 10}, {7, 10}, {4, 8}, {6, 9}}},
	"i": {"unbounded spawn", []string{"unbounded"}, [8][2]int{{5, 8}, {3, 3}, {2, 3}, {5, 8}, {3, 10}, {4, 10}, {2, 8}, {4, 9}}},
	"j": {"misuse of braid", []string{"handle", "osthread", "owned", "clause", "abandon", "escape", "wrongctx"}, [8][2]int{{11, 15}, {4, 5}, {4, 4}, {5, 8}, {6, 10}, {8, 10}, {4, 8}, {8, 9}}},
}

// variant is a function of the corpus, with what was found in it.
type variant struct {
	class, name, what string
	wrong, fine       bool
	found, asked      []string // by default; only when asked for
}

// hit tells whether a rule of the variant's class is among the categories.
func (v *variant) hit(categories []string) bool {
	return slices.ContainsFunc(categories, func(c string) bool {
		rule, _, _ := strings.Cut(c, "/")
		return slices.Contains(classes[v.class].rules, rule) || slices.Contains(classes[v.class].rules, c)
	})
}

// byTwin has shapes whose evidence is what another function of the package does: here that is mostly the twin, which nobody has beside a mistake, so it does not count
// as found by default.
var byTwin = map[string]bool{"blocking/elsewhere": true}

// migrates tells whether a category is one of carrying code over, which says nothing of right and wrong.
func migrates(category string) bool {
	rule, _, _ := strings.Cut(category, "/")
	r := rules.Named(rule)
	return r != nil && r.Migration
}

var mark = regexp.MustCompile(`^(?:want-rule \(([a-j])\): (.+)|fine: (.+)|part of (\w+): .+)\n?$`)

// TestRecall compares what the rules find in the corpus with the table, and fails if they
// find anything in a function that is as it should be.
func TestRecall(t *testing.T) {
	analyzers := slices.Concat(rules.Analyzers(), rules.Migrations())
	for _, a := range stdvet.Suite { // go vet's own, which are found with the rules, and are about the same
		if a.Name == "lostcancel" || a.Name == "waitgroup" {
			analyzers = append(analyzers, a)
		}
	}
	off := map[string]bool{} // categories that are found only when asked for
	for _, r := range rules.All() {
		if err := r.Analyzer.Flags.Set("shapes", "all"); err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Shapes {
			off[r.Name+"/"+s.Name] = s.Off || r.Migration
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Context: t.Context(), ParseFile: parse}, patterns()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			t.Fatal(p.Errors)
		}
	}
	packages.Visit(pkgs, nil, func(p *packages.Package) { p.IllTyped = false })
	graph, err := checker.Analyze(analyzers, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}

	var all []*variant
	at := map[*packages.Package]func(token.Pos) *variant{}
	for _, p := range pkgs {
		list, find := functions(t, p)
		all = append(all, list...)
		at[p] = find
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
		for _, d := range act.Diagnostics {
			category := act.Analyzer.Name
			if _, ok := off[d.Category]; ok {
				category = d.Category
			}
			v := at[act.Package](d.Pos)
			switch {
			case v == nil && off[category]:
			case v == nil:
				t.Errorf("%s: outside every variant: %s: %s", act.Package.Fset.Position(d.Pos), category, d.Message)
			case (off[category] || byTwin[category] && !v.fine) && !slices.Contains(v.asked, category):
				v.asked = append(v.asked, category)
			case !off[category] && v.fine:
				t.Errorf("%s: a false alarm: %s: %s", act.Package.Fset.Position(d.Pos), category, d.Message)
				fallthrough
			case !off[category] && !byTwin[category] && !slices.Contains(v.found, category):
				v.found = append(v.found, category)
			}
		}
	}

	summary, table := tell(all)
	t.Logf("\n%s", summary)
	golden := filepath.Join("testdata", "recall.txt")
	got := append(summary, table...)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has not what the rules find now: with -update it is written, and the difference is to be read line by line", golden)
		wants := strings.Split(string(want), "\n")
		for line := range strings.SplitSeq(string(got), "\n") {
			if !slices.Contains(wants, line) {
				t.Errorf("now: %s", line)
			}
		}
	}
}

// A function may be the value of a variable of the package, which no declaration is around.
func TestRulesSurviveFunctionsInVariables(t *testing.T) {
	pkgs := odd(t, func(fset *token.FileSet, file string, src []byte) (*ast.File, error) {
		return parse(fset, file, declared.ReplaceAll(src, []byte("var $1 = func(")))
	})
	sound := slices.DeleteFunc(slices.Clone(pkgs), func(p *packages.Package) bool { return len(p.Errors) > 0 }) // not those that call themselves
	if len(sound) < len(pkgs)/2 {
		t.Fatalf("%d of %d are packages still", len(sound), len(pkgs))
	}
	survive(t, sound)
}

// A function literal may have nothing in it. What nobody uses then does not matter to a rule.
func TestRulesSurviveEmptyLiterals(t *testing.T) {
	survive(t, odd(t, func(fset *token.FileSet, file string, src []byte) (*ast.File, error) {
		f, err := parse(fset, file, src)
		if f != nil {
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.FuncLit); ok && lit.Type.Results == nil {
					lit.Body.List = nil
				}
				return true
			})
		}
		return f, err
	}))
}

// What is valid and nobody writes, no rule may count on not being written.
func TestRulesSurviveWhatNobodyWrites(t *testing.T) {
	for _, r := range rules.All() {
		if err := r.Analyzer.Flags.Set("shapes", "all"); err != nil {
			t.Fatal(err)
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Context: t.Context(), ParseFile: parse}, "./testdata/odd")
	if err != nil || len(pkgs) != 1 || len(pkgs[0].Errors) > 0 {
		t.Fatal(err, pkgs[0].Errors)
	}
	survive(t, pkgs)
}

// odd loads the corpus with its files parsed another way.
func odd(t *testing.T, parseOdd func(fset *token.FileSet, file string, src []byte) (*ast.File, error)) []*packages.Package {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Context: t.Context(), ParseFile: func(fset *token.FileSet, file string, src []byte) (*ast.File, error) {
		if strings.Contains(filepath.ToSlash(file), "/variants/testdata/") {
			return parseOdd(fset, file, src)
		}
		return parse(fset, file, src)
	}}, patterns()...)
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

// survive runs all rules and migrations.
func survive(t *testing.T, pkgs []*packages.Package) {
	packages.Visit(pkgs, nil, func(p *packages.Package) { p.IllTyped = false })
	graph, err := checker.Analyze(slices.Concat(rules.Analyzers(), rules.Migrations()), pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Error(act.Err)
		}
	}
}

var declared = regexp.MustCompile(`(?m)^func (\w+)\(`)

func patterns() (all []string) {
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		for _, lot := range []string{"", "third/", "fourth/", "fifth/", "sixth/", "seventh/", "eighth/"} {
			if dir := "./testdata/" + lot + c; isDir(dir) { // the eighth has five classes
				all = append(all, dir)
			}
		}
	}
	return all
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// parse gives a file; functions from outside this repository lose their bodies, which no rule
// needs here and which take most of the time. Then imports are left that have no use, which
// makes errors of types that say nothing.
func parse(fset *token.FileSet, file string, src []byte) (*ast.File, error) {
	f, err := parser.ParseFile(fset, file, src, parser.ParseComments|parser.SkipObjectResolution)
	if f != nil && !strings.HasPrefix(file, repository) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				fn.Body = nil
			}
		}
	}
	return f, err
}

var repository, _ = filepath.Abs("../../..")

// functions gives the marked functions of a package, and what tells which of them a
// position belongs to. What belongs to a named function counts as the other's.
func functions(t *testing.T, p *packages.Package) (list []*variant, at func(token.Pos) *variant) {
	type span struct {
		from, to token.Pos
		owner    string
	}
	var spans []span
	named := map[string]*variant{}
	for _, f := range p.Syntax {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name := fn.Name.Name
			m := mark.FindStringSubmatch(fn.Doc.Text())
			switch {
			case m == nil:
				continue
			case m[4] != "":
				spans = append(spans, span{fn.Pos(), fn.End(), m[4]})
				continue
			}
			v := &variant{class: p.Name, name: name, what: m[2] + m[3], wrong: m[1] != "", fine: m[3] != ""}
			if v.wrong && m[1] != p.Name || named[name] != nil {
				t.Fatalf("%s: a mark of another class, or a second %s", p.Fset.Position(fn.Pos()), name)
			}
			named[name] = v
			list = append(list, v)
			spans = append(spans, span{fn.Pos(), fn.End(), name})
		}
	}
	for name, v := range named {
		if twin := named[name+"OK"]; v.wrong && (twin == nil || !twin.fine) {
			t.Fatalf("%s.%s has no twin that is right", p.Name, name)
		}
	}
	return list, func(pos token.Pos) *variant {
		for _, s := range spans {
			if s.from <= pos && pos < s.to {
				return named[s.owner]
			}
		}
		return nil
	}
}

// tell gives the recall by class, and what is found in each wrong function.
func tell(all []*variant) (summary, table []byte) {
	var sum, each bytes.Buffer
	w := tabwriter.NewWriter(&sum, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "class\t\twrong\tfound\twhen asked for\tblind, the first\tthe second\tthe third\tthe fourth\tthe fifth\tthe sixth\tthe seventh\tthe eighth")
	row := func(name, what string, n [3]int, blind [8][2]int) {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d", name, what, n[0], n[1], n[2])
		for _, b := range blind {
			if b[1] == 0 {
				fmt.Fprint(w, "\t")
				continue
			}
			fmt.Fprintf(w, "\t%d of %d", b[0], b[1])
		}
		fmt.Fprintln(w)
	}
	var total class
	var totals [3]int
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		var n [3]int
		for _, v := range all {
			if v.class != c || !v.wrong {
				continue
			}
			n[0]++
			state := "MISSED"
			switch {
			case v.hit(v.found):
				n[1]++
				state = "found"
			case v.hit(v.asked):
				n[2]++
				state = "asked"
			}
			slices.Sort(v.found)
			slices.Sort(v.asked)
			fmt.Fprintf(&each, "%-7s %s.%s: %s", state, v.class, v.name, strings.Join(v.found, " "))
			if asked := slices.DeleteFunc(v.asked, func(c string) bool { return strings.HasPrefix(c, "tie/") }); len(asked) > 0 {
				fmt.Fprintf(&each, " (%s)", strings.Join(asked, " "))
			}
			fmt.Fprintf(&each, " -- %s\n", v.what)
		}
		row(c, classes[c].what, n, classes[c].blind)
		for i := range n {
			totals[i] += n[i]
		}
		for i, b := range classes[c].blind {
			total.blind[i][0] += b[0]
			total.blind[i][1] += b[1]
		}
	}
	row("all", "", totals, total.blind)
	w.Flush()
	fine, noisy := 0, 0
	for _, v := range all {
		if v.fine {
			fine++
			if slices.ContainsFunc(v.asked, func(c string) bool { return !migrates(c) }) {
				noisy++
			}
		}
	}
	fmt.Fprintf(&sum, "Nothing is found by default in the %d that are right; with all shapes something is in %d of them.\n\n", fine, noisy)
	return sum.Bytes(), each.Bytes()
}
