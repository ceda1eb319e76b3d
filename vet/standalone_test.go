package vet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/braid-go/braid/vet"
)

// droppedCode imports nothing of the standard library: go vet hands its tool all that a
// package imports, and would do so again for each set of flags here.
const droppedCode = `package m

import "m/errgroup"

type lost struct{}

func (lost) Error() string { return "lost" }

func two() {
	var g errgroup.Group
	s := "é"
	g.Go(func() error { s = s; return lost{} })
	/* ü */ g.Wait()
	var x interface{} = 1
	_ = x
}
`

// module writes a module to a folder of its own. Its group is a stand-in under
// the true one's path, as a module of a vendor tree has it.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-mod=vendor")
	dir := t.TempDir()
	all := map[string]string{
		"go.mod":             "module m\n\ngo 1.26\n\nrequire golang.org/x/sync v0.24.0\n",
		"vendor/modules.txt": "# golang.org/x/sync v0.24.0\n## explicit; go 1.26\ngolang.org/x/sync/errgroup\n",
		"vendor/golang.org/x/sync/errgroup/errgroup.go": "package errgroup\n\ntype Group struct{ _ int }\n\n" +
			"func (*Group) Go(func() error) {}\nfunc (*Group) Wait() error { return nil }\n",
	}
	for name, text := range files {
		all[name] = strings.ReplaceAll(text, "m/errgroup", "golang.org/x/sync/errgroup")
	}
	for name, text := range all {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = vet.Main(t.Context(), "braidvet", args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestFindingsArePrintedWithPlaceSeverityAndRuleAndGoVetsOwnBesideThem(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	status, out, errs := run(t, "-C", dir, "./...")
	want := "a.go:12:22: warning: self-assignment of s (assign)\n" +
		"a.go:13:11: error: the group's error is dropped: the failures of all its tasks come out of this call alone (dropped/statement)\n"
	if status != 1 || out != want || errs != "" {
		t.Errorf("status %d\n%s%s\nwant 1\n%s", status, out, errs, want)
	}
}

func TestStdIsFalseLeavesGoVetsOwnAnalyzersOut(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	status, out, _ := run(t, "-std=false", "-C="+dir)
	if status != 1 || strings.Contains(out, "assign") || !strings.Contains(out, "dropped/statement") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestTheStatusCountsWhatIsAsSevereAsFailSays(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	for level, want := range map[string]int{"note": 1, "warning": 1, "error": 0, "never": 0} {
		status, out, errs := run(t, "-C", dir, "-fail="+level, "-assign")
		if status != want || !strings.Contains(out, "(assign)") || errs != "" {
			t.Errorf("-fail=%s: status %d, want %d\n%s%s", level, status, want, out, errs)
		}
	}
}

func TestCodeThatCannotBeCheckedIsToldFromCodeWithFindings(t *testing.T) {
	dir := module(t, map[string]string{"a.go": "package m\n\nfunc f() { undefined() }\n"})
	status, out, errs := run(t, "-C", dir)
	if status != 2 || out != "" || !strings.Contains(errs, "undefined") {
		t.Errorf("status %d, want 2\n%s%s", status, out, errs)
	}
}

func TestDiffTellsCodeThatCannotBeCheckedFromADifference(t *testing.T) {
	dir := module(t, map[string]string{"a.go": "package m\n\nfunc f() { undefined() }\n"})
	if status, out, errs := run(t, "-C", dir, "-diff"); status != 2 || out != "" || !strings.Contains(errs, "undefined") {
		t.Errorf("status %d, want 2\n%s%s", status, out, errs)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWhatCannotBeWrittenIsNotSuccess(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	for _, form := range []string{"-json=false", "-json", "-sarif", "-diff"} {
		var errs bytes.Buffer
		status := vet.Main(t.Context(), "braidvet", []string{"-C", dir, "-fail=never", form, "-assign", "-any"}, full{}, &errs)
		if status != 2 || errs.String() != "braidvet: no space left\n" {
			t.Errorf("%s: status %d, want 2\n%s", form, status, errs.String())
		}
	}
}

func TestAFlagThatNobodyKnowsIsToldWithoutTheUsageOfTheGoCommand(t *testing.T) {
	dir := module(t, map[string]string{"a.go": "package m\n"})
	for _, args := range [][]string{{"-nosuch"}, {"-fix", "-nosuch"}, {"-diff", "-nosuch"}} {
		status, out, errs := run(t, append([]string{"-C", dir}, args...)...)
		if status != 2 || out != "" || errs != "flag provided but not defined: -nosuch\nRun 'braidvet help' for all flags and rules.\n" {
			t.Errorf("%q: status %d\n%s%s", args, status, out, errs)
		}
	}
}

func TestCleanCodeGivesStatusZeroAndAnEmptyArray(t *testing.T) {
	dir := module(t, map[string]string{"a.go": "package m\n"})
	if status, out, errs := run(t, "-C", dir, "-json"); status != 0 || out != "[]\n" || errs != "" {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func TestAllFindsWhatIsOffByDefaultAsWell(t *testing.T) {
	dir := module(t, map[string]string{"a.go": `package m

import "context"

func receive(ctx context.Context, in <-chan int) (int, error) {
	v := <-in
	return v, ctx.Err()
}
`})
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, ""},
		{[]string{"-all"}, "a.go:6:7: note: "},
		{[]string{"--all=true", "-blocking"}, "a.go:6:7: note: "},
		{[]string{"-all=false"}, ""},
		{[]string{"-all", "-blocking.shapes=-all"}, ""},
	} {
		status, out, errs := run(t, append([]string{"-C", dir}, c.args...)...)
		if want := min(1, len(c.want)); status != want || !strings.HasPrefix(out, c.want) || c.want == "" && out != "" || errs != "" {
			t.Errorf("%q: status %d\n%s%s", c.args, status, out, errs)
		}
	}
}

func TestWrongFlagsAreRefusedOnce(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-json", "-sarif"}, "two forms of one output"},
		{[]string{"-fix", "-json"}, "go without -json"},
		{[]string{"-fail=bad"}, `-fail is note, warning, error or never, not "bad"`},
		{[]string{"-std=maybe"}, "-std is true or false"},
		{[]string{"-vettool=x"}, "its own tool"},
		{[]string{"-V"}, "-V is for go vet, which asks its tool by it (go version -m tells of which version a program is)"},
		{[]string{"-V=full"}, "-V is for go vet"},
		{[]string{"--V=short", "./..."}, "-V is for go vet"},
		{[]string{"-flags"}, "-flags is for go vet, which asks its tool by it; see braidvet help"},
		{[]string{"-dropped.shapes=nonsense"}, `dropped has no shape "nonsense"`},
		{[]string{"help", "nonsense"}, `there is no rule "nonsense"`},
	} {
		status, out, errs := run(t, c.args...)
		if status != 2 || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, c.want) {
			t.Errorf("%q: status %d, %s%s\nwant 2, %s", c.args, status, out, errs, c.want)
		}
	}
}

func TestJSONTellsEverythingThatIsKnownOfAFinding(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	_, out, _ := run(t, "-C", dir, "-json", "-dropped")
	var found []vet.Finding
	if err := json.Unmarshal([]byte(out), &found); err != nil || len(found) != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	f := found[0]
	want := vet.Span{File: "a.go", Line: 13, Column: 11, EndLine: 13, EndColumn: 19}
	if f.Rule != "dropped" || f.Shape != "statement" || f.Severity != "error" || f.Package != "m" || f.Span != want {
		t.Errorf("%+v", f)
	}
}

// SARIF counts columns in characters, and wants an index for each rule.
func TestSARIFNamesRulesPlacesAndFingerprints(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	status, out, _ := run(t, "-C", dir, "-sarif")
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID                   string
						ShortDescription     struct{ Text string }
						DefaultConfiguration struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID              string
				RuleIndex           int
				Level               string
				Message             struct{ Text string }
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI, URIBaseID string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &log); err != nil || status != 1 {
		t.Fatalf("status %d, %v\n%s", status, err, out)
	}
	conforms(t, out)
	if log.Version != "2.1.0" || !strings.Contains(log.Schema, "sarif-2.1.0") || len(log.Runs) != 1 || len(log.Runs[0].Results) != 2 {
		t.Fatalf("%+v", log)
	}
	run := log.Runs[0]
	for _, r := range run.Tool.Driver.Rules {
		if r.ID == "" || r.ShortDescription.Text == "" || r.DefaultConfiguration.Level == "" {
			t.Errorf("a rule lacks a word: %+v", r)
		}
	}
	for _, r := range run.Results {
		if got := run.Tool.Driver.Rules[r.RuleIndex].ID; got != r.RuleID {
			t.Errorf("index %d is %s, not %s", r.RuleIndex, got, r.RuleID)
		}
		if r.PartialFingerprints["primaryLocationLineHash"] == "" || r.Message.Text == "" {
			t.Errorf("%+v", r)
		}
	}
	at := run.Results[1].Locations[0].PhysicalLocation
	if at.ArtifactLocation.URI != "a.go" || at.ArtifactLocation.URIBaseID != "SRCROOT" || run.Results[1].Level != "error" {
		t.Errorf("%+v", run.Results[1])
	}
	// In bytes the call begins at column 11: ü is two.
	if r := at.Region; r.StartLine != 13 || r.StartColumn != 10 || r.EndColumn != 18 {
		t.Errorf("%+v", r)
	}
}

func TestGoVetRunsTheSameProgramAsItsTool(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "vet", "-vettool="+self, "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	for _, want := range []string{"a.go:13:11: the group's error is dropped", "a.go:12:22: self-assignment of s"} {
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v\n%s\nwant %s", err, out, want)
		}
	}
}

func TestOnlyWhatGoVetWritesMakesATool(t *testing.T) {
	config := filepath.Join(t.TempDir(), "vet.cfg")
	if err := os.WriteFile(config, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		is   bool
	}{
		{[]string{"-V=full"}, true},
		{[]string{"-flags"}, true},
		{[]string{config}, true},
		{[]string{"-dropped", "-fail", "note", config}, true},
		{nil, false},
		{[]string{"-V"}, false},
		{[]string{"-V=full", "./..."}, false},
		{[]string{"run", "--", "cat", config}, false},
		{[]string{"vet", "-V=full"}, false},
		{[]string{"-json", config + ".cfg"}, false},
	} {
		if vet.IsTool(c.args) != c.is {
			t.Errorf("%q: want %v", c.args, c.is)
		}
	}
}

func TestGoFixRunsTheSameProgramAsItsToolWithGoFixsOwnAnalyzers(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "fix", "-fixtool="+self, "./...")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "a.go"))
	if err != nil || !strings.Contains(string(text), "var x any =") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestFixLeavesGoFixsOwnAnalyzersOutUnlessStdAsksForThem(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode})
	want := "0 files would change\ngo get github.com/braid-go/braid first: 1 more could be tied\n"
	if status, out, errs := run(t, "-C", dir, "-diff"); status != 0 || out != "" || errs != want {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	if status, out, _ := run(t, "-C", dir, "-diff", "-std"); status != 1 || !strings.Contains(out, "+\tvar x any =") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// farApart has two changes in one hunk and one in the next, and no newline at its end.
var farApart = "package sub\n\nvar A interface{}\n\n\nvar b int\nvar C interface{}\n" + strings.Repeat("\nvar _ int\n", 9) +
	"\nvar D interface{}\n\n\nvar E interface{}"

func TestWhatDiffPrintsCanBeAppliedAndComesToWhatFixMakes(t *testing.T) {
	files := map[string]string{"a.go": droppedCode, "sub/far apart.go": farApart}
	for _, tool := range [][]string{{"git", "apply", "-"}, {"patch", "-p1", "--fuzz=0"}} {
		if _, err := exec.LookPath(tool[0]); err != nil {
			t.Log(err)
			continue
		}
		dir := module(t, files)
		status, diff, _ := run(t, "-C", dir, "-diff", "-std", "./...")
		if status != 1 || !strings.Contains(diff, "--- a/a.go\n+++ b/a.go\n") || strings.Contains(diff, dir) {
			t.Fatalf("status %d\n%s", status, diff)
		}
		cmd := exec.CommandContext(t.Context(), tool[0], tool[1:]...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "offset") {
			t.Fatalf("%v\n%s\n%s", err, out, diff)
		}
		fixed := module(t, files)
		if status, out, errs := run(t, "-C", fixed, "-fix", "-std", "./..."); status != 0 {
			t.Fatalf("status %d\n%s%s", status, out, errs)
		}
		for name, before := range files {
			got, want := content(t, dir, name), content(t, fixed, name)
			if got != want || got == before {
				t.Errorf("%s: %s makes of it\n%s\n-fix makes\n%s", name, tool[0], got, want)
			}
		}
	}
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheNewSidesLinesAreCountedFromTheOldOnes(t *testing.T) {
	dir := module(t, map[string]string{"sub/far.go": farApart})
	_, diff, _ := run(t, "-C", dir, "-diff", "-std", "./...")
	var heads []string
	for line := range strings.Lines(diff) {
		if strings.HasPrefix(line, "@@") {
			heads = append(heads, strings.TrimSpace(line))
		}
	}
	// Of two empty lines gofmt leaves one.
	if len(heads) != 2 || heads[0] != "@@ -1,10 +1,9 @@" || heads[1] != "@@ -23,8 +22,7 @@" {
		t.Errorf("%q\n%s", heads, diff)
	}
}

// handMade has a group that can be tied, and one that is lent.
const handMade = `package m

import "m/errgroup"

func work() error { return nil }

func both() error {
	var g errgroup.Group
	g.Go(func() error { return work() })
	g.Go(func() error { return work() })
	return g.Wait()
}

func lent(add func(*errgroup.Group)) error {
	var g errgroup.Group
	add(&g)
	g.Go(func() error { return work() })
	return g.Wait()
}
`

// withBraid is what module needs for code that requires a stand-in of braid.
var withBraid = map[string]string{
	"go.mod": "module m\n\ngo 1.26\n\nrequire (\n\tgithub.com/braid-go/braid v0.1.0\n\tgolang.org/x/sync v0.24.0\n)\n",
	"vendor/modules.txt": "# github.com/braid-go/braid v0.1.0\n## explicit; go 1.26\ngithub.com/braid-go/braid\n" +
		"# golang.org/x/sync v0.24.0\n## explicit; go 1.26\ngolang.org/x/sync/errgroup\n",
	"vendor/github.com/braid-go/braid/braid.go": `package braid

import "context"

type Group struct{ _ int }

func (*Group) Go(func(context.Context) error, ...any) {}

type Option int

const Supervised, CrashOnPanic = Option(1), Option(2)

func Run(context.Context, func(context.Context, *Group) error, ...Option) error { return nil }
`,
}

func with(files map[string]string, name, text string) map[string]string {
	out := maps.Clone(files)
	out[name] = text
	return out
}

func TestAfterMendingItIsToldWhatIsLeft(t *testing.T) {
	dir := module(t, with(withBraid, "a.go", handMade))
	left := "; 1 group or go statement needs a decision: braidvet -tie -C " + dir + " ./... tells which\n"
	status, out, errs := run(t, "-C", dir, "-diff", "./...")
	if status != 1 || !strings.Contains(out, "+import \"github.com/braid-go/braid\"\n") || errs != "1 file would change"+left {
		t.Errorf("-diff: status %d\n%s%s", status, out, errs)
	}
	status, out, errs = run(t, "-C", dir, "-fix", "./...")
	if status != 0 || out != "1 file changed"+left || errs != "" {
		t.Errorf("-fix: status %d\n%s%s", status, out, errs)
	}
	status, out, errs = run(t, "-tie", "-C", dir, "./...")
	if status != 1 || strings.Count(out, "(tie/") != 1 || errs != "" {
		t.Errorf("what it names gives status %d\n%s%s", status, out, errs)
	}
}

func TestAfterMendingItIsToldWhatARequirementWouldAllow(t *testing.T) {
	dir := module(t, map[string]string{"a.go": handMade})
	want := "; 1 group or go statement needs a decision: braidvet -tie -C " + dir + " tells which\n" +
		"go get github.com/braid-go/braid first: 1 more could be tied\n"
	if status, out, errs := run(t, "-C", dir, "-fix"); status != 0 || out != "0 files changed"+want || errs != "" {
		t.Errorf("-fix: status %d\n%s%s", status, out, errs)
	}
	if status, out, errs := run(t, "-C", dir, "-diff", "-dropped", "-dropped.tests"); status != 0 || out+errs != "" {
		t.Errorf("of groups nothing is said where tie is not run: status %d\n%s%s", status, out, errs)
	}
}

func TestDiffOfCodeThatCannotBeCheckedAsAWholeIsNotFoundAlone(t *testing.T) {
	dir := module(t, map[string]string{"a.go": droppedCode, "sub/b.go": "package sub\n\nfunc f() { undefined() }\n"})
	status, out, errs := run(t, "-C", dir, "-diff", "-any", "./...")
	if status != 2 || !strings.Contains(out, "+\tvar x any =") || !strings.Contains(errs, "undefined") {
		t.Errorf("status %d, want 2\n%s%s", status, out, errs)
	}
}

func TestHelpListsEveryRuleAndHasItsPage(t *testing.T) {
	status, out, _ := run(t, "help")
	if status != 0 || !strings.Contains(out, "dropped      the error of a group is dropped") {
		t.Errorf("status %d\n%s", status, out)
	}
	status, out, _ = run(t, "help", "dropped")
	if status != 0 || !strings.Contains(out, "# dropped: the error of a group is dropped") || !strings.Contains(out, "## Exempt") {
		t.Errorf("status %d\n%s", status, out)
	}
}
