package proc

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A process as /proc/PID/stat shows it.
type process struct {
	pid, ppid, pgrp int
	start           uint64 // clock ticks since boot
}

func (p process) id() procID { return procID{p.pid, p.start} }

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }

func readProcess(pid int) (process, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, false
	}
	return parseStat(pid, string(data))
}

// parseStat reads "pid (name) state ppid pgrp …"; the name may hold anything,
// spaces and parentheses included.
func parseStat(pid int, stat string) (process, bool) {
	end := strings.LastIndexByte(stat, ')')
	if end < 0 {
		return process{}, false
	}
	f := strings.Fields(stat[end+1:])
	if len(f) < 20 {
		return process{}, false
	}
	ppid, err1 := strconv.Atoi(f[1])
	pgrp, err2 := strconv.Atoi(f[2])
	start, err3 := strconv.ParseUint(f[19], 10, 64)
	return process{pid, ppid, pgrp, start}, err1 == nil && err2 == nil && err3 == nil
}

// scanner looks at all processes. It runs whenever a child has ended, so it is
// to be quick about those that cannot be descendants: what was there before us
// is looked at once in a while only, in case its pid has passed to another.
type scanner struct {
	self   process
	elders map[int]bool
	grown  time.Time // when elders was begun

	at  time.Time // when all was read
	all []process
}

const (
	scanAge  = 10 * time.Millisecond // how long a picture of all processes serves for killing
	elderAge = time.Second           // how long elders is believed
)

// recent gives all processes that started no earlier than this one.
func (s *scanner) recent() []process {
	if s.self.pid == 0 {
		s.self, _ = readProcess(os.Getpid())
	}
	if time.Since(s.grown) > elderAge {
		s.elders, s.grown = make(map[int]bool), time.Now()
	}
	var found []process
	for _, pid := range allPids() {
		if s.elders[pid] {
			continue
		}
		if p, ok := readProcess(pid); ok && p.start < s.self.start {
			s.elders[pid] = true
		} else if ok {
			found = append(found, p)
		}
	}
	return found
}

// processes gives the same for a short while: a stop of many commands would
// look over and over.
func (s *scanner) processes() []process {
	if time.Since(s.at) > scanAge {
		s.all, s.at = s.recent(), time.Now()
	}
	return s.all
}

func allPids() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	pids := make([]int, 0, len(names))
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// orphans gives the children of this process that it did not start. With mu
// held no child can vanish: it would have to be waited for.
func (k *Keeper) orphans() []process {
	var found []process
	for _, p := range k.scans.recent() {
		own := k.live[p.pid]
		if p.ppid == os.Getpid() && (own == nil || own.ended) && p.pid != k.guard.pid {
			found = append(found, p)
		}
	}
	return found
}

// ownerOf finds the command an orphan comes from: by the mark in its
// environment, its process group, or the pipes it holds.
func (k *Keeper) ownerOf(o process) *Proc {
	seq, marked := markOf(o.pid, k.id)
	for _, p := range k.live {
		if marked && p.seq == seq || o.pgrp == p.pid || !marked && holds(o.pid, p.pipes) {
			return p
		}
	}
	return k.rest
}

// markOf reads the number of the command that a process descends from.
func markOf(pid int, id string) (seq uint64, ok bool) {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return 0, false
	}
	return parseMark(string(env), id)
}

func parseMark(env, id string) (seq uint64, ok bool) {
	for kv := range strings.SplitSeq(env, "\x00") {
		value, is := strings.CutPrefix(kv, Mark+"=")
		if !is {
			continue
		}
		for part := range strings.SplitSeq(value, "/") {
			if n, is := strings.CutPrefix(part, id+":"); is {
				seq, err := strconv.ParseUint(n, 10, 64)
				return seq, err == nil
			}
		}
	}
	return 0, false
}

// holds tells whether a process has one of the pipes open.
func holds(pid int, pipes []string) bool {
	if len(pipes) == 0 {
		return false
	}
	fds, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	for _, fd := range fds {
		target, err := os.Readlink(fd)
		if err != nil {
			continue
		}
		for _, pipe := range pipes {
			if pipe != "" && target == pipe {
				return true
			}
		}
	}
	return false
}

// killTrees kills the orphans of p, the command itself, and everything below.
func (k *Keeper) killTrees(p *Proc, orphans []process) {
	if p.ended && len(orphans) == 0 {
		return
	}
	in := make(map[int]bool)
	if !p.ended {
		in[p.pid] = true
	}
	for _, o := range orphans {
		in[o.pid] = true
		p.killed = true
		if errKill := killExactly(o); errKill == unix.EPERM {
			p.untouched = append(p.untouched, o.pid)
		}
	}
	all := k.scans.processes()
	for grown := true; grown; { // as often as the tree is deep
		grown = false
		for _, o := range all {
			if in[o.ppid] && !in[o.pid] && o.ppid != o.pid {
				in[o.pid], grown = true, true
				_ = killExactly(o)
			}
		}
	}
}

// killExactly kills that process and never a later one with the same pid.
func killExactly(p process) error {
	fd, err := unix.PidfdOpen(p.pid, 0)
	if err == unix.ENOSYS {
		return syscall.Kill(p.pid, syscall.SIGKILL)
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if now, ok := readProcess(p.pid); !ok || now.start != p.start {
		return unix.ESRCH
	}
	return unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
}

// killMarked is the guard's: it kills every process with the keeper's mark.
func killMarked(id string) (found bool) {
	for _, pid := range allPids() {
		if pid == os.Getpid() {
			continue
		}
		p, ok := readProcess(pid)
		if !ok {
			continue
		}
		if _, ok := markOf(pid, id); ok && killExactly(p) == nil {
			found = true
		}
	}
	return found
}
