//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests run the real command on real processes. Nothing here sleeps to be
// "probably done": every wait is for something one can see, with a deadline
// that only a broken program reaches.
const deadline = 60 * time.Second

var program string // the built command

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "braid-test-*")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "braid")
	args := []string{"build", "-o", program}
	if raceEnabled {
		args = append(args, "-race")
		os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the command: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// A call is a running braid.
type call struct {
	t      *testing.T
	cmd    *exec.Cmd
	lines  chan string // of its standard output
	stderr lockedBuffer
	done   chan struct{}
	in     io.WriteCloser // its standard input, if it was asked for
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start starts braid, or a command that becomes it.
func start(t *testing.T, args ...string) *call {
	return startCommand(t, exec.Command(program, args...))
}

// startPiped starts braid with a pipe to its standard input.
func startPiped(t *testing.T, args ...string) *call {
	t.Helper()
	cmd := exec.Command(program, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c := startCommand(t, cmd)
	c.in = in
	return c
}

func startCommand(t *testing.T, cmd *exec.Cmd) *call {
	t.Helper()
	c := &call{t: t, cmd: cmd, lines: make(chan string, 1000), done: make(chan struct{})}
	c.cmd.Stderr = &c.stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { // ends with the process
		defer close(c.done)
		for s := bufio.NewScanner(out); s.Scan(); {
			c.lines <- s.Text()
		}
		close(c.lines)
		_ = c.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.done
	})
	return c
}

// line gives the next line of output, without the prefix if it has one.
func (c *call) line() string {
	c.t.Helper()
	select {
	case line, ok := <-c.lines:
		if !ok {
			c.t.Fatalf("braid ended without another line; its errors:\n%s", c.stderr.String())
		}
		if _, after, ok := strings.Cut(line, " | "); ok {
			return after
		}
		return line
	case <-time.After(deadline):
		c.t.Fatalf("no line from braid; its errors:\n%s", c.stderr.String())
	}
	return ""
}

// pid reads a line that holds a process id.
func (c *call) pid() int {
	c.t.Helper()
	pid, err := strconv.Atoi(c.line())
	if err != nil {
		c.t.Fatal(err)
	}
	return pid
}

func (c *call) signal(sig os.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil {
		c.t.Fatal(err)
	}
}

// status waits for the end.
func (c *call) status() int {
	c.t.Helper()
	select {
	case <-c.done:
	case <-time.After(deadline):
		c.t.Fatalf("braid does not end; its errors:\n%s", c.stderr.String())
	}
	return c.cmd.ProcessState.ExitCode()
}

// A result is what a braid that has ended left.
type result struct {
	status   int
	out, err string
}

func braidWith(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	timer := time.AfterFunc(deadline, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	defer timer.Stop()
	_ = cmd.Run()
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func braidRun(t *testing.T, args ...string) result {
	t.Helper()
	return braidWith(t, "", args...)
}

func (r result) want(t *testing.T, status int, out string) {
	t.Helper()
	if r.status != status || r.out != out {
		t.Errorf("status %d, output %.500q; want %d, %.500q; errors:\n%.2000s", r.status, r.out, status, out, r.err)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

// dead tells whether a process has ended. One that has ended but that its
// parent, a stranger to us, has not waited for yet is dead.
func dead(pid int) bool {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func mustBeDead(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		if !dead(pid) {
			t.Errorf("process %d was left behind", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// until polls for something to become visible.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// Scripts. forever does not end and tells its pid; stubborn ignores SIGTERM;
// daemon leaves a process in a session of its own and goes on.
const (
	forever  = `echo $$; exec sleep 1000`
	stubborn = `trap "" TERM; echo $$; while :; do sleep 0.1; done`
	daemon   = `sh -c 'setsid sh -c "echo \$\$; exec sleep 1000" &'; `
)
