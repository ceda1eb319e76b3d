package braidtest

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// This file reads goroutine dumps. What is kept: a line that it does not know
// costs a detail of a report, never a goroutine.

// A goroutine is one of a dump.
type goroutine struct {
	id      int
	state   string // the runtime's word: "chan receive", "running"
	bubble  int    // of testing/synctest; 0 for none
	durable bool   // blocked on nothing but what is in its bubble
	leaked  bool   // the runtime has proved that nothing can wake it
	owner   int    // the label that a check has set, or 0
	frames  []frame
	created frame // where it was started; no function, if that is not known
	creator int   // who started it, or 0
}

type frame struct {
	fn   string // the full name
	args string // what stands between the parentheses
	file string // the full path
	line string
}

func (f frame) place() string {
	return f.file[strings.LastIndexByte(f.file, '/')+1:] + ":" + f.line
}

// short gives the function's name without the path of its package.
func (f frame) short() string { return f.fn[strings.LastIndexByte(f.fn, '/')+1:] }

// label is the key under which goroutines carry the number of the check that
// they belong to.
const label = "braidtest"

// all gives every goroutine there is, the caller's first.
func all() []goroutine {
	for size := 1 << 18; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= 1<<28 {
			return parse(string(buf[:n]))
		}
	}
}

// self gives the calling goroutine, without most of its frames.
func self() goroutine {
	var buf [1 << 10]byte
	return parseOne(string(buf[:runtime.Stack(buf[:], false)]))
}

// showLabels makes dumps show profiler labels, which they do by themselves only
// for modules of Go 1.27 or later. The runtime looks at the variable when it is
// set.
func showLabels() {
	const setting = "tracebacklabels=1"
	if old := os.Getenv("GODEBUG"); old == "" {
		os.Setenv("GODEBUG", setting)
	} else if !strings.HasSuffix(old, setting) {
		os.Setenv("GODEBUG", old+","+setting) // the last one counts
	}
}

func parse(dump string) (gs []goroutine) {
	for text := range strings.SplitSeq(dump, "\n\n") {
		if strings.HasPrefix(text, "goroutine ") {
			gs = append(gs, parseOne(text))
		}
	}
	return gs
}

func parseOne(text string) (g goroutine) {
	head, rest, _ := strings.Cut(text, "\n")
	g.header(head)
	for rest != "" {
		var line, place string
		line, rest, _ = strings.Cut(rest, "\n")
		if strings.HasPrefix(line, "...") || strings.HasPrefix(line, "[originating") {
			continue // frames that were left out; ancestors, which GODEBUG asked for
		}
		if strings.HasPrefix(rest, "\t") {
			place, rest, _ = strings.Cut(rest[1:], "\n")
		}
		f, creator := parseFrame(line, place)
		if creator < 0 {
			g.frames = append(g.frames, f)
			continue
		}
		g.created, g.creator = f, creator
		break
	}
	return g
}

// header reads, of Go 1.26 and of 1.27,
//
//	goroutine 7 [chan receive (durable), 3 minutes, synctest bubble 1 labels:{"braidtest": "5"}]:
//	goroutine 7 [chan receive (leaked)] {braidtest: 5}:
func (g *goroutine) header(head string) {
	head = strings.TrimPrefix(head, "goroutine ")
	id, rest, _ := strings.Cut(head, " ")
	g.id, _ = strconv.Atoi(id)
	rest = rest[strings.IndexByte(rest, '[')+1:]
	if at := strings.Index(rest, label); at >= 0 {
		value := strings.TrimLeft(rest[at+len(label):], `": `)
		g.owner, _ = strconv.Atoi(value[:len(value)-len(strings.TrimLeft(value, "0123456789"))])
	}
	if at := strings.Index(rest, " labels:{"); at >= 0 {
		rest = rest[:at]
	} else if at := strings.IndexByte(rest, ']'); at >= 0 {
		rest = rest[:at]
	}
	for i, part := range strings.Split(rest, ", ") {
		if i == 0 {
			part, g.leaked = cut(part, " (leaked)")
			part, _ = cut(part, " (scan)")
			part, g.durable = cut(part, " (durable)")
			g.state = part
		} else if n, ok := strings.CutPrefix(part, "synctest bubble "); ok {
			g.bubble, _ = strconv.Atoi(n)
		}
	}
}

// cut takes a word out of a text, if it is there.
func cut(text, word string) (string, bool) {
	before, after, found := strings.Cut(text, word)
	return before + after, found
}

// parseFrame reads two lines. The number of the creator is negative if the
// frame is not of who started the goroutine.
func parseFrame(line, place string) (f frame, creator int) {
	creator = -1
	if rest, ok := strings.CutPrefix(line, "created by "); ok {
		fn, in, _ := strings.Cut(rest, " in goroutine ")
		f.fn = fn
		creator, _ = strconv.Atoi(in)
	} else if end := strings.LastIndexByte(line, ')'); end < 0 {
		f.fn = line
	} else {
		// Closures have no parentheses in their names, but methods have.
		open := opening(line, end)
		f.fn, f.args = line[:open], line[open+1:end]
	}
	place, _, _ = strings.Cut(place, " +0x")
	if colon := strings.LastIndexByte(place, ':'); colon >= 0 {
		f.file, f.line = place[:colon], place[colon+1:]
	}
	return f, creator
}

// opening gives the parenthesis that the one at end closes.
func opening(line string, end int) int {
	depth := 0
	for i := end; i >= 0; i-- {
		switch line[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return end
}

// blocked reports whether only another goroutine, or a timer, can make the
// goroutine go on. What waits for the outside world (a socket, a file, a
// system call) or for the clock is not blocked in this sense.
func (g *goroutine) blocked() bool {
	for _, word := range []string{"chan ", "select", "sync.", "semacquire", "sleep (forever)"} {
		if strings.HasPrefix(g.state, word) {
			return true
		}
	}
	return false
}

// has reports whether one of the frames is of the function.
func (g *goroutine) has(fn string) bool {
	for _, f := range g.frames {
		if f.fn == fn {
			return true
		}
	}
	return false
}

// fingerprint tells two looks at a goroutine apart between which it has moved.
func (g *goroutine) fingerprint() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(g.id))
	b.WriteString(g.state)
	for _, f := range g.frames {
		b.WriteString(f.fn)
		b.WriteString(f.args)
		b.WriteString(f.line)
	}
	return b.String()
}
