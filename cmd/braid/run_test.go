//go:build unix

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRunSucceedsWhenAllCommandsDo(t *testing.T) {
	r := braidRun(t, "run", "--", "echo", "one", ":::", "printf", "two\nthree", ":::", "true")
	got := strings.Split(strings.TrimSuffix(r.out, "\n"), "\n")
	slices.Sort(got)
	if want := []string{"echo   | one", "printf | three", "printf | two"}; r.status != 0 || !slices.Equal(got, want) {
		t.Errorf("status %d, output %q", r.status, r.out)
	}
	if r.err != "" {
		t.Errorf("something was reported:\n%s", r.err)
	}
}

func TestRunReportsOnRequestThatAllIsWell(t *testing.T) {
	r := braidRun(t, "run", "--report", "--", "true", ":::", "true")
	contains(t, r.err, "run succeeded in ", "├─ ✓ true#1  ", "└─ ✓ true#2  ")
}

func TestRunStopsTheOthersAtTheFirstFailure(t *testing.T) {
	c := start(t, "run", "--", "sh", "-c", forever, ":::", "sh", "-c", "echo built", ":::", "sh", "-c", `exit 3`)
	var pids []int
	for line := range c.lines {
		if _, after, _ := strings.Cut(line, " | "); after != "built" {
			pids = append(pids, atoi(t, after))
		}
	}
	if status := c.status(); status != 3 {
		t.Errorf("status %d, want 3", status)
	}
	mustBeDead(t, pids...)
	report := regexp.MustCompile(`(?s)run failed in \S+\n├─ ■ echo \$\$\s+\S.*\n├─ . echo built\s+\S.*\n└─ ✗ exit\s+exit status 3, \S+\n$`)
	if !report.MatchString(c.stderr.String()) {
		t.Errorf("the report is\n%s", c.stderr.String())
	}
}

func TestTheReportSaysWhyACommandWasStopped(t *testing.T) {
	file := t.TempDir() + "/up"
	r := braidRun(t, "run", "--", "sh", "-c", "touch "+file+"; exec sleep 1000", ":::", "sh", "-c", "while [ ! -e "+file+" ]; do sleep 0.01; done; exit 9")
	if r.status != 9 {
		t.Errorf("status %d", r.status)
	}
	if !regexp.MustCompile(`├─ ■ touch\s+stopped \(SIGTERM\) after \S+: because while failed\n└─ ✗ while\s+exit status 9`).MatchString(r.err) {
		t.Errorf("the report is\n%s", r.err)
	}
}

func TestADeathBySignalIsAFailureWithTheShellsStatus(t *testing.T) {
	r := braidRun(t, "run", "--", "sh", "-c", "kill -KILL $$")
	r.want(t, 137, "")
	contains(t, r.err, "killed by SIGKILL")
}

func TestACommandAloneWritesAsItIs(t *testing.T) {
	r := braidRun(t, "run", "--", "sh", "-c", "printf out; printf err >&2")
	r.want(t, 0, "out")
	if r.err != "err" {
		t.Errorf("errors %q", r.err)
	}
}

func TestStandardErrorIsKeptApart(t *testing.T) {
	r := braidRun(t, "run", "--", "sh", "-c", "echo out", ":::", "sh", "-c", "echo err >&2")
	r.want(t, 0, "echo out | out\n")
	if !strings.HasSuffix(r.err, " | err\n") {
		t.Errorf("errors %q", r.err)
	}
}

func TestCommandsReadNothing(t *testing.T) {
	braidWith(t, "secret", "run", "--", "cat").want(t, 0, "")
}

func TestFlagsOfACommandAreItsOwn(t *testing.T) {
	braidRun(t, "run", "echo", "--grace", "-j", "--", "x").want(t, 0, "--grace -j -- x\n")
	braidRun(t, "run", "--", "printf", "%s", "--help").want(t, 0, "--help")
}

func TestATimeLimitIsAFailureOfItsOwn(t *testing.T) {
	r := braidRun(t, "run", "--timeout", "50ms", "--", "sleep", "1000")
	r.want(t, 124, "")
	contains(t, r.err, "✗ sleep  timed out after 50ms, ")
}

func TestMegabytesPassThrough(t *testing.T) {
	const size = 20 << 20
	r := braidRun(t, "run", "--", "head", "-c", "20971520", "/dev/zero", ":::", "sh", "-c", "yes | head -n 100000")
	if r.status != 0 || strings.Count(r.out, "\x00") != size || strings.Count(r.out, " | y\n") != 100000 {
		t.Errorf("status %d, %d zeros, %d lines", r.status, strings.Count(r.out, "\x00"), strings.Count(r.out, "| y\n"))
	}
}

func TestAProgramThatIsNoneFailsAlone(t *testing.T) {
	file := t.TempDir() + "/text"
	write(t, file, "\x7fno program at all")
	r := braidRun(t, "run", "--", file)
	r.want(t, 126, "")
	contains(t, r.err, "cannot be started: it is neither a program nor a script with a #! line")
}
