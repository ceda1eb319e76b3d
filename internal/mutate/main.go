// Command mutate asks whether the tests would notice: it puts one small fault
// after the other into a copy of the root package, runs the tests there, and
// tells which of them found it.
//
//	go run ./internal/mutate           # all mutants, up to a minute each
//	go run ./internal/mutate -from 7 -to 9
//	go run ./internal/mutate -dry      # only whether they still fit the source
//
// The random programs of internal/model come first, then the tests of the root
// package, and those of braidtest that are about it. A mutant that survives is an equivalent one, see docs/proof.md, or a
// hole.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// patience is for one package's tests, without the time that compiling them takes.
var patience time.Duration

// only chooses tests of the root package; "" for all, and the model's.
var only string

func main() {
	from := flag.Int("from", 1, "the first mutant")
	to := flag.Int("to", len(mutants), "the last one")
	flag.StringVar(&only, "run", "", "run only those tests of the root package, as go test -run has it")
	dry := flag.Bool("dry", false, "run nothing")
	flag.DurationVar(&patience, "timeout", time.Minute, "how long the tests of a package may take before that counts as a hang")
	flag.Parse()
	survived, err := run(*from, *to, *dry)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if survived > 0 {
		os.Exit(1)
	}
}

func run(from, to int, dry bool) (survived int, err error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := copyModule(dir); err != nil {
		return 0, err
	}
	for i := from; i <= to; i++ {
		m := mutants[i-1]
		path := filepath.Join(dir, m.file)
		was, err := os.ReadFile(path)
		if err != nil {
			return survived, err
		}
		if n := strings.Count(string(was), m.old); n != 1 {
			return survived, fmt.Errorf("mutant %d: %s has %d times %q", i, m.file, n, m.old)
		}
		if dry {
			continue
		}
		is := strings.Replace(string(was), m.old, m.new, 1)
		if err := os.WriteFile(path, []byte(is), 0o600); err != nil {
			return survived, err
		}
		by := killer(dir)
		if by == "" {
			survived++
			by = "SURVIVES"
		}
		fmt.Printf("%d | %s | `%s` → `%s` | %s\n", i, m.file, brief(m.old), brief(m.new), by)
		if err := os.WriteFile(path, was, 0o600); err != nil {
			return survived, err
		}
	}
	return survived, nil
}

func brief(code string) string { return strings.Join(strings.Fields(code), " ") }

// copyModule copies what the tests need: it is run where go.mod is.
func copyModule(dir string) error {
	return filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(path, ".") || path == "bench" || path == "cmd" || path == "examples"):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, path), 0o700)
		case path == "go.work" || path == "go.work.sum" || !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, path), data, 0o600)
	})
}

var (
	failed  = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)
	hung    = regexp.MustCompile(`(?m)test timed out.*\n\s*running tests:\n\s*(\S+)`)
	crashed = regexp.MustCompile(`(?m)^((?:panic|fatal error): .*)$`)
)

// killer gives the first test that fails, or how they end otherwise; "" if all
// pass.
func killer(dir string) string {
	if only != "" {
		return test(dir, ".", "-short", "-run="+only)
	}
	if by := test(dir, "./internal/model", "-programs=1500"); by != "" {
		return by
	}
	if by := test(dir, ".", "-short", "-skip=Page|Exported|Flat|AMillion"); by != "" {
		return by
	}
	return test(dir, "./braidtest", "-run=Core_")
}

func test(dir, pkg string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), patience+5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-failfast", "-timeout=" + patience.String(), pkg}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return ""
	case ctx.Err() != nil:
		return "cannot be said: the tests were not done in time"
	case strings.Contains(string(out), "[build failed]"):
		return "does not compile: " + brief(string(out))
	case !errors.As(err, &exit):
		return err.Error()
	}
	if m := failed.FindSubmatch(out); m != nil {
		return string(m[1])
	}
	where := pkg
	if pkg == "." {
		where = "the root package's tests"
	}
	if m := hung.FindSubmatch(out); m != nil {
		return "a hang in " + where + ": " + string(m[1])
	}
	if m := crashed.FindSubmatch(out); m != nil {
		return "a crash in " + where + ": " + string(m[1])
	}
	return "a crash in " + where
}
