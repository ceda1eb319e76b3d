//go:build unix

package proc

import (
	"os"
	"syscall"
	"time"
)

// Spec says what to start.
type Spec struct {
	Path   string   // the program's file
	Argv   []string // its words, the program's name first
	Stdout *os.File // nil is the null device; standard input always is
	Stderr *os.File
	// Pipes are the pipes made for this command alone. Whoever holds one of
	// them open is taken for a descendant of the command.
	Pipes []*os.File
}

// A Proc is a command and all its descendants.
type Proc struct {
	k     *Keeper
	pid   int
	seq   uint64
	pipes []string // "pipe:[inode]", as /proc shows open files

	exited chan struct{}
	gone   chan struct{}

	// Guarded by k.mu.
	status    Status
	ended     bool // exited is closed
	departed  bool // gone is closed
	asked     bool // Terminate was called
	killing   bool // Kill was called
	killed    bool // and something was there to kill
	left      int  // processes that outlived the command and had to be stopped
	told      map[procID]bool
	untouched []int // processes that must not be signalled by us
}

// Pid is the command's process id, and the id of its process group.
func (p *Proc) Pid() int { return p.pid }

// Exited is closed when the command itself has ended.
func (p *Proc) Exited() <-chan struct{} { return p.exited }

// Gone is closed when the command and every descendant of it have ended.
func (p *Proc) Gone() <-chan struct{} { return p.gone }

// Status tells how the command ended, once Exited is closed.
func (p *Proc) Status() Status {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	return p.status
}

// Left tells how many processes had to be stopped when the command had ended.
func (p *Proc) Left() int {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	return p.left
}

// Killed tells whether Kill found something to kill.
func (p *Proc) Killed() bool {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	return p.killed
}

// Untouched lists descendants that still run because this process has no
// right to signal them: those of a program that changed its user.
func (p *Proc) Untouched() []int {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	return p.untouched
}

// Terminate asks the command to end: SIGTERM to its process group and to what
// has detached itself from it, and SIGCONT, without which a stopped process
// would not notice. What the command leaves behind when it ends is asked too.
// A process is asked once.
func (p *Proc) Terminate() {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	if p.asked || p.departed {
		return
	}
	p.asked = true
	if !p.ended {
		_ = p.signalGroup(syscall.SIGTERM)
		_ = p.signalGroup(syscall.SIGCONT)
	}
	p.k.settle()
}

// Kill ends the command and all its descendants with SIGKILL, and from then
// on every further one that shows up.
func (p *Proc) Kill() {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	p.kill()
	p.k.settle()
}

func (p *Proc) kill() {
	if p.departed {
		return
	}
	p.killing = true
	if p.ended {
		return
	}
	p.killed = true
	if p.signalGroup(syscall.SIGKILL) == syscall.EPERM {
		p.ended = true // it changed its user: settle finds that nothing can be done
	}
}

// signalGroup signals a command that has not been waited for yet, which keeps
// its id, and so that of its group, from being given to another.
func (p *Proc) signalGroup(sig syscall.Signal) error {
	err := syscall.Kill(-p.pid, sig)
	if group, gerr := syscall.Getpgid(p.pid); gerr != nil || group != p.pid {
		err = syscall.Kill(p.pid, sig) // it moved to another group
	}
	return err
}

// end records that the command was waited for.
func (p *Proc) end(ws syscall.WaitStatus, usage *syscall.Rusage) {
	if ws.Signaled() {
		p.status.Signal = ws.Signal()
	} else {
		p.status.Code = ws.ExitStatus()
	}
	p.status.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	p.ended = true
}
