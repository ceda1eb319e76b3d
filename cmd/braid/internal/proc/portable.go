//go:build unix && !linux

package proc

import (
	"os"
	"syscall"
	"time"
)

// What every Unix gives: process groups. A process that detaches itself from
// its command's group is not found here.

type process struct {
	pid, pgrp int
}

func (p process) id() procID { return procID{pid: p.pid, start: 0} }

type scanner struct{}

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func adoptOrphans() error { return nil }

func ownProgram() (string, error) { return os.Executable() }

// poll looks for groups that have emptied: nobody tells us.
func poll() <-chan time.Time { return time.Tick(20 * time.Millisecond) }

func pipeName(*os.File) string { return "" }

// orphans gives, for each command that has ended, its group while anybody is
// in it.
func (k *Keeper) orphans() []process { return k.scans.groups(k.live) }

func (scanner) groups(live map[int]*Proc) (found []process) {
	for pid, p := range live {
		if p.ended && syscall.Kill(-pid, 0) == nil {
			found = append(found, process{pid: pid, pgrp: pid})
		}
	}
	return found
}

func (k *Keeper) ownerOf(o process) *Proc { return k.live[o.pgrp] }

func (k *Keeper) killTrees(p *Proc, left []process) {
	for _, o := range left {
		p.killed = true
		if syscall.Kill(-o.pgrp, syscall.SIGKILL) == syscall.EPERM {
			p.untouched = append(p.untouched, o.pid)
		}
	}
}

func killMarked(string) bool { return false }
