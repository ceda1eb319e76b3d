package inspect

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/braid-go/braid/internal/seam"
)

// This file finds where tasks are, in a dump of all goroutines.

const maxDump = 1 << 26

func dump() string {
	for size := 1 << 20; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= maxDump {
			return string(buf[:n])
		}
	}
}

// stacks notes where each task and body is. Of several on one goroutine, one
// inside the other, that is the innermost.
func (l *gathering) stacks() {
	type place struct {
		addr uintptr
		body bool
	}
	byAddr := map[place]*item{}
	for _, it := range l.byID {
		if it.Type == "task" || it.Type == "body" {
			byAddr[place{it.addr, it.Type == "body"}] = it
		}
	}
	for stack := range strings.SplitSeq(dump(), "\n\n") {
		for line := range strings.SplitSeq(stack, "\n") {
			addr, body, ok := seam.Frame(line)
			if !ok {
				continue
			}
			if it := byAddr[place{addr, body}]; it != nil && it.State == "running" {
				it.Blocked = blocked(stack)
				it.Shielded = shielded(stack, line)
			}
			break
		}
	}
}

// blocked reads a stack.
func blocked(stack string) *Blocked {
	lines := strings.Split(strings.TrimSuffix(stack, "\n"), "\n")
	b := &Blocked{Stack: cut(stack, 1<<16)}
	_, doing, _ := strings.Cut(lines[0], "[")
	doing, _, _ = strings.Cut(doing, "]")
	b.Doing, _, _ = strings.Cut(doing, ",")
	for part := range strings.SplitSeq(doing, ", ") {
		if n, ok := strings.CutSuffix(part, " minutes"); ok {
			b.Minutes, _ = strconv.Atoi(n)
		}
	}
	for i := 1; i+1 < len(lines); i += 2 {
		if seam.Foreign(lines[i]) {
			continue
		}
		b.In = function(lines[i])
		if i > 1 {
			b.Call = function(lines[i-2])
		}
		b.Site, _, _ = strings.Cut(strings.TrimSpace(lines[i+1]), " +")
		break
	}
	return b
}

// function gives the name of the function of a frame.
func function(frame string) string {
	if paren := strings.LastIndexByte(frame, '('); paren > 0 {
		return frame[:paren]
	}
	return frame
}

// shieldFrame begins the frame of a call of braid.Shield.
const shieldFrame = "github.com/braid-go/braid.Shield("

// shielded reports whether what a goroutine does within a task or body, whose
// frame is the line given, goes through a Shield.
func shielded(stack, frame string) bool {
	inner, _, _ := strings.Cut(stack, frame)
	return strings.Contains(inner, "\n"+shieldFrame)
}
