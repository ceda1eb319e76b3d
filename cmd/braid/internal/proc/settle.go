//go:build unix

package proc

import "syscall"

// settle decides what has come to an end, and goes after what is left behind
// by commands that are being stopped. It is called, with mu held, after every
// change: a child was waited for, or somebody asked for a stop. That is often
// enough, since a process that loses its parent becomes our child before its
// parent can be waited for.
func (k *Keeper) settle() {
	if !k.pending() {
		return
	}
	left := make(map[*Proc][]process)
	owners := make(map[procID]*Proc)
	for _, o := range k.orphans() {
		if k.spared[o.id()] {
			continue
		}
		owner := k.owners[o.id()]
		if owner == nil || owner.departed {
			owner = k.ownerOf(o)
		}
		if owner != nil {
			left[owner] = append(left[owner], o)
			owners[o.id()] = owner
		}
	}
	k.owners = owners
	for _, p := range k.live {
		k.settleOne(p, left[p])
	}
	if k.closing || k.hard {
		k.settleOne(k.rest, left[k.rest])
	}
}

// pending tells whether there is anything to decide, which spares a look at
// all processes.
func (k *Keeper) pending() bool {
	if k.closing || k.hard {
		return true
	}
	for _, p := range k.live {
		if p.ended || p.asked || p.killing {
			return true
		}
	}
	return false
}

func (k *Keeper) settleOne(p *Proc, left []process) {
	if p.departed {
		return
	}
	switch {
	case p.killing:
		p.untouched = nil
		k.killTrees(p, left)
	case p.asked:
		k.tell(p, left)
	}
	if !p.ended {
		return
	}
	if p.asked || p.killing {
		p.left = max(p.left, len(left))
	}
	stuck := p.killing && len(left) > 0 && len(p.untouched) >= len(left)
	if p != k.rest {
		closeOnce(p.exited)
	} else if !k.closing {
		return
	}
	if stuck {
		for _, o := range left {
			k.spared[o.id()] = true
		}
	}
	if len(left) == 0 || stuck {
		p.departed = true
		close(p.gone)
		if p != k.rest {
			delete(k.live, p.pid)
			k.guard.drop(p.pid)
		}
	}
}

func closeOnce(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// tell asks each detached process to end, once. One that leads a group is
// asked together with its group; what it has started besides is its own to
// stop, as it is for the command itself.
func (k *Keeper) tell(p *Proc, left []process) {
	for _, o := range left {
		if p.told[o.id()] {
			continue
		}
		if !p.ended && o.pgrp == p.pid {
			continue // the group was asked
		}
		if p.told == nil {
			p.told = make(map[procID]bool)
		}
		p.told[o.id()] = true
		// An orphan is our child: its id stays its own while mu is held.
		to := o.pid
		if o.pgrp == o.pid {
			to = -o.pid
		}
		_ = syscall.Kill(to, syscall.SIGTERM)
		_ = syscall.Kill(to, syscall.SIGCONT)
	}
}
