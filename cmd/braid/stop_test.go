//go:build unix

package main

import (
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// size is 0 while there is no such file.
func size(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func linuxOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes that detach themselves are found on Linux only")
	}
}

func TestASignalStopsTheTreeWithItsCleanupAndItsStatus(t *testing.T) {
	for sig, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		t.Run(signalName(sig), func(t *testing.T) {
			file := t.TempDir() + "/clean"
			c := start(t, "run", "--", "sh", "-c", "trap 'echo bye > "+file+"; exit 0' TERM; echo $$; while :; do sleep 0.05; done", ":::", "sh", "-c", forever)
			pids := []int{c.pid(), c.pid()}
			c.signal(sig)
			if got := c.status(); got != status {
				t.Errorf("status %d, want %d", got, status)
			}
			mustBeDead(t, pids...)
			if got := read(t, file); got != "bye\n" {
				t.Errorf("the cleanup left %q", got)
			}
			contains(t, c.stderr.String(), "run interrupted by "+signalName(sig)+" after ", "because braid was interrupted by "+signalName(sig))
		})
	}
}

func TestACommandThatIgnoresSIGTERMIsKilledAfterTheGrace(t *testing.T) {
	c := start(t, "run", "--grace", "200ms", "--", "sh", "-c", stubborn, ":::", "sh", "-c", `exec sleep 1000`)
	pid := c.pid()
	c.signal(syscall.SIGTERM)
	if got := c.status(); got != 143 {
		t.Errorf("status %d", got)
	}
	mustBeDead(t, pid)
	contains(t, c.stderr.String(), "■ trap ", "killed (SIGKILL) after ", "stopped (SIGTERM) after ")
}

func TestASecondSIGINTKillsAtOnce(t *testing.T) {
	c := start(t, "run", "--grace", "1h", "--", "sh", "-c", stubborn)
	pid := c.pid()
	// The second must not be merged with the first: it is sent again until it works.
	c.signal(syscall.SIGINT)
	until(t, "braid to end", func() bool {
		select {
		case <-c.done:
			return true
		default:
			_ = c.cmd.Process.Signal(syscall.SIGINT)
			return false
		}
	})
	if got := c.status(); got != 130 {
		t.Errorf("status %d", got)
	}
	until(t, "the command to be dead", func() bool { return dead(pid) })
}

func TestASignalThatWasIgnoredFromTheStartStaysIgnored(t *testing.T) {
	file := t.TempDir() + "/go"
	c := startCommand(t, exec.Command("sh", "-c", `trap "" INT HUP; exec "$0" run -- sh -c 'echo $$; while [ ! -e `+file+` ]; do sleep 0.01; done; echo done'`, program))
	c.pid()
	c.signal(syscall.SIGINT)
	c.signal(syscall.SIGHUP)
	write(t, file, "")
	if line := c.line(); line != "done" {
		t.Errorf("got %q", line)
	}
	if got := c.status(); got != 0 {
		t.Errorf("status %d", got)
	}
}

func TestADaemonIsStoppedWithItsCommand(t *testing.T) {
	linuxOnly(t)
	c := start(t, "run", "--", "sh", "-c", daemon+"exec sleep 1000")
	pid := c.pid()
	c.signal(syscall.SIGTERM)
	if got := c.status(); got != 143 {
		t.Errorf("status %d", got)
	}
	mustBeDead(t, pid)
}

// leaves is a script that leaves a process behind, in a session of its own,
// when that runs and has written its pid to the file.
func leaves(script, file string) string {
	script = strings.NewReplacer(`$`, `\$`, `"`, `\"`).Replace("exec > " + file + " 2>&1; " + script)
	return `sh -c 'setsid sh -c "` + script + `" &'; while [ ! -s ` + file + ` ]; do sleep 0.01; done`
}

func TestADaemonDoesNotOutliveItsCommand(t *testing.T) {
	linuxOnly(t)
	file := t.TempDir() + "/pid"
	r := braidRun(t, "run", "--", "sh", "-c", leaves(forever, file), ":::", "true")
	r.want(t, 0, "")
	mustBeDead(t, atoi(t, strings.TrimSpace(read(t, file))))
	contains(t, r.err, "it left a process behind, which was stopped")
}

func TestAStubbornDaemonIsKilled(t *testing.T) {
	linuxOnly(t)
	file := t.TempDir() + "/pid"
	r := braidRun(t, "run", "--grace", "100ms", "--", "sh", "-c", leaves(stubborn, file))
	r.want(t, 0, "")
	mustBeDead(t, atoi(t, strings.TrimSpace(read(t, file))))
}

func TestADaemonThatHidesItsOriginIsStoppedInTheEnd(t *testing.T) {
	linuxOnly(t)
	file := t.TempDir() + "/pid"
	r := braidRun(t, "run", "--", "sh", "-c", `sh -c 'env -i setsid sh -c "echo \$\$ > `+file+`; exec sleep 1000" > /dev/null 2>&1 &'; while [ ! -s `+file+` ]; do sleep 0.01; done`)
	mustBeDead(t, atoi(t, strings.TrimSpace(read(t, file))))
	contains(t, r.err, "■ detached  by a command that hid where they came from\n")
}

func TestWhenBraidIsKilledEverythingDies(t *testing.T) {
	linuxOnly(t)
	c := start(t, "run", "--",
		"sh", "-c", forever, ":::", // a child
		"sh", "-c", `echo $$; sh -c 'echo $$; trap "" TERM; while :; do sleep 0.1; done'`, ":::", // a grandchild
		"sh", "-c", daemon+`exec sleep 1000`) // one with a session of its own
	pids := []int{c.pid(), c.pid(), c.pid(), c.pid()}
	c.signal(syscall.SIGKILL)
	for _, pid := range pids {
		until(t, "a process to die with braid", func() bool { return dead(pid) })
	}
}

func TestTheGuardLeavesWithBraid(t *testing.T) {
	linuxOnly(t)
	c := start(t, "run", "--", "sh", "-c", `ps -o pid= -C braid-guard >/dev/null 2>&1; echo $PPID; exec sleep 1000`)
	self := c.pid()
	guard := 0
	until(t, "the guard to show up", func() bool {
		guard = childNamed(self, "braid-guard")
		return guard != 0
	})
	c.signal(syscall.SIGTERM)
	c.status()
	mustBeDead(t, guard)
}

// childNamed finds a child of a process by its argv[0].
func childNamed(parent int, name string) int {
	procs, _ := os.ReadDir("/proc")
	for _, p := range procs {
		pid, err := strconv.Atoi(p.Name())
		if err != nil {
			continue
		}
		stat, _ := os.ReadFile("/proc/" + p.Name() + "/stat")
		f := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:]))
		if len(f) < 2 || f[1] != strconv.Itoa(parent) {
			continue
		}
		if cmdline, _ := os.ReadFile("/proc/" + p.Name() + "/cmdline"); strings.HasPrefix(string(cmdline), name+"\x00") {
			return pid
		}
	}
	return 0
}

func TestBraidRunsUnderBraid(t *testing.T) {
	c := start(t, "run", "--", program, "run", "--", "sh", "-c", forever, ":::", "sh", "-c", forever)
	pids := []int{c.pid(), c.pid()}
	c.signal(syscall.SIGINT)
	if got := c.status(); got != 130 {
		t.Errorf("status %d", got)
	}
	mustBeDead(t, pids...)
	contains(t, c.stderr.String(), "run interrupted by SIGTERM after ", "run interrupted by SIGINT after ")
}

func TestAReaderThatGoesAwayEndsEverything(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "map", "-j", "2", "--keep-going", "--", "sh", "-c", "echo {}; sleep 0.01; exit 1", ":::")
	for i := range 2000 {
		cmd.Args = append(cmd.Args, strconv.Itoa(i))
	}
	cmd.Stdout = w
	var errs lockedBuffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	r.Close()
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 141 || errs.String() != "" {
		t.Errorf("status %d, errors %.3000s", got, errs.String())
	}
}

func TestLookingAndVettingEndWithTheStatusOfTheSignal(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	dir := t.TempDir()
	write(t, dir+"/go", "#!/bin/sh\necho started >&2\nexec sleep 1000\n") // for the go command
	if err := os.Chmod(dir+"/go", 0o755); err != nil {
		t.Fatal(err)
	}
	for sig, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		ps := start(t, "ps", silent.Addr().String())
		conn, err := silent.Accept()
		if err != nil {
			t.Fatal(err)
		}
		ps.signal(sig)
		if got := ps.status(); got != status {
			t.Errorf("ps: status %d after %v, want %d", got, sig, status)
		}
		conn.Close()

		cmd := exec.Command(program, "vet")
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
		vet := startCommand(t, cmd)
		for end := time.Now().Add(deadline); !strings.Contains(vet.stderr.String(), "started"); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("vet does not call the go command")
			}
		}
		vet.signal(sig)
		if got := vet.status(); got != status {
			t.Errorf("vet: status %d after %v, want %d", got, sig, status)
		}
	}
}
