//go:build linux

package main

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// onScreen starts braid on a terminal of its own, and gives what stands on it: a program
// that draws a screen writes only what has changed there.
func onScreen(t *testing.T, args ...string) (terminal io.ReadWriter, shown func() string, cmd *exec.Cmd, done chan struct{}) {
	t.Helper()
	terminal, raw, cmd, done := onTerminal(t, args...)
	screen, drawn := vt.NewEmulator(terminalColumns, terminalRows), 0
	go func() { _, _ = io.Copy(io.Discard, screen) }() // its answers to questions
	shown = func() string {
		text := raw.String()
		_, _ = screen.WriteString(text[drawn:])
		drawn = len(text)
		return screen.String()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen:\n%s", shown())
		}
		_ = screen.InputPipe().(io.Closer).Close() // the emulator's own Close races with its Read
	})
	return terminal, shown, cmd, done
}

const terminalRows, terminalColumns = 24, 100

// onTerminal starts braid on a terminal of its own, and gives all that is written to it.
func onTerminal(t *testing.T, args ...string) (terminal io.ReadWriter, shown *lockedBuffer, cmd *exec.Cmd, done chan struct{}) {
	t.Helper()
	cmd = exec.Command(program, args...)
	cmd.Env = append(cmd.Environ(), "TERM=xterm", "NO_COLOR=")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: terminalRows, Cols: terminalColumns})
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	t.Cleanup(func() { tty.Close() })
	shown, done = &lockedBuffer{}, make(chan struct{})
	go func() { // ends with the process: a terminal nobody has open gives an error
		defer close(done)
		_, _ = io.Copy(shown, tty)
		_ = cmd.Wait()
	}()
	return tty, shown, cmd, done
}

func TestCtrlCOnATerminalStopsTheTree(t *testing.T) {
	tty, shown, cmd, done := onTerminal(t, "run", "--", "sh", "-c", "echo up; exec sleep 1000", ":::", "sleep", "1000")
	until(t, "the command to be up", func() bool { return strings.Contains(shown.String(), "up\r\n") })
	if _, err := tty.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	<-done
	if got := cmd.ProcessState.ExitCode(); got != 130 {
		t.Errorf("status %d", got)
	}
	contains(t, shown.String(), "run interrupted by SIGINT", "\x1b[33m■\x1b[0m")
}

func TestALastLineWithoutEndIsNotLostToTheBar(t *testing.T) {
	_, shown, _, done := onTerminal(t, "map", "--progress", "--", "printf", "[%s]", ":::", "1", "2")
	<-done
	contains(t, shown.String(), "[1][2]\r\n", "2/2")
}

func TestATerminalGetsABarAndOutputAboveIt(t *testing.T) {
	_, shown, cmd, done := onTerminal(t, "map", "--progress", "-k", "--", "sh", "-c", "echo line {}; [ {} != 3 ]", ":::", "1", "2", "3", "4")
	<-done
	if got := cmd.ProcessState.ExitCode(); got != 1 {
		t.Errorf("status %d", got)
	}
	contains(t, shown.String(), "█", "4/4, 1 failed", "map failed in ")
	rest := shown.String()
	for _, line := range []string{"line 1\r\n", "line 2\r\n", "line 3\r\n", "line 4\r\n"} { // the bar may come between
		before, after, ok := strings.Cut(rest, line)
		if !ok || before != "" && !strings.HasSuffix(before, "\n") && !strings.HasSuffix(before, "\x1b[J") {
			t.Fatalf("no %q on a line of its own in %q", line, rest)
		}
		rest = after
	}
}
