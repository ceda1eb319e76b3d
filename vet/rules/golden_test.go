package rules_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/braid-go/braid/vet/rules"
)

// programs gives the programs that the fixes are tried on.
func programs(t *testing.T) []string {
	t.Helper()
	mains, err := filepath.Glob(filepath.Join(analysistest.TestData(), "src", "tie", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatal(err)
	}
	return mains
}

// What the fixes make of a program is in its golden file, which rules_test.go holds them to. Both are compiled, and both print the same. To link once, they are
// packages of one program.
func TestWhatTheFixesMakeCompilesAndPrintsWhatItPrintedBefore(t *testing.T) {
	t.Parallel()
	root := filepath.Join(analysistest.TestData(), "src", "tie")
	mains := programs(t)
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte("../../../../.."), []byte(repository))
		write(t, filepath.Join(tmp, name), text)
	}
	var names []string
	var imports, cases strings.Builder
	for _, main := range mains {
		name := filepath.Base(filepath.Dir(main))
		names = append(names, name)
		for when, file := range map[string]string{"before": main, "after": main + ".golden"} {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pkg := when + "_" + name
			text = bytes.Replace(text, []byte("package main\n"), []byte("package "+pkg+"\n"), 1)
			text = bytes.Replace(text, []byte("\nfunc main() {"), []byte("\nfunc Main() {"), 1)
			write(t, filepath.Join(tmp, pkg, "main.go"), text)
			fmt.Fprintf(&imports, "import %q\n", "tie/"+pkg)
			fmt.Fprintf(&cases, "\tcase %q:\n\t\t%s.Main()\n", pkg, pkg)
		}
	}
	write(t, filepath.Join(tmp, "main.go"), []byte("package main\n\nimport \"os\"\n"+imports.String()+
		"\nfunc main() {\n\tswitch os.Args[1] {\n"+cases.String()+"\t}\n}\n"))
	run(t, tmp, "go", "build", "-ldflags=-w", "-o", "programs", ".")
	t.Run("finds nothing new", func(t *testing.T) { findsNothingNew(t, tmp) })
	t.Run("joins nothing", func(t *testing.T) { joinsNothing(t, filepath.Join(tmp, "programs")) })
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			before := run(t, tmp, filepath.Join(tmp, "programs"), "before_"+name)
			after := run(t, tmp, filepath.Join(tmp, "programs"), "after_"+name)
			if before != after || strings.Count(before, "\n") < 3 {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// What the fixes make is as clean for the rules as what they were given.
func findsNothingNew(t *testing.T, dir string) {
	flags.Lock()
	defer flags.Unlock()
	cfg := &packages.Config{Dir: dir, Mode: packages.LoadAllSyntax | packages.NeedModule, Env: append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")}
	pkgs, err := packages.Load(cfg, "./...")
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze(rules.Analyzers(), pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string][]string{} // by package and shape
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatal(act.Err)
		}
		pkg := act.Package.Name
		for _, d := range act.Diagnostics {
			if found[pkg] == nil {
				found[pkg] = map[string][]string{}
			}
			found[pkg][d.Category] = append(found[pkg][d.Category], fmt.Sprintf("%s: %s", act.Package.Fset.Position(d.Pos), d.Message))
		}
	}
	for pkg, after := range found {
		name, is := strings.CutPrefix(pkg, "after_")
		for shape, list := range after {
			if before := found["before_"+name][shape]; is && len(list) > len(before) {
				t.Errorf("%s: %s\nbefore:\n%s\nafter:\n%s", name, shape, strings.Join(before, "\n"), strings.Join(list, "\n"))
			}
		}
	}
}

// golang/go#76126: behind the join of a task that panics nothing runs, as little as if the process had ended at once.
func joinsNothing(t *testing.T, programs string) {
	for what, program := range map[string]string{
		"panics":   "after_regressions", // comes out of the join, and nobody recovers it
		"recovers": "after_regressions", // kills the process, although somebody would
		"slots":    "after_slots",       // leaves nobody waiting for a slot
	} {
		out, err := exec.CommandContext(t.Context(), programs, program, what).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "the task's") {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
		for _, not := range []string{"joined", "alive", "recovered"} {
			if strings.Contains(string(out), not+" ") || strings.Contains(string(out), not+"\n") {
				t.Errorf("%s: the process went on:\n%s", what, out)
			}
		}
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}
