//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestTheFirstSuccessWinsAndItsOutputIsShown(t *testing.T) {
	dir := t.TempDir()
	r := braidRun(t, "first", "--report", "--",
		"sh", "-c", "echo $$ > "+dir+"/pid; echo lost; exec sleep 1000", ":::",
		"sh", "-c", "echo failed; echo $$ > "+dir+"/failed; exit 1", ":::",
		"sh", "-c", "while [ ! -s "+dir+"/pid ] || [ ! -s "+dir+"/failed ] || kill -0 $(cat "+dir+"/failed); do sleep 0.01; done 2>/dev/null; echo won; echo aside >&2")
	r.want(t, 0, "won\n")
	contains(t, r.err, "aside\n", "first: while won in ", "├─ ■ echo $$  ", "because while was first", "├─ ✗ echo failed  exit status 1")
	mustBeDead(t, atoi(t, strings.TrimSpace(read(t, dir+"/pid"))))
}

func TestWhenAllFailTheLastStatusCounts(t *testing.T) {
	file := t.TempDir() + "/pid"
	r := braidRun(t, "first", "--",
		"sh", "-c", "echo why >&2; echo $$ > "+file+"; exit 4", ":::",
		"sh", "-c", "while [ ! -s "+file+" ] || kill -0 $(cat "+file+"); do sleep 0.01; done 2>/dev/null; sleep 0.3; exit 5")
	r.want(t, 5, "")
	contains(t, r.err, "no command succeeded", "exit status 4", "│      why\n", "exit status 5")
}

func TestALoserThatIgnoresSIGTERMIsWaitedFor(t *testing.T) {
	file := t.TempDir() + "/pid"
	r := braidRun(t, "first", "--grace", "100ms", "--",
		"sh", "-c", "exec > "+file+"; "+stubborn, ":::",
		"sh", "-c", "while [ ! -s "+file+" ]; do sleep 0.01; done; echo won")
	r.want(t, 0, "won\n")
	mustBeDead(t, atoi(t, strings.TrimSpace(read(t, file))))
}

func TestTheWinnersOutputDoesNotWaitForTheLosers(t *testing.T) {
	file := t.TempDir() + "/pid"
	c := start(t, "first", "--grace", "1h", "--",
		"sh", "-c", "exec > "+file+"; "+stubborn, ":::",
		"sh", "-c", "while [ ! -s "+file+" ]; do sleep 0.01; done; echo won")
	if got := c.line(); got != "won" {
		t.Errorf("got %q", got)
	}
	if err := syscall.Kill(atoi(t, strings.TrimSpace(read(t, file))), syscall.SIGKILL); err != nil {
		t.Errorf("the loser is gone already: %v", err)
	}
	if got := c.status(); got != 0 {
		t.Errorf("status %d", got)
	}
}

func TestASignalStopsARace(t *testing.T) {
	file := t.TempDir() + "/pid"
	c := start(t, "first", "--", "sh", "-c", "echo $$ > "+file+"; exec sleep 1000", ":::", "false")
	until(t, "the command to be up", func() bool { return size(file) > 0 })
	c.signal(syscall.SIGINT)
	if got := c.status(); got != 130 {
		t.Errorf("status %d", got)
	}
	mustBeDead(t, atoi(t, strings.TrimSpace(read(t, file))))
	contains(t, c.stderr.String(), "first interrupted by SIGINT after ", "because braid was interrupted by SIGINT")
}
