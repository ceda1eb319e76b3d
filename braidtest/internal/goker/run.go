package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// This file builds the test and runs it. In one run all detectors look: each
// says what it finds, and none ends the test.

// The detectors are columns of the table.
const (
	byCheck = iota
	byGoleak
	byProfile
	detectors
)

// findings tells which detectors found something.
type findings [detectors]bool

func (f findings) any() bool { return f != findings{} }

// goleak is the version that is compared with.
const goleak = "v1.3.0"

const module = `module kernels

go 1.26

require (
	github.com/braid-go/braid v0.0.0
	go.uber.org/goleak %s
)

replace github.com/braid-go/braid => %s
`

// test runs the program PROGRAM. It asks the profile last, when all have had time
// to get stuck, and once more before the deadline for programs that do not return.
const test = `package kernels

import (
	"bytes"
	"fmt"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/braid-go/braid/braidtest"
	"go.uber.org/goleak"
)

func TestProgram(t *testing.T) {
	deadline, _ := t.Deadline()
	late := time.AfterFunc(time.Until(deadline)*3/4, profile)
	t.Cleanup(func() { late.Stop(); profile() })
	if os.Getenv("FIRST") == "goleak" {
		braidtest.Check(t)
		t.Cleanup(leaks)
	} else {
		t.Cleanup(leaks)
		braidtest.Check(t)
	}
	programs[os.Getenv("PROGRAM")](t)
}

func leaks() {
	if err := goleak.Find(); err != nil {
		fmt.Println("goleak found:", err)
	}
}

func profile() {
	p := pprof.Lookup("goroutineleak")
	if p == nil {
		return
	}
	var b bytes.Buffer
	for range 2 { // mutexes are found at the second look
		b.Reset()
		p.WriteTo(&b, 2)
	}
	if n := bytes.Count(b.Bytes(), []byte("(leaked)")); n > 0 {
		fmt.Println("the profile found:", n)
	}
}
`

// list is the source of the map that the test looks its programs up in.
func list(all []program) string {
	var imports, entries strings.Builder
	number := map[string]int{}
	for _, p := range all {
		n, known := number[p.pkg]
		if !known {
			n = len(number)
			number[p.pkg] = n
			fmt.Fprintf(&imports, "\tk%d \"kernels/%s\"\n", n, p.pkg)
		}
		if strings.HasPrefix(p.call, "Test") {
			fmt.Fprintf(&entries, "\t%q: k%d.%s,\n", p.name, n, p.call)
		} else {
			fmt.Fprintf(&entries, "\t%q: func(*testing.T) { k%d.%s() },\n", p.name, n, p.call)
		}
	}
	return "package kernels\n\nimport (\n\t\"testing\"\n" + imports.String() + ")\n\nvar programs = map[string]func(*testing.T){\n" + entries.String() + "}\n"
}

// build makes the test binary.
func build(dir string, profile bool) (binary string, err error) {
	if _, err := output(dir, "go", "mod", "tidy"); err != nil {
		return "", err
	}
	experiment := ""
	binary = filepath.Join(dir, "without.test")
	if profile {
		experiment, binary = "goroutineleakprofile", filepath.Join(dir, "with.test")
	}
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-o", binary)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOEXPERIMENT="+experiment)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return binary, nil
}

// run runs a program once.
func run(binary, name string, checkFirst bool) (found findings, output string) {
	ctx, cancel := context.WithTimeout(context.Background(), *timeout+time.Minute)
	defer cancel()
	args := append(strings.Fields(*wrapper), binary, "-test.run=^TestProgram$", "-test.timeout="+timeout.String())
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	first := "goleak"
	if checkFirst {
		first = "check"
	}
	cmd.Env = append(os.Environ(), "PROGRAM="+name, "FIRST="+first)
	out, err := cmd.CombinedOutput()
	output = string(out)
	found[byCheck] = strings.Contains(output, " behind:") || strings.Contains(output, "TestProgram has not returned")
	found[byGoleak] = strings.Contains(output, "goleak found:")
	found[byProfile] = strings.Contains(output, "the profile found:")
	if err != nil && !found.any() && !strings.Contains(output, "test timed out") {
		fmt.Fprintf(os.Stderr, "%s ended otherwise: %v\n%.3000s", name, err, output)
	}
	return found, output
}
