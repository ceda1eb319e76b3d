//go:build unix

package proc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/braid-go/braid"
)

// Mark is the environment variable by which descendants are recognised. Its
// value names the keepers above and the command: "<keeper>:<n>", one after
// another with a slash between where keepers are nested.
const Mark = "BRAID_TASK"

// A Keeper starts commands and knows all processes that come of them. Every
// child of the process is waited for here, under mu: as long as mu is held, no
// id of a child can pass to another process.
type Keeper struct {
	id     string
	env    []string // the environment of every command, the mark excepted
	above  string   // the mark this process was started with
	starts chan func()
	wake   chan os.Signal
	work   *braid.Group // the two threads below
	open   context.Context
	guard  *guard
	null   *os.File

	mu      sync.Mutex
	seq     uint64
	live    map[int]*Proc // commands that are not gone, by pid
	owners  map[procID]*Proc
	spared  map[procID]bool // those we may not signal; nobody waits for them
	rest    *Proc           // owns what belongs to no command
	closing bool
	hard    bool
	scans   scanner
}

// New makes the keeper: it adopts orphans from now on, and the guard is up.
func New() (*Keeper, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		null:   null,
		id:     newID(),
		starts: make(chan func()),
		wake:   make(chan os.Signal, 1),
		live:   make(map[int]*Proc),
		owners: make(map[procID]*Proc),
		spared: make(map[procID]bool),
	}
	k.rest = &Proc{k: k, ended: true, exited: make(chan struct{}), gone: make(chan struct{})}
	close(k.rest.exited)
	for _, kv := range os.Environ() {
		if value, ok := strings.CutPrefix(kv, Mark+"="); ok {
			k.above = value + "/"
		} else {
			k.env = append(k.env, kv)
		}
	}
	if err := adoptOrphans(); err != nil {
		null.Close()
		return nil, fmt.Errorf("cannot adopt orphaned processes: %w", err)
	}
	signal.Notify(k.wake, syscall.SIGCHLD)
	k.work, k.open = braid.Open(context.Background(), braid.Name("keeper"), braid.Grace(braid.Forever))
	k.work.Go(k.startThread, braid.Name("start"), braid.OwnGoroutine) // it keeps its OS thread
	k.work.Go(k.waitThread, braid.Name("wait"))
	g, err := startGuard(k)
	if err != nil {
		k.shut()
		return nil, fmt.Errorf("cannot start the guard process: %w", err)
	}
	k.guard = g
	return k, nil
}

func newID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return strconv.Itoa(os.Getpid()) + "-" + hex.EncodeToString(b[:])
}

// startThread runs what is to be run on the one thread that starts processes.
// The parent-death signal is tied to the thread that forked, not to the
// process (golang/go#27505), so this thread lives as long as the keeper.
func (k *Keeper) startThread(ctx context.Context) error {
	runtime.LockOSThread()
	for {
		select {
		case f := <-k.starts:
			f()
		case <-ctx.Done():
			return nil
		}
	}
}

// waitThread waits for children whenever the kernel says that there is one.
func (k *Keeper) waitThread(ctx context.Context) error {
	tick := poll()
	for {
		select {
		case <-k.wake:
		case <-tick:
		case <-ctx.Done():
			return nil
		}
		k.mu.Lock()
		k.reap()
		k.settle()
		k.mu.Unlock()
	}
}

// ErrClosed is given to whoever starts a command while everything is ending.
var ErrClosed = errors.New("everything is being stopped")

// Start starts a command in a process group of its own.
func (k *Keeper) Start(s Spec) (*Proc, error) {
	var p *Proc
	err := k.onStarter(func() (err error) {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.hard || k.closing {
			return ErrClosed
		}
		p, err = k.start(s)
		return err
	})
	return p, err
}

func (k *Keeper) onStarter(f func() error) error {
	done := make(chan error, 1)
	select {
	case k.starts <- func() { done <- f() }:
		return <-done
	case <-k.open.Done():
		return ErrClosed
	}
}

func (k *Keeper) start(s Spec) (*Proc, error) {
	null := k.null.Fd()
	files := []uintptr{null, null, null}
	for i, f := range []*os.File{s.Stdout, s.Stderr} {
		if f != nil {
			files[i+1] = f.Fd()
		}
	}
	k.seq++
	p := &Proc{k: k, seq: k.seq, exited: make(chan struct{}), gone: make(chan struct{})}
	for _, f := range s.Pipes {
		p.pipes = append(p.pipes, pipeName(f))
	}
	mark := Mark + "=" + k.above + k.id + ":" + strconv.FormatUint(p.seq, 10)
	// Held under mu: a command cannot be waited for before it is in live.
	pid, err := syscall.ForkExec(s.Path, s.Argv, &syscall.ProcAttr{
		Env:   append(k.env[:len(k.env):len(k.env)], mark),
		Files: files,
		Sys:   attributes(),
	})
	if err != nil {
		return nil, err
	}
	p.pid = pid
	k.live[pid] = p
	k.guard.add(pid)
	return p, nil
}

// reap waits for every child that has ended.
func (k *Keeper) reap() {
	for {
		var ws syscall.WaitStatus
		var usage syscall.Rusage
		pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG, &usage)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if p := k.live[pid]; p != nil && !p.ended {
			p.end(ws, &usage)
		} else if k.guard != nil && pid == k.guard.pid {
			k.guard.ended()
		}
	}
}

// Rest is everything that belongs to no command in particular: processes that
// detached themselves and wiped every trace of where they came from. Once it
// is asked for, nothing more is started, and it is gone when no child is left.
func (k *Keeper) Rest() *Proc {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closing = true
	k.settle()
	return k.rest
}

// KillAll kills every command and every orphan, now and from now on.
func (k *Keeper) KillAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.hard = true
	for _, p := range k.live {
		p.kill()
	}
	k.rest.kill()
	k.settle()
}

// Close ends the keeper and its guard. Commands must be gone before.
func (k *Keeper) Close() {
	k.mu.Lock()
	k.closing = true
	k.mu.Unlock()
	k.guard.dismiss()
	k.shut()
}

func (k *Keeper) shut() {
	signal.Stop(k.wake)
	k.null.Close()
	_ = k.work.Close() //braid:ignore dropped the threads return no error
}

// procID tells a process from a later one with the same pid.
type procID struct {
	pid   int
	start uint64
}
