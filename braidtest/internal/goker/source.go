package main

import (
	"archive/tar"
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// This file brings the programs together: each becomes a package, or a part of
// one, that one test can call.

// commit is what mended.txt counts the lines of.
const commit = "2e91eb10b8e7b2873ea44f12b87ec1b2520e1b69"

//go:embed mended.txt
var mended string

// A program leaks, or is mended.
type program struct {
	name  string
	class string
	pkg   string // the package that has it
	call  string // the function in it, or what gives one
}

// gather writes all programs to dir, as a module.
func gather(dir string) ([]program, error) {
	all, err := fromGoBench(dir)
	if err != nil {
		return nil, err
	}
	goroot, err := output("", "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(goroot, "src/runtime/testdata/testgoroutineleakprofile")
	for _, set := range []struct{ name, folder string }{{"goker", filepath.Join(folder, "goker")}, {"small", folder}} {
		more, err := fromRuntime(dir, set.name, set.folder, all)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	braid, err := output("", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/braid-go/braid")
	if err != nil {
		return nil, err
	}
	return all, errors.Join(
		write(filepath.Join(dir, "go.mod"), fmt.Sprintf(module, goleak, braid)),
		write(filepath.Join(dir, "goker_test.go"), test),
		write(filepath.Join(dir, "programs_test.go"), list(all)),
	)
}

// fromGoBench takes GoKer's tests from a clone of GoBench, and mends them.
func fromGoBench(dir string) (all []program, err error) {
	clone := *gobench
	if _, err := os.Stat(clone); err != nil {
		clone = filepath.Join(dir, "clone")
		if _, err := output("", "git", "clone", "-q", "--bare", *gobench, clone); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("git", "-C", clone, "archive", "--format=tar", commit, "gobench/goker/blocking", "gobench/configures/goker/blocking.json")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd, err, stderr.Bytes())
	}
	var classes map[string]struct{ Type string }
	edits, err := parseEdits(mended)
	if err != nil {
		return nil, err
	}
	begin := regexp.MustCompile(`func (Test\w+)\(t \*testing\.T\)`)
	for r := tar.NewReader(&stdout); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(h.Name, ".json") {
			if err := json.Unmarshal(text, &classes); err != nil {
				return nil, err
			}
			continue
		}
		if !strings.HasSuffix(h.Name, "_test.go") {
			continue
		}
		id := path.Dir(strings.TrimPrefix(h.Name, "gobench/goker/blocking/"))
		call := begin.FindSubmatch(text)
		if call == nil || edits[id] == nil {
			return nil, fmt.Errorf("%s: no test in it, or not in mended.txt", h.Name)
		}
		whole, err := mend(string(text), edits[id])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		for set, text := range map[string]string{"tests": string(text), "mended": whole} {
			p := program{name: set + "/" + id, pkg: set + "/" + strings.ReplaceAll(id, "/", ""), call: string(call[1])}
			// The language of the time: one variable for all rounds of a loop.
			text = "//go:build go1.21\n\n" + asPackage(text)
			if err := write(filepath.Join(dir, p.pkg, "kernel.go"), text); err != nil {
				return nil, err
			}
			all = append(all, p)
		}
	}
	for i := range all {
		set, id, _ := strings.Cut(all[i].name, "/")
		class, _, _ := strings.Cut(classes[strings.ReplaceAll(id, "/", "_")].Type, " ")
		all[i].class = set + ", " + strings.ToLower(class)
	}
	slices.SortFunc(all, func(a, b program) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// fromRuntime takes programs from a folder of the runtime's. Their classes are
// those of the tests they were made from.
func fromRuntime(dir, set, folder string, tests []program) (all []program, err error) {
	class := map[string]string{}
	for _, t := range tests {
		class[strings.TrimPrefix(t.pkg, "tests/")] = strings.TrimPrefix(t.class, "tests, ")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no programs in %s: %v", folder, err)
	}
	registered := regexp.MustCompile(`register\("(\w+)"`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		base := filepath.Base(file)
		if base == "stresstests.go" {
			continue // they leak nothing on purpose, and take long
		}
		for _, m := range registered.FindAllSubmatch(text, -1) {
			name := string(m[1])
			p := program{name: "runtime/" + name, class: "runtime, small", pkg: set, call: fmt.Sprintf("Programs[%q]", name)}
			if set == "goker" {
				p.class = "runtime, not in GoBench"
				if c := class[strings.ToLower(name)]; c != "" {
					p.class = "runtime, " + c
				}
			}
			all = append(all, p)
		}
		// A program asks for the profile at its end. Here the detector asks, and
		// some builds have none.
		text = bytes.ReplaceAll(text, []byte("prof.WriteTo(os.Stdout, 2)"), []byte("_, _ = prof, os.Stdout"))
		if err := write(filepath.Join(dir, set, base), asPackage(string(text))); err != nil {
			return nil, err
		}
	}
	return all, write(filepath.Join(dir, set, "programs.go"), "package kernel\n\nvar Programs = cmds\n")
}

var clause = regexp.MustCompile(`(?m)^package \w+`)

func asPackage(text string) string { return clause.ReplaceAllString(text, "package kernel") }

// An edit puts a text where lines of a file are. If there are none it goes
// behind the line before.
type edit struct {
	from, to int // to is the line behind the last one
	text     string
}

// parseEdits reads mended.txt.
func parseEdits(text string) (map[string][]edit, error) {
	var (
		all  = map[string][]edit{}
		name string
		form = regexp.MustCompile(`^(\d+)(\+|-\d+)?(?: (.+))?$`)
	)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		m := form.FindStringSubmatch(line)
		switch {
		case line == "" || line[0] == '#':
		case m == nil:
			name = line
		case name == "":
			return nil, fmt.Errorf("mended.txt: nobody's line: %s", line)
		default:
			n, _ := strconv.Atoi(m[1])
			e := edit{n, n + 1, m[3]}
			if m[2] == "+" {
				e.from++
			} else if m[2] != "" {
				last, _ := strconv.Atoi(m[2][1:])
				e.to = last + 1
			}
			all[name] = append(all[name], e)
		}
	}
	return all, nil
}

// mend applies edits, which are in order.
func mend(text string, edits []edit) (string, error) {
	lines := strings.Split(text, "\n")
	for _, e := range slices.Backward(edits) {
		if e.from > e.to || e.to > len(lines)+1 {
			return "", fmt.Errorf("there are no lines %d to %d", e.from, e.to-1)
		}
		lines = slices.Replace(lines, e.from-1, e.to-1, e.text)
	}
	return strings.Join(lines, "\n"), nil
}

func write(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o666)
}

// output runs a command and gives the first line that it writes.
func output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if dir != "" {
		cmd.Env = append(os.Environ(), "GOWORK=off")
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, stderr.Bytes())
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first, nil
}
