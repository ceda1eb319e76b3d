//go:build linux

package proc

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Guard()
	os.Exit(m.Run())
}

const deadline = 30 * time.Second

func keeper(t *testing.T) *Keeper {
	t.Helper()
	k, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		k.KillAll()
		wait(t, k.Rest().Gone(), "the rest to be gone")
		k.Close()
	})
	return k
}

func wait(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(deadline):
		t.Fatalf("waited in vain for %s", what)
	}
}

// shell starts a script and gives its output, line by line.
func shell(t *testing.T, k *Keeper, script string) (*Proc, *bufio.Reader) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	p, err := k.Start(Spec{Path: sh, Argv: []string{"sh", "-c", script}, Stdout: w, Stderr: os.Stderr, Pipes: []*os.File{r}})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return p, bufio.NewReader(r)
}

func pidFrom(t *testing.T, out *bufio.Reader) int {
	t.Helper()
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatalf("reading a pid: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func mustBeDead(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Errorf("process %d is there still (%v)", pid, err)
	}
}

func TestAnExitStatusComesBack(t *testing.T) {
	p, _ := shell(t, keeper(t), "exit 3")
	wait(t, p.Gone(), "the command")
	if got := p.Status(); got.ExitCode() != 3 || got.Success() || got.String() != "exit status 3" {
		t.Errorf("status is %+v", got)
	}
}

func TestADeathBySignalIsToldApart(t *testing.T) {
	p, _ := shell(t, keeper(t), "kill -SEGV $$")
	wait(t, p.Gone(), "the command")
	if got := p.Status(); got.ExitCode() != 128+11 || got.String() != "killed by SIGSEGV" {
		t.Errorf("status is %+v, %s", got, got)
	}
}

func TestACommandLeadsItsOwnGroup(t *testing.T) {
	p, out := shell(t, keeper(t), "echo $$; read x")
	if pid := pidFrom(t, out); pid != p.Pid() {
		t.Errorf("pid %d, want %d", pid, p.Pid())
	}
	if group, err := syscall.Getpgid(p.Pid()); err == nil && group != p.Pid() {
		t.Errorf("group %d, want %d", group, p.Pid())
	}
}

func TestTerminateReachesTheWholeGroup(t *testing.T) {
	p, out := shell(t, keeper(t), "sleep 1000 & echo $!; wait")
	child := pidFrom(t, out)
	p.Terminate()
	wait(t, p.Gone(), "the group")
	mustBeDead(t, child)
	if got := p.Status(); got.Signal != syscall.SIGTERM {
		t.Errorf("ended with %s", got)
	}
	if p.Killed() {
		t.Error("SIGKILL was used")
	}
}

func TestTerminateReachesAStoppedProcess(t *testing.T) {
	p, out := shell(t, keeper(t), "trap 'exit 7' TERM; echo $$; kill -STOP $$; sleep 1000")
	pid := pidFrom(t, out)
	until(t, "the shell to stop", func() bool {
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		return strings.Contains(string(stat), ") T ")
	})
	p.Terminate()
	wait(t, p.Exited(), "the shell")
	if got := p.Status(); got.Code != 7 {
		t.Errorf("ended with %s", got)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// daemon forks twice with a session of its own and prints the daemon's pid.
const daemon = `sh -c 'setsid sh -c "echo \$\$; exec sleep 1000" &' `

func TestADaemonIsNoticedWhenItsCommandEnds(t *testing.T) {
	p, out := shell(t, keeper(t), daemon+"; sleep 0.01; exit 0")
	pid := pidFrom(t, out)
	wait(t, p.Exited(), "the command")
	select {
	case <-p.Gone():
		t.Fatal("gone, with a daemon about")
	default:
	}
	p.Terminate()
	wait(t, p.Gone(), "the daemon")
	mustBeDead(t, pid)
	if p.Left() != 1 {
		t.Errorf("%d processes left behind, want 1", p.Left())
	}
	if !p.Status().Success() {
		t.Errorf("ended with %s", p.Status())
	}
}

func TestADaemonIsToldApartFromThoseOfOtherCommands(t *testing.T) {
	k := keeper(t)
	a, outA := shell(t, k, daemon+"; sleep 1000")
	b, outB := shell(t, k, daemon+"; exit 0")
	pidA, pidB := pidFrom(t, outA), pidFrom(t, outB)
	wait(t, b.Exited(), "the second command")
	b.Kill()
	wait(t, b.Gone(), "the second daemon")
	mustBeDead(t, pidB)
	if err := syscall.Kill(pidA, 0); err != nil {
		t.Errorf("the first daemon is dead: %v", err)
	}
	a.Kill()
	wait(t, a.Gone(), "the first daemon")
	mustBeDead(t, pidA)
}

func TestADaemonWithoutEnvironmentIsFoundByItsPipe(t *testing.T) {
	p, out := shell(t, keeper(t), `sh -c 'env -i setsid sh -c "echo \$\$; exec sleep 1000" &'; exit 0`)
	pid := pidFrom(t, out)
	wait(t, p.Exited(), "the command")
	p.Terminate()
	wait(t, p.Gone(), "the daemon")
	mustBeDead(t, pid)
}

func TestADaemonThatHidesEverythingIsSweptUpInTheEnd(t *testing.T) {
	k := keeper(t)
	file := t.TempDir() + "/pid"
	p, _ := shell(t, k, `sh -c 'env -i setsid sh -c "echo \$\$ > `+file+`; exec sleep 1000" > /dev/null 2>&1 &'; while [ ! -s `+file+` ]; do sleep 0.01; done`)
	wait(t, p.Gone(), "the command")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	rest := k.Rest()
	rest.Terminate()
	wait(t, rest.Gone(), "the rest")
	mustBeDead(t, pid)
}

func TestKillEndsATreeThatIgnoresSIGTERM(t *testing.T) {
	p, out := shell(t, keeper(t), `trap "" TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 0.05; done' & setsid -w sh -c 'echo $$; while :; do sleep 0.05; done'`)
	one, two := pidFrom(t, out), pidFrom(t, out)
	p.Terminate()
	p.Kill()
	wait(t, p.Gone(), "the tree")
	mustBeDead(t, one)
	mustBeDead(t, two)
	if !p.Killed() {
		t.Error("Killed is false")
	}
}

func TestAKillCatchesUpWithProcessesThatKeepForking(t *testing.T) {
	p, out := shell(t, keeper(t), `echo $$; i=0; while [ $i -lt 200 ]; do (setsid sleep 1000 &); i=$((i+1)); done; sleep 1000`)
	pidFrom(t, out)
	p.Kill()
	wait(t, p.Gone(), "the tree")
	if _, err := out.ReadByte(); err != io.EOF {
		t.Errorf("somebody holds the pipe: %v", err)
	}
}

func TestNothingStartsAfterKillAll(t *testing.T) {
	k := keeper(t)
	p, _ := shell(t, k, "sleep 1000")
	k.KillAll()
	wait(t, p.Gone(), "the command")
	if _, err := k.Start(Spec{Path: "/bin/true", Argv: []string{"true"}}); err != ErrClosed {
		t.Errorf("Start gave %v", err)
	}
}

func TestAProgramThatCannotBeRunIsAnError(t *testing.T) {
	if _, err := keeper(t).Start(Spec{Path: "/nowhere", Argv: []string{"nowhere"}}); err != syscall.ENOENT {
		t.Errorf("Start gave %v", err)
	}
}

func TestTheMarkIsReadAlsoWhereKeepersAreNested(t *testing.T) {
	for env, want := range map[string]uint64{
		"A=1\x00BRAID_TASK=me:7\x00B=2":   7,
		"BRAID_TASK=other:1/me:8/third:2": 8,
		"BRAID_TASK=other:1":              0,
		"XBRAID_TASK=me:7":                0,
		"BRAID_TASK=me:x":                 0,
		"":                                0,
	} {
		if got, _ := parseMark(env, "me"); got != want {
			t.Errorf("%q gives %d, want %d", env, got, want)
		}
	}
}

func TestAProcessNameMayHoldAnything(t *testing.T) {
	p, ok := parseStat(5, "5 (a) S 1 (b) S 42 43 44 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 99 1 2")
	if !ok || p.ppid != 42 || p.pgrp != 43 || p.start != 99 {
		t.Errorf("got %+v, %v", p, ok)
	}
}
