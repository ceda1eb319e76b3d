package braid

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// This file finds tasks in goroutine dumps. exec, callBody, callBack and callHandler
// are given the address of their task, group or handler in an array, which the compiler
// passes in memory, so that a dump shows it. Nothing is recorded in advance.

// calledFromWithin gives an error if the caller runs in one of the group's own
// tasks or callbacks, for which its join would wait for ever.
func (g *Group) calledFromWithin(caller string) error {
	g.mu.Lock()
	busy := g.first != nil || g.more != nil && len(g.more.handlers) > 0 || g.cfg.callsBack()
	g.mu.Unlock()
	if !busy {
		return nil
	}
	buf := make([]byte, 1<<16)
	own := string(buf[:runtime.Stack(buf, false)])
	if _, ok := stacksByID(own, callbackFrame)[address(g)]; ok {
		return fmt.Errorf("%w: %s was called by a callback of the group's, which it would wait for", ErrDeadlock, caller)
	}
	ids := stacksByID(own, execFrame)
	g.lockAll()
	defer g.mu.Unlock()
	for t := g.first; t != nil && t != g.queue; t = t.next {
		if _, ok := ids[address(t)]; ok {
			return fmt.Errorf("%w: %s was called by the group's own task %s, which it would wait for", ErrDeadlock, caller, t.path())
		}
	}
	return nil
}

// callsBack reports whether there are callbacks, in which the group may be closed
// when no task is left.
func (c *groupConfig) callsBack() bool {
	return c.onFailure != nil || c.onStall != nil || len(c.observers) > 0
}

// callBack runs a callback that the group's end waits for, and puts the group's
// address where calledFromWithin finds it.
//
//go:noinline
func callBack(_ [2]*Group, f func()) { f() }

// allStacks dumps all goroutines, or as many as fit into 64 MB.
func allStacks() string {
	for size := 1 << 20; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= 1<<26 {
			return string(buf[:n])
		}
	}
}

// stacksByID finds the stacks in a dump that have one of the frames, by the
// address in it. A goroutine has several if bodies are nested on it.
func stacksByID(dump string, frames ...string) map[uintptr]string {
	ids := map[uintptr]string{}
	for stack := range strings.SplitSeq(dump, "\n\n") {
		for line := range strings.SplitSeq(stack, "\n") {
			for _, frame := range frames {
				if rest, ok := strings.CutPrefix(line, frame); ok {
					hex, _, _ := strings.Cut(rest, ",")
					if id, err := strconv.ParseUint(hex, 0, 64); err == nil {
						ids[uintptr(id)] = stack
					}
				}
			}
		}
	}
	return ids
}

// taskHere gives the address of the innermost task that runs on this goroutine,
// or 0. It takes some microseconds.
func taskHere() uintptr {
	buf := make([]byte, 1<<14)
	for line := range strings.SplitSeq(string(buf[:runtime.Stack(buf, false)]), "\n") {
		if addr, body, ok := readFrame(line); ok && !body {
			return addr
		}
	}
	return 0
}

// readFrame is seam.Frame.
func readFrame(line string) (addr uintptr, body, ok bool) {
	rest, ok := strings.CutPrefix(line, execFrame)
	if !ok {
		rest, ok = strings.CutPrefix(line, bodyFrame)
		body = ok
	}
	if !ok {
		return 0, false, false
	}
	hex, _, _ := strings.Cut(rest, ",")
	id, err := strconv.ParseUint(hex, 0, 64)
	return uintptr(id), body, err == nil
}

const (
	pkgPath       = "github.com/braid-go/braid"
	execFrame     = pkgPath + ".exec({"
	bodyFrame     = pkgPath + ".callBody({"
	callbackFrame = pkgPath + ".callBack({"
	handlerFrame  = pkgPath + ".callHandler({"
)

// blockedIn gives from a stack the innermost function that is the user's, its
// place, and the runtime's word for what the goroutine does.
func blockedIn(stack string) string {
	lines := strings.Split(stack, "\n")
	_, doing, _ := strings.Cut(lines[0], "[")
	doing, _, _ = strings.Cut(doing, "]")
	// What a bubble of synctest and labels add says nothing of the task.
	doing, _, _ = strings.Cut(doing, " labels:{")
	doing, _, _ = strings.Cut(doing, ", synctest bubble ")
	doing = strings.Replace(doing, " (durable)", "", 1)
	for i := 1; i+1 < len(lines) && !strings.HasPrefix(lines[i], "created by "); i += 2 {
		fn := lines[i]
		if foreign(fn) || ownFile(strings.TrimSpace(lines[i+1])) {
			continue
		}
		if paren := strings.LastIndexByte(fn, '('); paren > 0 {
			fn = fn[:paren]
		}
		fn = fn[strings.LastIndexByte(fn, '/')+1:]
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +")
		place = place[strings.LastIndexByte(place, '/')+1:]
		return fn + " (" + place + "): " + doing
	}
	return doing
}

// foreign reports whether a frame is of the library or the standard library's
// inner parts, where a user looks for nothing.
func foreign(frame string) bool {
	for _, prefix := range []string{"runtime.", "sync.", "internal/", "time.", "syscall.", "os.", "net.", "io.", "bufio.", "panic(", pkgPath + "."} {
		if strings.HasPrefix(frame, prefix) {
			return true
		}
	}
	dir, below := strings.CutPrefix(frame, pkgPath+"/")
	end := strings.IndexAny(dir, "./")
	return below && end > 0 && slices.Contains(ownFolders, dir[:end])
}

// ownFolders are those of the library's packages, beside its root.
var ownFolders = []string{"internal", "progress", "service", "stream", "inspect", "engine"}

// ownFile reports whether a place in a stack is in the library's files, which tells it of functions that the compiler has
// put into those of the user.
func ownFile(place string) bool {
	_, here, _, _ := runtime.Caller(0)
	rest, ok := strings.CutPrefix(place, strings.TrimSuffix(here, "dump.go"))
	if file, _, _ := strings.Cut(rest, ":"); !ok || strings.HasSuffix(file, "_test.go") {
		return false
	}
	dir, _, below := strings.Cut(rest, "/")
	return !below || slices.Contains(ownFolders, dir)
}

// address gives the address of a task or group as a dump shows it.
func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
