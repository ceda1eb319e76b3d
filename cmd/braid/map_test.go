//go:build unix

package main

import (
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestMapKeepsTheOrderOfTheArguments(t *testing.T) {
	var want strings.Builder
	args := []string{"map", "-j", "8", "--", "sh", "-c", `echo "$1 begins"; sleep 0.0$(( $$ % 10 )); echo "$1 ends"`, "sh", "{}", ":::"}
	for i := range 100 {
		args = append(args, fmt.Sprint(i))
		fmt.Fprintf(&want, "%d begins\n%d ends\n", i, i)
	}
	braidRun(t, args...).want(t, 0, want.String())
}

func TestArgumentsComeFromStandardInput(t *testing.T) {
	braidWith(t, "a b\n\nc\n\"d\" *", "map", "--", "echo").want(t, 0, "a b\nc\n\"d\" *\n")
	braidWith(t, "a\nb\x00c", "map", "-0", "--", "printf", "[%s]").want(t, 0, "[a\nb][c]")
}

func TestArgumentsComeFromAFile(t *testing.T) {
	file := t.TempDir() + "/args"
	write(t, file, "x\ny\n")
	braidRun(t, "map", "-a", file, "echo", "<{}>").want(t, 0, "<x>\n<y>\n")
}

func TestNoArgumentsAreNoError(t *testing.T) {
	braidWith(t, "", "map", "--", "false").want(t, 0, "")
	braidRun(t, "map", "--", "false", ":::").want(t, 0, "")
}

func TestThousandsOfArgumentsWithProgress(t *testing.T) {
	var in strings.Builder
	n := 3000
	if raceEnabled || testing.Short() {
		n = 1000
	}
	for i := range n {
		fmt.Fprintln(&in, i)
	}
	r := braidWith(t, in.String(), "map", "-j", "8", "--progress", "--", "true", "{}")
	r.want(t, 0, "")
	lines := strings.Split(strings.TrimSpace(r.err), "\n")
	last := regexp.MustCompile(fmt.Sprintf(`^braid map: %d of %d done, 0 failed, \S+$`, n, n))
	if len(lines) < 10 || !last.MatchString(lines[len(lines)-1]) {
		t.Errorf("progress was\n%s", r.err)
	}
}

func TestTheFirstFailureStopsTheMap(t *testing.T) {
	file := t.TempDir() + "/up"
	script := `case $1 in slow) echo begun; touch ` + file + `; exec sleep 1000;; bad) while [ ! -e ` + file + ` ]; do sleep 0.01; done; echo gone wrong; exit 7;; *) echo late;; esac`
	r := braidRun(t, "map", "-j", "2", "--", "sh", "-c", script, "sh", "{}", ":::", "slow", "bad", "late", "late")
	r.want(t, 1, "begun\ngone wrong\n")
	if !regexp.MustCompile(`map failed in \S+: 0 done, 1 failed, 1 stopped, 2 not started\n├─ ■ slow  stopped \(SIGTERM\) after .*: because bad failed\n└─ ✗ bad   exit status 7, `).MatchString(r.err) {
		t.Errorf("the report is\n%s", r.err)
	}
}

func TestKeepGoingRunsEverythingAndReportsFailures(t *testing.T) {
	r := braidRun(t, "map", "-j", "2", "--keep-going", "--", "sh", "-c", `echo $1; exit $(( $1 % 2 ))`, "sh", "{}", ":::", "1", "2", "3", "4")
	r.want(t, 1, "1\n2\n3\n4\n")
	contains(t, r.err, ": 2 done, 2 failed\n", "exit status 1")
	if strings.Count(r.err, "✗") != 2 {
		t.Errorf("the report is\n%s", r.err)
	}
}

func TestALongListOfFailuresIsCutShort(t *testing.T) {
	args := []string{"map", "--keep-going", "--", "false", ":::"}
	for i := range 50 {
		args = append(args, fmt.Sprint(i))
	}
	r := braidRun(t, args...)
	r.want(t, 1, "")
	if strings.Count(r.err, "✗") != 20 || !strings.Contains(r.err, "and 30 more") {
		t.Errorf("the report is\n%s", r.err)
	}
}

func TestRetriesShowTheLastAttemptOnly(t *testing.T) {
	dir := t.TempDir()
	script := `echo try >> ` + dir + `/$1; n=$(wc -l < ` + dir + `/$1); echo $1 attempt $n; echo aside $n >&2; [ $n -ge 3 ]`
	r := braidRun(t, "map", "--retries", "5", "--report", "--", "sh", "-c", script, "sh", "{}", ":::", "a", "b")
	r.want(t, 0, "a attempt 3\nb attempt 3\n")
	if got := strings.Count(r.err, "aside"); got != 2 {
		t.Errorf("%d lines of standard error:\n%s", got, r.err)
	}
	r = braidRun(t, "map", "--retries", "1", "--", "sh", "-c", "echo x; exit 4", "sh", "{}", ":::", "c")
	r.want(t, 1, "x\n")
	contains(t, r.err, "exit status 4, ", "(attempt 2)")
}

func TestATimeLimitIsForEachAttempt(t *testing.T) {
	dir := t.TempDir()
	script := `echo try >> ` + dir + `/tries; [ $(wc -l < ` + dir + `/tries) -ge 2 ] || exec sleep 1000; echo done`
	braidRun(t, "map", "--timeout", "3", "--retries", "1", "--", "sh", "-c", script, "sh", "{}", ":::", "a").want(t, 0, "done\n")
	r := braidRun(t, "map", "-j", "2", "--timeout", "3s", "--keep-going", "--", "sh", "-c", `[ $1 = fast ] || exec sleep 1000`, "sh", "{}", ":::", "slow", "fast")
	r.want(t, 1, "")
	contains(t, r.err, "1 done, 1 failed", "✗ slow  timed out after 3.0s")
}

func TestASignalStopsAMap(t *testing.T) {
	c := start(t, "map", "-j", "2", "--", "sh", "-c", forever, "sh", "{}", ":::", "a", "b", "c")
	pid := c.pid()
	c.signal(syscall.SIGINT)
	if got := c.status(); got != 130 {
		t.Errorf("status %d", got)
	}
	mustBeDead(t, pid)
	contains(t, c.stderr.String(), "map interrupted by SIGINT in ", "not started")
}

func TestASignalStopsAMapThatWaitsForInput(t *testing.T) {
	c := startPiped(t, "map", "--", "echo")
	fmt.Fprintln(c.in, "one")
	c.line()
	c.signal(syscall.SIGTERM)
	if got := c.status(); got != 143 {
		t.Errorf("status %d: %s", got, c.stderr.String())
	}
}

func TestEndlessInputIsMappedAsItComes(t *testing.T) {
	c := startPiped(t, "map", "-j", "2", "--", "echo")
	for _, word := range []string{"one", "two"} {
		fmt.Fprintln(c.in, word)
		if got := c.line(); got != word {
			t.Errorf("got %q, want %q", got, word)
		}
	}
	c.in.Close()
	if got := c.status(); got != 0 {
		t.Errorf("status %d", got)
	}
}

func TestMegabytesStayTogetherAndInOrder(t *testing.T) {
	r := braidRun(t, "map", "-j", "4", "--", "sh", "-c", `[ $1 != a ] || sleep 0.5; head -c 5000000 /dev/zero | tr '\0' $1`, "sh", "{}", ":::", "a", "b", "c", "d")
	want := ""
	for _, c := range "abcd" {
		want += strings.Repeat(string(c), 5000000)
	}
	if r.status != 0 || r.out != want {
		t.Errorf("status %d, %d bytes: %s", r.status, len(r.out), r.err)
	}
}

func TestAProgramMayDependOnTheArgument(t *testing.T) {
	r := braidRun(t, "map", "-k", "--", "{}", "-n", ":::", "echo", "no-such-program")
	r.want(t, 1, "")
	contains(t, r.err, "there is no program no-such-program in PATH")
}
