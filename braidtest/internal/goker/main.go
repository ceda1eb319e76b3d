// Command goker measures what braidtest.Check finds of the goroutine leaks in the
// runtime's own test programs, beside go.uber.org/goleak and the runtime's
// profile of leaked goroutines:
//
//	go run ./braidtest/internal/goker            # all of them, once
//	go run ./braidtest/internal/goker -runs 10 -only Moby
//
// The programs come with Go, in src/runtime/testdata/testgoroutineleakprofile:
// sixty-odd kernels of real bugs (those of GoKer, of the suite GoBench) and some
// small ones. They are copied to a temporary folder, where each becomes a test,
// and nothing of them stays. The table goes to standard output, by the classes
// that GoKer gives its bugs.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// goleak is the version that is compared with.
const goleak = "go.uber.org/goleak v1.3.0"

var (
	runs    = flag.Int("runs", 1, "how often each program runs under each detector; found once is found")
	only    = flag.String("only", "", "run the programs whose names begin with this")
	verbose = flag.Bool("v", false, "list what each detector found of each program")
)

// A detector is a column of the table.
type detector struct {
	name    string
	test    string // what DETECTOR is for the test
	profile bool   // whether the build has the runtime's profile
	found   string // what the output has if it found something
}

var detectors = []detector{
	{"Check", "check", false, " behind:"},
	{"Check with the profile", "check", true, " behind:"},
	{"goleak", "goleak", false, "found unexpected goroutines"},
	{"the profile alone", "profile", true, "leaked goroutines: "},
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	dir, err := os.MkdirTemp("", "goker")
	if err != nil {
		log.Fatal(err)
	}
	err = measure(dir)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

// measure builds the tests in dir, runs them, and writes the table.
func measure(dir string) error {
	root, err := output("", "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	braid, err := output("", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/braid-go/braid")
	if err != nil {
		return err
	}
	source := filepath.Join(root, "src/runtime/testdata/testgoroutineleakprofile")
	var names []string
	class := map[string]string{}
	for _, set := range []string{"goker", "small"} {
		from := source
		if set == "goker" {
			from = filepath.Join(source, "goker")
		}
		found, err := prepare(filepath.Join(dir, set), from, braid)
		if err != nil {
			return err
		}
		for _, name := range found {
			names = append(names, set+"/"+name)
			class[set+"/"+name] = "small programs"
		}
	}
	if err := classes(filepath.Join(source, "goker/README.md"), class); err != nil {
		return err
	}
	tally := map[string][]int{}
	total := map[string]int{}
	for _, name := range names {
		if !strings.HasPrefix(filepath.Base(name), *only) {
			continue
		}
		c := class[name]
		if tally[c] == nil {
			tally[c] = make([]int, len(detectors))
		}
		total[c]++
		for i, d := range detectors {
			n, err := try(dir, name, d)
			if err != nil {
				return err
			}
			if n > 0 {
				tally[c][i]++
			}
			if *verbose {
				fmt.Fprintf(os.Stderr, "%-28s %-30s %-24s %d/%d\n", name, c, d.name, n, *runs)
			}
		}
	}
	table(tally, total)
	return nil
}

// prepare makes a package of the programs in a folder, builds its test binaries,
// one with the profile and one without, and gives the names of the programs.
func prepare(dir, from, braid string) (names []string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(from, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no programs in %s: %v", from, err)
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
		// A program asks for the profile at its end. Here the detector asks, and
		// some builds have none.
		text = bytes.ReplaceAll(text, []byte("prof.WriteTo(os.Stdout, 2)"), []byte("_, _ = prof, os.Stdout"))
		text = bytes.Replace(text, []byte("package main"), []byte("package kernels"), 1)
		for _, m := range registered.FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
		if err := os.WriteFile(filepath.Join(dir, base), text, 0o666); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	mod := fmt.Sprintf("module kernels\n\ngo 1.26\n\nrequire (\n\tgithub.com/braid-go/braid v0.0.0\n\t%s\n)\n\nreplace github.com/braid-go/braid => %s\n", goleak, braid)
	for name, text := range map[string]string{"go.mod": mod, "detect_test.go": test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return nil, err
		}
	}
	if _, err := output(dir, "go", "mod", "tidy"); err != nil {
		return nil, err
	}
	for _, env := range []string{"GOEXPERIMENT=", "GOEXPERIMENT=goroutineleakprofile"} {
		cmd := exec.Command("go", "test", "-c", "-vet=off", "-o", binary(dir, env != "GOEXPERIMENT="))
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", env)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%v: %w\n%s", cmd, err, out)
		}
	}
	return names, nil
}

func binary(dir string, profile bool) string {
	if profile {
		return filepath.Join(dir, "with.test")
	}
	return filepath.Join(dir, "without.test")
}

// test runs the program KERNEL under the detector DETECTOR.
const test = `package kernels

import (
	"bytes"
	"os"
	"runtime/pprof"
	"testing"

	"github.com/braid-go/braid/braidtest"
	"go.uber.org/goleak"
)

func TestKernel(t *testing.T) {
	switch os.Getenv("DETECTOR") {
	case "check":
		braidtest.Check(t)
	case "goleak":
		defer goleak.VerifyNone(t)
	case "profile":
		defer func() {
			var b bytes.Buffer
			pprof.Lookup("goroutineleak").WriteTo(&b, 2)
			if n := bytes.Count(b.Bytes(), []byte("(leaked)")); n > 0 {
				t.Errorf("leaked goroutines: %d", n)
			}
		}()
	}
	cmds[os.Getenv("KERNEL")]()
}
`

// try counts the runs in which a detector found something.
func try(dir, name string, d detector) (found int, err error) {
	set, kernel := filepath.Split(name)
	for range *runs {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		cmd := exec.CommandContext(ctx, binary(filepath.Join(dir, set), d.profile), "-test.run=^TestKernel$", "-test.timeout=30s")
		cmd.Env = append(os.Environ(), "KERNEL="+kernel, "DETECTOR="+d.test)
		out, err := cmd.CombinedOutput()
		cancel()
		switch passed := err == nil; {
		case strings.Contains(string(out), d.found), d.test == "check" && strings.Contains(string(out), " has not returned"):
			found++
		case !passed:
			fmt.Fprintf(os.Stderr, "%s under %s ended otherwise: %v\n%.2000s\n", name, d.name, err, out)
		}
	}
	return found, nil
}

// classes reads which class each of GoKer's bugs is of.
func classes(readme string, class map[string]string) error {
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	row := regexp.MustCompile(`(?m)^\|\s*\[(\w+)#(\d+)\]\s*\|.*\|\s*(\w+)\s*\|\s*([^|]+?)\s*\|$`)
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		for name := range class {
			if strings.EqualFold(strings.TrimPrefix(name, "goker/"), m[1]+m[2]) {
				class[name] = "GoKer, " + strings.ToLower(m[3])
			}
		}
	}
	for name, c := range class {
		if strings.HasPrefix(name, "goker/") && c == "small programs" {
			class[name] = "GoKer, no class given"
		}
	}
	return nil
}

func table(tally map[string][]int, total map[string]int) {
	fmt.Print("| class | programs |")
	for _, d := range detectors {
		fmt.Print(" " + d.name + " |")
	}
	fmt.Print("\n|---|---|" + strings.Repeat("---|", len(detectors)) + "\n")
	var kinds []string
	for c := range total {
		kinds = append(kinds, c)
	}
	slices.Sort(kinds)
	for _, c := range kinds {
		fmt.Printf("| %s | %d |", c, total[c])
		for _, n := range tally[c] {
			fmt.Printf(" %d |", n)
		}
		fmt.Println()
	}
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
