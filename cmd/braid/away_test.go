//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// startServer starts the server that BRAID_TEMPORAL_SERVER names, and gives its address.
func startServer(t *testing.T) (address string) {
	t.Helper()
	server := os.Getenv("BRAID_TEMPORAL_SERVER")
	if server == "" {
		t.Skip("needs a real server: BRAID_TEMPORAL_SERVER names the program that temporal/devserver is")
	}
	cmd := exec.Command(server, "-listen", "127.0.0.1:0", "-until-eof")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	at, ok := strings.CutPrefix(strings.TrimSpace(line), "listening at ")
	if err != nil || !ok {
		t.Fatalf("the server says %q, %v", line, err)
	}
	return "temporal://" + at
}

func TestCommandsRunOnWorkersAsTheyWouldHere(t *testing.T) {
	at := startServer(t)
	worker := start(t, "worker", "-j", "4", at)
	braidRun(t, "map", "--engine", at, "--", "sh", "-c", `echo "out $1"`, "sh", ":::", "a", "b", "c").want(t, 0, "out a\nout b\nout c\n")
	braidRun(t, "map", "--engine", at, "--", "sh", "-c", `exit $1`, "sh", ":::", "3").want(t, 1, "")
	braidRun(t, "map", "--engine", at, "--", "no-such-program", ":::", "x").want(t, 1, "")
	braidRun(t, "map", "--engine", at, "--timeout", "1", "--", "sleep", ":::", "1000").want(t, 1, "")
	braidRun(t, "map", "--engine", at, "--", "head", "-c", "2000000", "/dev/zero", ":::", "").want(t, 1, "")
	if err := worker.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-worker.done
}

func TestAnEngineThatCannotBeReachedIsAnErrorBeforeAnythingStarts(t *testing.T) {
	braidRun(t, "map", "--engine", "localhost:7233", "--", "true", ":::", "x").want(t, 2, "")
	braidRun(t, "worker").want(t, 2, "")
	braidRun(t, "worker", "http://localhost").want(t, 2, "")
}
