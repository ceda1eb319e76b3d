package braidtest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/braid-go/braid/internal/seam"
)

// This file says what is left, in the words of who reads it: which task, where
// it comes from, where it is blocked and on what. Each goroutine stands below
// the one that waits for it, or that has started it.

const (
	module = "github.com/braid-go/braid"
	own    = module + "/braidtest."
	// maxEntries is how many goroutines a report shows.
	maxEntries = 50
	// maxCallers is how many callers it shows of each.
	maxCallers = 4
)

// verdict is the message of a check.
func (k *check) verdict(left []goroutine) string {
	who := "the tests"
	if k.t != nil {
		who = k.t.Name()
	}
	what := "a goroutine"
	if len(left) != 1 {
		what = strconv.Itoa(len(left)) + " goroutines"
	}
	return who + " left " + what + " behind:\n" + draw(left, k)
}

// An entry is a goroutine of a report.
type entry struct {
	*goroutine
	tasks    []seam.Task // that run on it, the innermost first
	up       *entry
	children []*entry
	like     int // how many more there are of the kind
}

// draw gives the goroutines as a tree.
func draw(gs []goroutine, k *check) string {
	entries := plant(gs, seam.Live())
	var top []*entry
	for _, e := range entries {
		if e.up == nil {
			top = append(top, e)
		}
	}
	var b strings.Builder
	d := drawing{Builder: &b, k: k, bubble: self().bubble, room: maxEntries}
	d.list("", top)
	if d.room < 0 {
		fmt.Fprintf(&b, "and %d more\n", -d.room)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// plant finds the tasks of each goroutine and what it stands below.
func plant(gs []goroutine, live []seam.Task) []*entry {
	byAddr := map[uintptr]seam.Task{}
	for _, t := range live {
		byAddr[t.Addr] = t
	}
	entries := make([]*entry, len(gs))
	byID := map[int]*entry{}
	runs := map[uintptr]*entry{} // what each task and body runs on
	for i := range gs {
		e := &entry{goroutine: &gs[i]}
		entries[i], byID[e.id] = e, e
		for _, f := range e.frames {
			if addr := f.node(); addr != 0 {
				runs[addr] = e
				if t, ok := byAddr[addr]; ok {
					e.tasks = append(e.tasks, t)
				}
			}
		}
	}
	for _, e := range entries {
		if up := above(e, byID, runs, 0); up != nil && !up.below(e) {
			e.up = up
			up.children = append(up.children, e)
		}
	}
	return entries
}

// above gives what e stands below: whatever runs the task in which its group was
// opened, or the group's body, or else who started it. Tasks of one group stand
// side by side, although each may have been started by the one before.
func above(e *entry, byID map[int]*entry, runs map[uintptr]*entry, depth int) *entry {
	up := byID[e.creator]
	n := len(e.tasks)
	if n == 0 {
		return up
	}
	outer := e.tasks[n-1]
	for _, addr := range []uintptr{outer.Up, outer.Group} {
		if at := runs[addr]; at != nil && at != e {
			return at
		}
	}
	if up != nil && len(up.tasks) > 0 && up.tasks[len(up.tasks)-1].Group == outer.Group && depth < len(byID) {
		return above(up, byID, runs, depth+1)
	}
	return up
}

// below reports whether e is o or stands below it.
func (e *entry) below(o *entry) bool {
	for ; e != nil; e = e.up {
		if e == o {
			return true
		}
	}
	return false
}

// node gives the address of the task or group whose frame it is, or 0.
func (f frame) node() uintptr {
	if f.fn != module+".exec" && f.fn != module+".callBody" {
		return 0
	}
	addr, _, _ := strings.Cut(strings.TrimPrefix(f.args, "{"), ",")
	n, _ := strconv.ParseUint(addr, 0, 64)
	return uintptr(n)
}

type drawing struct {
	*strings.Builder
	k      *check
	bubble int // of who draws
	room   int
}

func (d *drawing) list(margin string, entries []*entry) {
	entries = d.alike(entries)
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(-cmp.Compare(min(len(a.tasks), 1), min(len(b.tasks), 1)), cmp.Compare(d.title(a), d.title(b)))
	})
	for i, e := range entries {
		connector, below := "├─ ", "│  "
		if i == len(entries)-1 {
			connector, below = "└─ ", "   "
		}
		d.room--
		if d.room < 0 {
			d.room -= e.like
			d.list("", e.children)
			continue
		}
		lines := d.lines(e)
		if e.like > 0 {
			lines[0] += " (and " + strconv.Itoa(e.like) + " more like it)"
		}
		stem := "   "
		if len(e.children) > 0 {
			stem = "│  "
		}
		for j, line := range lines {
			if j == 0 {
				d.WriteString(margin + connector + line + "\n")
			} else {
				d.WriteString(margin + below + stem + line + "\n")
			}
		}
		d.list(margin+below, e.children)
	}
}

// alike makes one entry of those that say the same and have none below them.
func (d *drawing) alike(entries []*entry) (kinds []*entry) {
	seen := map[string]*entry{}
	for _, e := range entries {
		if len(e.children) > 0 {
			kinds = append(kinds, e)
			continue
		}
		text := strings.Join(d.lines(e), "\n")
		if first := seen[text]; first != nil {
			first.like++
			continue
		}
		seen[text] = e
		kinds = append(kinds, e)
	}
	return kinds
}

// lines is what is said of one goroutine.
func (d *drawing) lines(e *entry) []string {
	lines := []string{d.title(e)}
	user := slices.DeleteFunc(slices.Clone(e.frames), func(f frame) bool { return !f.users() })
	if len(user) == 0 {
		where := e.state
		if len(e.frames) > 0 {
			where += " in " + e.frames[len(e.frames)-1].at()
		}
		lines = append(lines, where)
	} else {
		where := e.state + " in " + user[0].at()
		if via := e.calls(); via != "" {
			where += ", calling " + via
		}
		lines = append(lines, where)
		for i, f := range user[1:] {
			if i == maxCallers {
				lines = append(lines, "  …")
				break
			}
			lines = append(lines, "  called in "+f.at())
		}
	}
	if e.leaked {
		lines = append(lines, "nothing can wake it: the runtime has looked")
	}
	if len(e.tasks) > 0 {
		t := e.tasks[0]
		var cause error
		if e.bubble == d.bubble { // who is elsewhere cannot ask
			cause = t.Cause()
		}
		switch {
		case cause != nil:
			lines = append(lines, "although its group was cancelled: "+cause.Error())
		case t.Open != "":
			lines = append(lines, "its group, opened at "+t.Open+", is still open")
		}
		if t.Full != "" {
			lines = append(lines, "others wait until there is room in its group: "+t.Full)
		}
	}
	return lines
}

// title says what a goroutine is.
func (d *drawing) title(e *entry) string {
	switch {
	case e.id == d.k.test && d.k.t != nil, e.created.fn == "testing/synctest.testingSynctestTest":
		return "the test itself"
	case e.index("testing.tRunner") >= 0:
		return "a test"
	case len(e.tasks) > 0:
		t := e.tasks[0]
		if path, body := strings.CutSuffix(t.Path, "(body)"); body {
			if path = strings.TrimSuffix(path, "/"); path == "" {
				return "body of a group, at " + t.Site
			}
			return "body of " + path + ", at " + t.Site
		}
		if !strings.Contains(t.Site, ":") { // a method value, which has no place
			return "task " + t.Path + ", of " + t.Site
		}
		return "task " + t.Path + ", of the function at " + t.Site
	case e.created.fn == "":
		return "a goroutine"
	case strings.HasPrefix(e.created.fn, module+"."), strings.HasPrefix(e.created.fn, module+"/stream."):
		return "a goroutine of braid's, started in " + e.created.short()
	}
	return "goroutine started in " + e.created.at()
}

// at names the function and the place.
func (f frame) at() string { return f.short() + " (" + f.place() + ")" }

// calls gives the function outside the user's code that the innermost of the
// user's has called, if it says more than the state.
func (e *entry) calls() string {
	for i, f := range e.frames {
		if f.users() {
			if i == 0 {
				return ""
			}
			via := e.frames[i-1].fn
			if strings.HasPrefix(via, "runtime.") || strings.HasPrefix(via, "sync.") || via == "time.Sleep" {
				return ""
			}
			return e.frames[i-1].short()
		}
	}
	return ""
}

// users reports whether a frame is of what the user wrote or fetched: not of
// the standard library, nor of braid.
func (f frame) users() bool {
	if f.file == "" || strings.HasPrefix(f.fn, "panic") {
		return false
	}
	pkg := f.pkg()
	switch pkg {
	case module, module + "/stream", module + "/service", module + "/progress", module + "/inspect", module + "/engine", module + "/braidtest":
		return strings.HasSuffix(f.file, "_test.go")
	}
	if pkg == "main" || strings.HasSuffix(f.file, "_test.go") {
		return true
	}
	first, _, _ := strings.Cut(pkg, "/")
	return !standard[first] && !(pkg == "runtime" || strings.HasPrefix(pkg, "internal/"))
}

// pkg gives the path of the function's package.
func (f frame) pkg() string {
	slash := strings.LastIndexByte(f.fn, '/') + 1
	if dot := strings.IndexByte(f.fn[slash:], '.'); dot >= 0 {
		return f.fn[:slash+dot]
	}
	return f.fn
}

// standard has the first elements of the standard library's paths. A module of
// one's own may have a name without a dot, but hardly one of these.
var standard = map[string]bool{
	"archive": true, "bufio": true, "bytes": true, "compress": true, "container": true, "context": true, "crypto": true,
	"database": true, "debug": true, "encoding": true, "errors": true, "expvar": true, "flag": true, "fmt": true, "go": true,
	"hash": true, "html": true, "image": true, "index": true, "internal": true, "io": true, "iter": true, "log": true,
	"maps": true, "math": true, "mime": true, "net": true, "os": true, "path": true, "plugin": true, "reflect": true,
	"regexp": true, "runtime": true, "slices": true, "sort": true, "strconv": true, "strings": true, "structs": true,
	"sync": true, "syscall": true, "testing": true, "text": true, "time": true, "unicode": true, "unique": true, "unsafe": true,
	"vendor": true, "weak": true,
}
