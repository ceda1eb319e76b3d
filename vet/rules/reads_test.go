package rules_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/braid-go/braid/vet/rules"
)

// Files are read for their text, of which fixes are made. Generated clients have megabytes
// of statements with nothing in them: those must not cost a reading each.
func TestFilesInWhichNothingIsFoundAreNotRead(t *testing.T) {
	src := filepath.Join(t.TempDir(), "src")
	if err := os.MkdirAll(filepath.Join(src, "plain"), 0o777); err != nil {
		t.Fatal(err)
	}
	text := "package plain\n\nfunc f(err error) (n int) {\n" +
		strings.Repeat("\t{\n\t\tvar a int\n\t\tb, c := make([]int, 1), err == nil\n\t\t_, _, _ = a, b, c\n\t}\n", 100) + "\treturn n\n}\n"
	if err := os.WriteFile(filepath.Join(src, "plain", "a.go"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	reads := map[string]int{}
	all := union()
	all.Run = func(pass *analysis.Pass) (any, error) {
		for _, a := range slices.Concat(rules.Analyzers(), rules.Migrations()) {
			one := *pass
			one.Analyzer = a
			one.ReadFile = func(name string) ([]byte, error) {
				reads[a.Name]++
				return pass.ReadFile(name)
			}
			if _, err := a.Run(&one); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	analysistest.Run(t, filepath.Dir(src), all, "plain")
	if len(reads) > 0 {
		t.Errorf("read for nothing, by rule: %v", reads)
	}
}
