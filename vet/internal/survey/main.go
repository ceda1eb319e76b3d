// Command survey runs all rules over large bodies of code and counts what they
// find. docs/vet.md has what came out of it, and what a reader of a random sample
// thought of it:
//
//	go run ./internal/survey std ..                              # must find nothing
//	go run ./internal/survey -sample 100 go.k6.io/k6@v1.4.0 …    # counts, and 100 places to read
//
// An argument is "std", the folder of a module, or MODULE@VERSION, which comes
// from the module proxy and goes to a temporary folder. Functions of
// dependencies are read without their bodies, but for those that are given a context or a WaitGroup or make a context, of which
// rules want to know more; those of the standard library with
// them. The times are of loading with the type-check, and of all rules after that.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/braid-go/braid/vet/rules"
)

var (
	sample  = flag.Int("sample", 0, "print this many findings, taken at random")
	seed    = flag.Uint64("seed", 1, "which ones")
	all     = flag.Bool("all", false, "print all findings")
	off     = flag.Bool("off", false, "look for the shapes too that are off by default")
	migrate = flag.Bool("migrate", false, "run the migrations instead of the rules")
	only    = flag.String("packages", "./...", "the packages of each module, parted by spaces")
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("survey: ")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// finding is one of a module's.
type finding struct {
	module   string
	at       token.Position
	category string
	message  string
	fix      bool
}

func run(ctx context.Context, args []string, out io.Writer) error {
	analyzers := rules.Analyzers()
	if *migrate {
		analyzers = rules.Migrations()
	}
	if *off {
		for _, a := range analyzers {
			if err := a.Flags.Set("shapes", "all"); err != nil {
				return err
			}
		}
	}
	var found []finding
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "module\tpackages\tlines\tload\trules\tfindings\tbroken packages")
	for _, arg := range args {
		name, dir, remove, err := source(ctx, arg)
		if err != nil {
			return err
		}
		r, err := look(ctx, name, dir, analyzers)
		remove()
		if err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
		found = append(found, r.found...)
		fmt.Fprintf(table, "%s\t%d\t%d\t%.1fs\t%.1fs\t%d\t%d\n", name, r.packages, r.lines, r.load.Seconds(), r.rules.Seconds(), len(r.found), r.broken)
		table.Flush()
	}
	counts(out, args, found)
	if *all {
		list(out, found)
	}
	rng := rand.New(rand.NewPCG(*seed, 0))
	rng.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	list(out, found[:min(*sample, len(found))])
	return nil
}

func list(out io.Writer, found []finding) {
	for _, f := range found {
		fixed := ""
		if f.fix {
			fixed = " (has a fix)"
		}
		fmt.Fprintf(out, "%s: %s:%d:%d: %s: %s%s\n", f.module, f.at.Filename, f.at.Line, f.at.Column, f.category, f.message, fixed)
	}
	fmt.Fprintln(out)
}

// goroot tells where the standard library is.
func goroot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	return strings.TrimSpace(string(out)), err
}

// source brings a module to where it can be loaded.
func source(ctx context.Context, arg string) (name, dir string, remove func(), err error) {
	nothing := func() {}
	if arg == "std" {
		dir, err = goroot(ctx)
		return arg, dir, nothing, err
	}
	if !strings.Contains(arg, "@") {
		dir, err = filepath.Abs(arg)
		return filepath.Base(dir), dir, nothing, err
	}
	raw, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", arg).Output()
	if err != nil {
		return "", "", nothing, fmt.Errorf("%s: %w\n%s", arg, err, raw)
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(raw, &m); err != nil {
		return "", "", nothing, err
	}
	tmp, err := os.MkdirTemp("", "survey")
	if err != nil {
		return "", "", nothing, err
	}
	remove = func() { _ = os.RemoveAll(tmp) }
	dir = filepath.Join(tmp, "m")
	if err := os.CopyFS(dir, os.DirFS(m.Dir)); err != nil {
		return "", "", remove, err
	}
	return arg, dir, remove, released(filepath.Join(dir, "go.mod"))
}

// released takes what is replaced by a folder next door out of a go.mod: a module that comes
// from the proxy has no neighbours, and builds with what they have released. A neighbour that
// was never released is not required either; the packages that import it are broken.
func released(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(file, raw, nil)
	if err != nil {
		return err
	}
	for _, r := range slices.Clone(mod.Replace) {
		if r.New.Version != "" {
			continue
		}
		if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return err
		}
		never := func(q *modfile.Require) bool {
			at, err := module.PseudoVersionTime(q.Mod.Version)
			return q.Mod.Path == r.Old.Path && err == nil && at.Year() == 1
		}
		if slices.ContainsFunc(mod.Require, never) {
			if err := mod.DropRequire(r.Old.Path); err != nil {
				return err
			}
		}
	}
	mod.Cleanup()
	if raw, err = mod.Format(); err != nil {
		return err
	}
	return os.WriteFile(file, raw, 0o644)
}

type result struct {
	packages, lines, broken int
	load, rules             time.Duration
	found                   []finding
}

func look(ctx context.Context, name, dir string, list []*analysis.Analyzer) (*result, error) {
	patterns := strings.Fields(*only)
	if name == "std" {
		patterns = []string{"std"}
	}
	start := time.Now()
	goroot, err := goroot(ctx)
	if err != nil {
		return nil, err
	}
	cfg := &packages.Config{
		Context: ctx, Dir: dir, Mode: packages.LoadAllSyntax | packages.NeedModule,
		Env: append(os.Environ(), "CGO_ENABLED=0"),
		ParseFile: func(fset *token.FileSet, file string, src []byte) (*ast.File, error) {
			within := strings.HasPrefix(file, dir+string(filepath.Separator)) || strings.HasPrefix(file, goroot)
			if within {
				return parser.ParseFile(fset, file, src, parser.ParseComments|parser.SkipObjectResolution)
			}
			f, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
			if f != nil {
				for _, d := range f.Decls {
					if fn, ok := d.(*ast.FuncDecl); ok && !ofInterest(fn) {
						fn.Body = nil
					}
				}
			}
			return f, err
		},
	}
	if name != filepath.Base(dir) {
		cfg.Env = append(cfg.Env, "GOWORK=off", "GOFLAGS=-mod=mod")
	}
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, err
	}
	r := &result{packages: len(pkgs), load: time.Since(start)}
	for _, p := range pkgs {
		for _, f := range p.Syntax {
			r.lines += p.Fset.Position(f.FileEnd).Line
		}
		if len(p.TypeErrors) > 0 { // left out; what imports it has its types, as far as it goes
			r.broken++
			p.Syntax = nil
		}
	}
	// A file without its bodies has imports that nothing uses, which breaks nothing.
	packages.Visit(pkgs, nil, func(p *packages.Package) { p.IllTyped = false })
	start = time.Now()
	graph, err := checker.Analyze(list, pkgs, nil)
	if err != nil {
		return nil, err
	}
	r.rules = time.Since(start)
	for _, act := range graph.Roots {
		if act.Err != nil {
			return nil, act.Err
		}
		for _, d := range act.Diagnostics {
			at := act.Package.Fset.Position(d.Pos)
			if rel, err := filepath.Rel(dir, at.Filename); err == nil {
				at.Filename = rel
			}
			r.found = append(r.found, finding{name, at, d.Category, d.Message, len(d.SuggestedFixes) > 0})
		}
	}
	slices.SortFunc(r.found, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.at.Filename, b.at.Filename), a.at.Line-b.at.Line, a.at.Column-b.at.Column, strings.Compare(a.category, b.category))
	})
	return r, nil
}

// ofInterest tells whether facts may be known of a function: it has a parameter of a type that is written
// context.Context or *sync.WaitGroup, or is a function; or it makes a fresh context for what it calls.
func ofInterest(fn *ast.FuncDecl) bool {
	for _, field := range fn.Type.Params.List {
		t := field.Type
		if _, ok := t.(*ast.FuncType); ok {
			return true
		}
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if sel, ok := t.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Context" || sel.Sel.Name == "WaitGroup") {
			return true
		}
	}
	fresh := false
	if fn.Body != nil {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			fresh = fresh || ok && (sel.Sel.Name == "Background" || sel.Sel.Name == "TODO")
			return !fresh
		})
	}
	return fresh
}

// counts writes how often each shape was found in each module.
func counts(out io.Writer, args []string, found []finding) {
	n := map[string]map[string]int{}
	var modules []string
	for _, f := range found {
		if n[f.category] == nil {
			n[f.category] = map[string]int{}
		}
		n[f.category][f.module]++
		if !slices.Contains(modules, f.module) {
			modules = append(modules, f.module)
		}
	}
	if len(found) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "\nshape\t"+strings.Join(modules, "\t")+"\tall")
	for _, category := range slices.Sorted(maps.Keys(n)) {
		fmt.Fprint(table, category)
		sum := 0
		for _, m := range modules {
			fmt.Fprintf(table, "\t%d", n[category][m])
			sum += n[category][m]
		}
		fmt.Fprintf(table, "\t%d\n", sum)
	}
	fmt.Fprintln(table)
	table.Flush()
}
