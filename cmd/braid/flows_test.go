//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

func TestPsAndTopShowAWorkflowAndWhatItsWorkerDoes(t *testing.T) {
	at := startServer(t)
	braidRun(t, "ps", at).want(t, 1, "") // nothing runs there
	worker := start(t, "worker", "-j", "4", at)
	stop := t.TempDir() + "/stop"
	job := start(t, "map", "--engine", at, "--", "sh", "-c", `while ! test -e "$1"; do sleep 0.1; done`, "sh", ":::", stop, stop)

	list := settled(t, []string{"ps", at}, "UP", "braid.job", "braid-braid.exec-")
	lines := strings.Split(strings.TrimSpace(list.out), "\n")
	id := lines[len(lines)-1]
	id = id[strings.LastIndexByte(id, ' ')+1:]
	tree := settled(t, []string{"ps", at, "--workflow", id}, "braid.exec", "activity braid.batch on ", "(worker)", "process ")
	if tree.status != 0 || tree.err != "" {
		t.Errorf("status %d, errors %q", tree.status, tree.err)
	}
	why := settled(t, []string{"ps", at, "--workflow", id, "--why", "braid.exec/braid.exec"}, "braid.exec")
	if why.status != 0 {
		t.Errorf("status %d: %s%s", why.status, why.out, why.err)
	}
	tty, shown, cmd, done := onScreen(t, "top", at, "--workflow", id)
	until(t, "the worker's group on the screen", func() bool { return strings.Contains(shown(), "(worker)") })
	if _, err := io.WriteString(tty, "q"); err != nil {
		t.Fatal(err)
	}
	<-done
	if got := cmd.ProcessState.ExitCode(); got != 0 {
		t.Errorf("top: status %d", got)
	}

	if err := os.WriteFile(stop, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status := job.status(); status != 0 {
		t.Errorf("map: status %d; errors\n%s", status, job.stderr.String())
	}
	worker.signal(os.Interrupt)
	<-worker.done
}

func TestAWorkflowThatCannotBeLookedAtIsAnError(t *testing.T) {
	for _, c := range []struct {
		want string
		args []string
	}{
		{"which workflow? give --workflow ID", []string{"temporal://localhost:1", "--why", "x"}},
		{"--json is about one workflow", []string{"temporal://localhost:1", "--json"}},
		{"--workflow is one of a server", []string{"localhost:6060", "--workflow", "x"}},
	} {
		r := braidRun(t, append([]string{"ps"}, c.args...)...)
		r.want(t, 2, "")
		contains(t, r.err, c.want)
	}
	r := braidRun(t, "ps", "temporal://nowhere", "--workflow", "x")
	r.want(t, 1, "")
	contains(t, r.err, "braid ps: the address of an engine is temporal://HOST:PORT")
	at := startServer(t)
	r = braidRun(t, "ps", at, "--workflow", "nobody")
	r.want(t, 1, "")
	contains(t, r.err, fmt.Sprintf("the workflow %s does not tell of its groups", "nobody"))
}
