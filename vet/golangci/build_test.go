package golangci_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var build = flag.Bool("golangci", false, "build golangci-lint with the plugin in it, and run it: takes minutes")

const golangciLint = "github.com/golangci/golangci-lint/v2@v2.15.0"

// The configuration that the package's documentation shows, with all settings used.
const configuration = `version: "2"
linters:
  default: none
  enable: [braid]
  settings:
    custom:
      braid:
        type: module
        settings:
          enable: [dropped]
          shapes: {dropped: "-deferred"}
          tests: [dropped]
`

// What "golangci-lint custom" does with .custom-gcl.yml, but with the module
// proxy's copy of golangci-lint, and with this tree's plugin.
func TestGolangciLintBuiltWithThePluginFindsWhatTheConfigurationAsksFor(t *testing.T) {
	if !*build {
		t.Skip("takes minutes; -golangci runs it")
	}
	dir := t.TempDir()
	vet, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	run := func(in string, name string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir, cmd.Env = in, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(in, name string, args ...string) string {
		t.Helper()
		out, err := run(in, name, args...)
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
		return out
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}

	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", golangciLint)
	cmd.Dir = dir
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	var source struct{ Dir string }
	if err := json.Unmarshal(raw, &source); err != nil {
		t.Fatal(err)
	}
	lint := filepath.Join(dir, "golangci-lint")
	must(dir, "cp", "-r", source.Dir, lint)
	must(dir, "chmod", "-R", "u+w", lint)
	write(filepath.Join(lint, "cmd", "golangci-lint", "plugins.go"),
		"package main\n\nimport _ \"github.com/braid-go/braid/vet/golangci\"\n")
	must(lint, "go", "mod", "edit", "-require=github.com/braid-go/braid/vet@v0.0.0", "-replace=github.com/braid-go/braid/vet="+vet)
	must(lint, "go", "build", "-o", filepath.Join(dir, "custom-gcl"), "./cmd/golangci-lint")

	m := filepath.Join(dir, "m")
	if err := os.Mkdir(m, 0o777); err != nil {
		t.Fatal(err)
	}
	code := "package m\n\nimport \"golang.org/x/sync/errgroup\"\n\nfunc F(g *errgroup.Group) {\n\tdefer g.Wait()\n\tg.Wait()\n}\n"
	write(filepath.Join(m, "go.mod"), "module m\n\ngo 1.26\n\nrequire golang.org/x/sync v0.24.0\n")
	write(filepath.Join(m, "m.go"), code)
	write(filepath.Join(m, "m_test.go"), strings.ReplaceAll(code, "func F", "func G"))
	write(filepath.Join(m, ".golangci.yml"), configuration)
	must(m, "go", "mod", "download", "golang.org/x/sync")

	out, err := run(m, filepath.Join(dir, "custom-gcl"), "run", "./...")
	if err == nil || strings.Count(out, "the group's error is dropped") != 2 ||
		!strings.Contains(out, "m.go:7:2:") || !strings.Contains(out, "m_test.go:7:2:") || !strings.Contains(out, "(braid)") || strings.Contains(out, ":6:") {
		t.Errorf("%v\n%s", err, out)
	}

	write(filepath.Join(m, ".golangci.yml"), strings.ReplaceAll(configuration, "[dropped]", "[nonsense]"))
	if out, err := run(m, filepath.Join(dir, "custom-gcl"), "run", "./..."); err == nil || !strings.Contains(out, `there is no rule "nonsense"`) {
		t.Errorf("%v\n%s", err, out)
	}
}
