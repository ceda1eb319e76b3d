package rules_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/braid-go/braid/vet/rules"
)

// Each folder of testdata/src/tie is a program, named for a migration or for a part of tie. The fixes make of it what its golden
// file says; both are compiled, and both print the same.
func TestWhatTheFixesMakeCompilesAndPrintsWhatItPrintedBefore(t *testing.T) {
	root := filepath.Join(analysistest.TestData(), "src", "tie")
	dirs, err := filepath.Glob(filepath.Join(root, "*", "main.go"))
	if err != nil || len(dirs) == 0 {
		t.Fatal(err)
	}
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
	for _, main := range dirs {
		name := filepath.Base(filepath.Dir(main))
		rule := rules.Named(name) // or else it is about a part of tie
		if rule == nil {
			rule = rules.Tie
		}
		analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), rule.Analyzer, "tie/"+name)
		before, err := os.ReadFile(main)
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(main + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(tmp, "before", name, "main.go"), before)
		write(t, filepath.Join(tmp, "after", name, "main.go"), after)
	}
	if err := os.Mkdir(filepath.Join(tmp, "bin"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"before", "after"} {
		run(t, tmp, "go", "build", "-o", filepath.Join(tmp, "bin", when)+string(filepath.Separator), "./"+when+"/...")
	}
	for _, main := range dirs {
		name := filepath.Base(filepath.Dir(main))
		t.Run(name, func(t *testing.T) {
			before := run(t, tmp, filepath.Join(tmp, "bin", "before", name))
			after := run(t, tmp, filepath.Join(tmp, "bin", "after", name))
			if before != after || strings.Count(before, "\n") < 3 {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
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
