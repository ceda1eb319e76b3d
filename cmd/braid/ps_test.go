//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"github.com/braid-go/braid/inspect"
)

// These tests look at a real program, which has imported inspect/auto.

var looked = sync.OnceValues(func() (string, error) {
	path := filepath.Join(filepath.Dir(program), "looked")
	out, err := exec.Command("go", "build", "-o", path, "./testdata/program").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// A subject is a program that runs.
type subject struct {
	addr, pid string
	cmd       *exec.Cmd
	end       func()
}

// launchSubject starts the program, with the sockets in a directory of the test's own.
func launchSubject(t *testing.T, args ...string) *subject {
	t.Helper()
	path, err := looked()
	if err != nil {
		t.Fatal(err)
	}
	s := &subject{cmd: exec.Command(path, args...)}
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = io.Discard
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.end = sync.OnceFunc(func() { in.Close(); _ = s.cmd.Wait() })
	t.Cleanup(s.end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(line, &s.addr, &s.pid); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return s
}

// ownSockets gives a test's programs a place of their own.
func ownSockets(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "braid-t") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("TMPDIR", dir)
}

// settled gives what a braid shows once it has all that is wanted.
func settled(t *testing.T, args []string, parts ...string) result {
	t.Helper()
	var r result
	until(t, fmt.Sprintf("%q in what %q shows", parts, args), func() bool {
		r = braidRun(t, args...)
		for _, part := range parts {
			if !strings.Contains(r.out, part) {
				return false
			}
		}
		return true
	})
	return r
}

func TestPsShowsTheTreeOfAProgramThatOnlyImportsAuto(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	for _, args := range [][]string{{"ps", "--pid", s.pid}, {"ps", s.addr}, {"ps", "http://" + s.addr}, {"ps", filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "braid-"+s.pid+".sock")}} {
		r := settled(t, args, "looked (pid "+s.pid+") at ", "program · run", "├─ stuck", "saves · run · joining", "CANCELLED", "the disk is full",
			"waits for program/ring/orders/ship, IN A RING", "dials · run", " failed", "…and 497 more like visit, queued", `evil \x1b[2J\x1b[31m\u202ename\nof two lines`, "日本語の名前はとても幅が広い")
		if r.status != 0 || r.err != "" || strings.Contains(r.out, "\x1b") {
			t.Errorf("%q: status %d, errors %q, output\n%s", args, r.status, r.err, r.out)
		}
	}
	r := braidRun(t, "ps")
	if r.status != 0 || !regexp.MustCompile(`(?m)^ *PID +UP +GROUPS +RUNNING +QUEUED  PROGRAM$`).MatchString(r.out) || !regexp.MustCompile(`(?m)^ *`+s.pid+` .*  looked$`).MatchString(r.out) {
		t.Errorf("the list is\n%s%s", r.out, r.err)
	}
}

func TestPsSaysWhyATaskIsStillThere(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	r := settled(t, []string{"ps", "--pid", s.pid, "--why", "saves/deaf"}, "program/stuck/saves/deaf\n", "The group program/stuck/saves was cancelled ", "by program/stuck/saves",
		"the disk is full", "It is blocked in main.deaf at ", "chan receive", "\ngoroutine ")
	if r.status != 0 {
		t.Errorf("status %d", r.status)
	}
	var a inspect.About
	if r := braidRun(t, "ps", s.addr, "--json", "--why", "pack"); json.Unmarshal([]byte(r.out), &a) != nil || a.Node.Name != "pack" {
		t.Errorf("got %s%s", r.out, r.err)
	}
	r = settled(t, []string{"ps", s.addr, "--stacks", "--under", "program/stuck"}, "chan receive in main.deaf (main.go:")
	if strings.Contains(r.out, "storm") {
		t.Errorf("got\n%s", r.out)
	}
}

func TestPsShowsWhatIsAskedFor(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t, "-alike", "100")
	r := settled(t, []string{"ps", s.addr, "--state", "cancelled"}, "deaf")
	if strings.Contains(r.out, "storm") || strings.Count(r.out, "\n") != 5 {
		t.Errorf("got\n%s", r.out)
	}
	r = settled(t, []string{"ps", s.addr, "--name", "VISIT"}, "visit")
	if n := strings.Count(r.out, "─ visit"); n != 100 || strings.Contains(r.out, "storm") {
		t.Errorf("%d visits in\n%s", n, r.out)
	}
	if r := braidRun(t, "ps", s.addr, "--dot"); !strings.HasPrefix(r.out, "digraph") || r.status != 0 {
		t.Errorf("got %.200s", r.out)
	}
	var all, some inspect.Snapshot
	if r := braidRun(t, "ps", s.addr, "--json", "--max", "5"); json.Unmarshal([]byte(r.out), &all) != nil || all.Version != 1 || len(all.Nodes) != 5 || all.Truncated == 0 {
		t.Errorf("got %.500s", r.out)
	}
	if r := braidRun(t, "ps", s.addr, "--json", "--state", "ring"); json.Unmarshal([]byte(r.out), &some) != nil || len(some.Nodes) != 2 {
		t.Errorf("got %.500s", r.out)
	}
}

func TestPsSaysWhatIsTheMatterAndItsStatusTells(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	settled(t, []string{"ps", s.addr}, "IN A RING")
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{1, "there is nothing that is ring and has \"deaf\" in its path\n", []string{s.addr, "--state", "ring", "--name", "deaf"}},
		{1, "nothing goes by \"nobody\": it may have ended; braid ps --name shows", []string{s.addr, "--why", "nobody"}},
		{1, "1000 go by \"visit\": give the ID of one\n", []string{s.addr, "--why", "visit"}},
		{1, "there is no process 536870912: run braid ps", []string{"--pid", "536870912"}},
		{1, "inspect/auto", []string{"--pid", fmt.Sprint(os.Getpid())}},
		{2, "one address at a time: \"b\" is one too many; see braid ps --help", []string{s.addr, "b"}},
		{2, "give an address or --pid, not both", []string{s.addr, "--pid", s.pid}},
		{2, "give --json or --dot, not both", []string{s.addr, "--json", "--dot"}},
		{2, "there is no state \"lost\": want running, ", []string{s.addr, "--state", "lost"}},
		{2, "which program? give its address or --pid", []string{"--why", "x"}},
		{2, "is no address: a port is :6060, and a process id --pid 6060", []string{"6060"}},
		{2, "want a whole number of at least 1", []string{"--pid", "-3"}},
	} {
		r := braidRun(t, append([]string{"ps"}, c.args...)...)
		if r.status != c.status || r.out != "" || !strings.HasPrefix(r.err, "braid ps: ") || !strings.Contains(r.err, c.want) {
			t.Errorf("%q: status %d, want %d, %s; output %.100q, errors\n%s", c.args, r.status, c.status, c.want, r.out, r.err)
		}
	}
	s.end()
	if r := braidRun(t, "ps", s.addr); r.status != 1 || !strings.Contains(r.err, "nothing listens at "+s.addr) {
		t.Errorf("status %d, %s", r.status, r.err)
	}
	r := braidRun(t, "ps")
	if r.status != 1 || !strings.Contains(r.err, "no program of this user can be looked at") {
		t.Errorf("status %d, %s%s", r.status, r.out, r.err)
	}
}

func TestPsPrintsNothingOfAServerThatHasNoTree(t *testing.T) {
	for body, want := range map[string]string{
		"hello \x1b[2J":                             "answers, but not with a tree of braid's",
		`{"version":1,"nodes":[null]}`:              "cannot be read",
		`{"version":1,"nodes":[{"id":"","up":""}]}`: "cannot be read",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
		defer server.Close()
		for _, args := range [][]string{{}, {"--json"}, {"--state", "running"}, {"--json", "--state", "running"}, {"--why", "x"}, {"--why", "x", "--json"}, {"--dot"}} {
			want := want
			if len(args) == 1 && args[0] == "--dot" {
				want = "answers, but not with a tree of braid's"
			}
			r := braidRun(t, append([]string{"ps", server.URL}, args...)...)
			r.want(t, 1, "")
			if !strings.Contains(r.err, want) || strings.Contains(r.err, "goroutine") || strings.Contains(r.err, "\x1b") {
				t.Errorf("%q of %q: %s", args, body, r.err)
			}
		}
	}
}

func TestTopFollowsAProgramBeyondItsEndAndStart(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	tty, shown, cmd, done := onScreen(t, "top", s.addr)
	sees := func(what ...string) {
		t.Helper()
		for _, what := range what {
			until(t, what+" on the screen", func() bool { return strings.Contains(shown(), what) })
		}
	}
	types := func(keys string) {
		t.Helper()
		if _, err := io.WriteString(tty, keys); err != nil {
			t.Fatal(err)
		}
	}
	sees("live", "saves", "quit")
	types("/deaf\rw")
	sees("main.deaf")
	s.end()
	sees("trying again")
	again := launchSubject(t, "-listen", s.addr)
	sees("started anew at", again.pid)
	types("q")
	<-done
	if got := cmd.ProcessState.ExitCode(); got != 0 {
		t.Errorf("status %d", got)
	}
}

func TestTopNeedsATerminalAndAProgram(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	r := braidRun(t, "top", s.addr)
	r.want(t, 1, "")
	contains(t, r.err, "this is not a terminal: braid ps shows the tree once")
	s.end()
	_, shown, cmd, done := onTerminal(t, "top", s.addr)
	<-done
	if cmd.ProcessState.ExitCode() != 1 || strings.Contains(shown.String(), "\x1b[?1049h") {
		t.Errorf("status %d, %q", cmd.ProcessState.ExitCode(), shown.String())
	}
	contains(t, shown.String(), "nothing listens at "+s.addr)
}

func TestCtrlCEndsTop(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	tty, shown, cmd, done := onScreen(t, "top", "--pid", s.pid)
	until(t, "the screen", func() bool { return strings.Contains(shown(), "saves") })
	if _, err := tty.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	<-done
	if got := cmd.ProcessState.ExitCode(); got != 130 {
		t.Errorf("status %d", got)
	}
}

func TestPsOnATerminalIsAsWideAsThatAndColoured(t *testing.T) {
	ownSockets(t)
	s := launchSubject(t)
	settled(t, []string{"ps", s.addr}, "IN A RING")
	path, err := looked()
	if err != nil {
		t.Fatal(path, err)
	}
	for _, noColour := range []string{"", "1"} {
		cmd := exec.Command(program, "ps", s.addr)
		cmd.Env = append(cmd.Environ(), "TERM=xterm", "NO_COLOR="+noColour)
		tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 40})
		if err != nil {
			t.Skipf("no terminal: %v", err)
		}
		text, _ := io.ReadAll(tty) // ends with an error
		tty.Close()
		_ = cmd.Wait()
		if got := strings.Contains(string(text), "\x1b["); got != (noColour == "") {
			t.Errorf("NO_COLOR=%s, and colours are there: %v", noColour, got)
		}
		if noColour != "" {
			for line := range strings.Lines(string(text)) {
				if len([]rune(strings.TrimRight(line, "\r\n"))) > 40 {
					t.Errorf("a long line: %q", line)
				}
			}
		}
	}
}

func TestACommandServesItsOwnTreeIfItIsAskedTo(t *testing.T) {
	ownSockets(t)
	c := start(t, "run", "--inspect", "--", "sh", "-c", forever, ":::", "sleep", "1000")
	pid := c.pid()
	at := regexp.MustCompile(`^braid run: the tree is at (http://127\.0\.0\.1:\d+/)\n`)
	until(t, "the address", func() bool { return at.MatchString(c.stderr.String()) })
	addr := at.FindStringSubmatch(c.stderr.String())[1]
	want := []string{"─ echo $$; exec sleep 1000 · ", fmt.Sprintf("process %d · always", pid), "─ sleep 1000 · ", "─ stdout · "}
	settled(t, []string{"ps", addr}, want...)
	settled(t, []string{"ps", "--pid", fmt.Sprint(c.cmd.Process.Pid)}, want...)
	c.signal(os.Interrupt)
	if status := c.status(); status != 130 {
		t.Errorf("status %d; errors\n%s", status, c.stderr.String())
	}
	mustBeDead(t, pid)
	if left, _ := filepath.Glob(os.Getenv("XDG_RUNTIME_DIR") + "/braid-*.sock"); len(left) > 0 {
		t.Errorf("left is %s", left)
	}
}

func TestAnAddressThatCannotBeServedStartsNothing(t *testing.T) {
	file := t.TempDir() + "/started"
	for _, args := range [][]string{{"run"}, {"first"}, {"map"}} {
		args = append(args, "--inspect=nonsense", "--", "touch", file)
		if args[0] == "map" {
			args = append(args, ":::", "x")
		}
		r := braidRun(t, args...)
		r.want(t, 2, "")
		contains(t, r.err, "cannot serve the tree at nonsense: ")
		if _, err := os.Stat(file); err == nil {
			t.Fatal("something was started")
		}
	}
}

func TestASuccessWithItsTreeServedIsOne(t *testing.T) {
	ownSockets(t)
	for _, args := range [][]string{{"run", "--inspect", "--", "echo", "x"}, {"first", "--inspect", "--", "echo", "x"}, {"map", "--inspect", "--", "echo", ":::", "x"}} {
		r := braidRun(t, args...)
		r.want(t, 0, "x\n")
		if !regexp.MustCompile(`^braid \w+: the tree is at http://127\.0\.0\.1:\d+/\n$`).MatchString(r.err) {
			t.Errorf("errors %q", r.err)
		}
	}
}
