//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const looseEnd = `package m

import "sync"

func f() {
	go func(mu sync.Mutex) {}(sync.Mutex{})
	var mu sync.Mutex
	mu2 := mu
	_ = &mu2
}
`

func TestVetFindsWhatBraidvetFindsWithBraidAsGoVetsTool(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/go.mod", "module m\n\ngo 1.26\n")
	write(t, dir+"/m.go", looseEnd)
	r := braidRun(t, "vet", "-C", dir, "./...")
	if r.status != 1 || !strings.Contains(r.out, "m.go:8:9: warning: assignment copies lock value to mu2: sync.Mutex (copylocks)") {
		t.Errorf("status %d\n%s%s", r.status, r.out, r.err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "vet", "-vettool="+program, "./...")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "m.go:8:9: assignment copies lock value") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWhatGoVetAsksItsToolIsAnsweredToGoVetAlone(t *testing.T) {
	for want, args := range map[string][]string{
		"braid vet: -flags is for go vet, which asks its tool by it; see braid vet help\n":                                                 {"vet", "-flags"},
		"braid vet: -V is for go vet, which asks its tool by it (go version -m tells of which version a program is); see braid vet help\n": {"vet", "-V=full"},
	} {
		r := braidRun(t, args...)
		r.want(t, 2, "")
		if r.err != want {
			t.Errorf("%q gives\n%swant\n%s", args, r.err, want)
		}
	}
	for want, arg := range map[string]string{"version": "-V=full", `"Name": "dropped"`: "-flags"} {
		if r := braidRun(t, arg); r.status != 0 || !strings.Contains(r.out, want) {
			t.Errorf("%s: status %d\n%s%s", arg, r.status, r.out, r.err)
		}
	}
}

func TestACommandOnAFileThatIsNamedAsGoVetsIsRun(t *testing.T) {
	file := t.TempDir() + "/x.cfg"
	write(t, file, "text\n")
	braidRun(t, "run", "--", "cat", file).want(t, 0, "text\n")
}

func TestVetHasItsOwnHelp(t *testing.T) {
	for _, args := range [][]string{{"vet", "help"}, {"help", "vet"}, {"vet", "--help"}} {
		r := braidRun(t, args...)
		r.want(t, 0, r.out)
		if !strings.Contains(r.out, "braid vet [flags] [packages]") {
			t.Errorf("%q gives\n%s", args, r.out)
		}
	}
}
