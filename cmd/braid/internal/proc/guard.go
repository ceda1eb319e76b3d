//go:build unix

package proc

import (
	"fmt"
	"os"
	"syscall"
)

// The guard is this program once more, in a session of its own, holding the
// reading end of a pipe of which the keeper holds the other. However the
// keeper's process dies, the kernel closes that end, and the guard kills the
// process groups it was told of and every process that carries the mark.
//
// What the pipe carries: "+pid\n" a command's group is there, "-pid\n" it is
// gone, "q\n" all is well and the guard may leave.

const guardName = "braid-guard" // argv[0] of the guard

type guard struct {
	pid  int
	pipe *os.File
	gone chan struct{}
}

func startGuard(k *Keeper) (*guard, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	exe, err := ownProgram()
	if err != nil {
		return nil, err
	}
	g := &guard{pipe: w, gone: make(chan struct{})}
	null, fd := k.null.Fd(), r.Fd()
	err = k.onStarter(func() (err error) {
		k.mu.Lock()
		defer k.mu.Unlock()
		g.pid, err = syscall.ForkExec(exe, []string{guardName, k.id}, &syscall.ProcAttr{
			Dir:   "/",
			Env:   os.Environ(),
			Files: []uintptr{null, null, null, fd},
			Sys:   &syscall.SysProcAttr{Setsid: true},
		})
		k.guard = g
		return err
	})
	if err != nil {
		w.Close()
		return nil, err
	}
	return g, nil
}

// add and drop fail if the guard was killed; there is nothing to be done then.
func (g *guard) add(pid int)  { _, _ = fmt.Fprintf(g.pipe, "+%d\n", pid) }
func (g *guard) drop(pid int) { _, _ = fmt.Fprintf(g.pipe, "-%d\n", pid) }

func (g *guard) ended() { closeOnce(g.gone) }

// dismiss sends the guard away and waits until it is gone.
func (g *guard) dismiss() {
	_, _ = fmt.Fprint(g.pipe, "q\n")
	g.pipe.Close()
	<-g.gone
}
