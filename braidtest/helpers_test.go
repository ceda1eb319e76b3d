package braidtest_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// This file holds what the tests share. A test that is meant to fail is a fake
// one, or runs in a process of its own.

// A fake is a test that fails without consequences.
type fake struct {
	testing.TB
	name string

	mu       sync.Mutex
	cleanups []func()
	said     strings.Builder
	failed   bool
}

func (f *fake) Name() string { return f.name }
func (f *fake) Helper()      {}

func (f *fake) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }

func (f *fake) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = true
	fmt.Fprintf(&f.said, format+"\n", args...)
}

func (f *fake) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// run runs a test with the name on a goroutine of its own, and gives what it
// said: nothing, if it passed.
func run(name string, test func(t *fake)) string {
	f := &fake{name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for len(f.cleanups) > 0 {
				last := len(f.cleanups) - 1
				fn := f.cleanups[last]
				f.cleanups = f.cleanups[:last]
				fn()
			}
		}()
		test(f)
	}()
	<-done
	return f.said.String()
}

// runReal runs a test with the name that has a real *testing.T, which is not of the
// test that runs, and gives what it said: nothing, if it passed.
func runReal(name string, test func(t *testing.T)) string {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	said := make(chan string)
	go func() {
		text, _ := io.ReadAll(r)
		said <- string(text)
	}()
	stdout := os.Stdout
	os.Stdout = w
	var once sync.Once // whatever -count and -cpu say
	passed := testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: name, F: func(t *testing.T) {
		once.Do(func() { test(t) })
	}}})
	os.Stdout = stdout
	w.Close()
	text := <-said
	if passed {
		return ""
	}
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "--- FAIL: ") || strings.HasPrefix(line, "=== ")
	})
	text = loggedAt.ReplaceAllString(strings.Join(lines, "\n"), "")
	return strings.ReplaceAll(text, "\n        ", "\n")
}

var loggedAt = regexp.MustCompile(`(?m)^    \w+\.go:\d+: `)

var (
	lineNumber = regexp.MustCompile(`(\.go):\d+`)
	howFar     = regexp.MustCompile(`(-timeout is) \d+ms`) // less on a machine that was slow to start
)

// plain takes out of a message what differs from day to day.
func plain(message string) string {
	message = howFar.ReplaceAllString(message, "$1 N")
	return strings.TrimSpace(lineNumber.ReplaceAllString(message, "$1:N"))
}

const proof = "nothing can wake it: the runtime has looked"

// wantSaid compares a message with what it should be, but for line numbers and,
// unless the test is about it, for what only some builds can prove.
func wantSaid(t *testing.T, message, want string) {
	t.Helper()
	got, want := plain(message), strings.TrimSpace(want)
	if !strings.Contains(want, proof) {
		lines := strings.Split(got, "\n")
		got = strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasSuffix(line, proof) }), "\n")
	}
	if got != want {
		t.Errorf("got:\n%s\n\nwant:\n%s", got, want)
	}
}

const childEnv = "BRAIDTEST_CHILD"

// inChild reports whether the test runs in the process that child started.
func inChild(t *testing.T) bool { return os.Getenv(childEnv) == t.Name() }

// child runs the calling test again, in a process of its own, and gives what
// that wrote and whether it succeeded.
func child(t *testing.T, flags ...string) (output string, passed bool) {
	t.Helper()
	args := append([]string{"-test.run=^" + t.Name() + "$", "-test.count=1", "-test.timeout=60s", "-test.parallel=8"}, flags...)
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childEnv+"="+t.Name())
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}
