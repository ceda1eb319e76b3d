package inspect

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	"github.com/braid-go/braid/progress"
)

// This file makes a tree of what a look at the groups has found.

func init() { seam.Watch = true }

const (
	fewTasks  = 2000 // tasks of a group that are looked at to find out which are alike
	fewQueued = 200  // and of its queue

	maxName = 1 << 10 // bytes of a name
	maxText = 1 << 12 // bytes of a path or of an error's text
)

// started is when the program did, or nearly.
var started = time.Now().Round(0)

var program = sync.OnceValue(func() string { return filepath.Base(os.Args[0]) })

// Take looks at the program's groups and tasks. It waits for nothing but locks
// that are held for a few instructions, and with [Stacks] for the dump. It
// panics if an option is nil or given twice.
func Take(opts ...Option) *Snapshot { return take(configOf(opts)) }

func take(c *config) *Snapshot {
	l := gather(c)
	s := &Snapshot{
		Version: Version, Time: l.now, Program: program(), PID: os.Getpid(), Go: runtime.Version(), Started: started,
		Totals: l.totals, Truncated: l.more, Nodes: []*Node{}, Recent: []*Ended{},
	}
	roots := l.roots
	if c.under != "" {
		roots = nil
		if it := l.byID[c.under]; it != nil {
			roots = []*item{it}
		}
	}
	if !c.nofold {
		for _, it := range roots {
			it.fold()
		}
		roots = foldAll(roots)
	}
	left := selectFirst(roots, c.max)
	s.Truncated += left
	for _, it := range roots {
		s.Nodes = it.emit(s.Nodes)
	}
	s.Recent, s.last = l.recent(c, c.since)
	return s
}

// An item is a node with what is in it.
type item struct {
	*Node
	up    *item
	kids  []*item
	alike string // what must be the same for it to be folded with others
	sig   uint64
	shown bool
	addr  uintptr
	owned bool // a group that is not part of the goroutine that opened it
	// unseen is how many tasks of a group the look did not come to.
	unseenRunning, unseenQueued int
}

// A gathering is one look, as a tree.
type gathering struct {
	now    time.Time
	roots  []*item
	byID   map[string]*item
	byAddr map[uintptr]*item // tasks
	totals Totals
	more   int
}

func groupID(id uint64) string { return strconv.FormatUint(id, 36) }

func refID(r seam.Ref) string {
	switch {
	case r.Group == 0:
		return ""
	case r.Task == 0:
		return groupID(r.Group)
	}
	return groupID(r.Group) + "." + strconv.FormatUint(r.Task, 36)
}

func bodyID(group uint64) string { return groupID(group) + ".body" }

func gather(c *config) *gathering {
	// What is folded has to be seen first. Those that are queued are mostly alike.
	q := seam.Query{Groups: 2 * max(c.max, DefaultMax), Tasks: min(c.max, fewTasks), Queued: min(c.max, fewQueued)}
	if c.nofold || c.all {
		q.Tasks, q.Queued = c.max, c.max
	}
	v := seam.Look(q)
	l := &gathering{now: v.Now.Round(0), byID: map[string]*item{}, byAddr: map[uintptr]*item{}, more: v.More}
	l.totals = Totals{Groups: len(v.Groups) + v.More, Tasks: v.MoreRunning + v.MoreQueued, Running: v.MoreRunning, Queued: v.MoreQueued}
	l.totals.Ended.add(countsOf(v.Ended))
	groups := make([]*item, len(v.Groups))
	for i := range v.Groups {
		groups[i] = l.group(&v.Groups[i])
	}
	for i := range v.Groups {
		l.hang(groups[i], &v.Groups[i])
	}
	for i := range v.Groups {
		l.waits(&v.Groups[i])
	}
	for _, a := range seam.Abandoned() {
		l.abandoned(&a)
	}
	if c.stacks {
		l.stacks()
	}
	l.joins()
	l.rings()
	if c.within != nil {
		c.under = refID(*c.within)
		if c.under == "" {
			c.under = "none"
		}
	}
	return l
}

// group makes the nodes of a group, its body and its tasks.
func (l *gathering) group(g *seam.Group) *item {
	at := siteOf(g.PC)
	n := &Node{
		ID: groupID(g.ID), Type: "group", Name: cut(g.Name, maxName), Path: cut(g.Path, maxText), Kind: strings.ToLower(g.Form),
		State: "open", Since: g.Opened, Site: at.site, Func: at.fn, Shielded: g.Shielded,
		Limit: g.Limit, Used: g.Used, Queued: g.Queued, Running: g.Running,
	}
	if n.Name == "" {
		n.Name = at.groupName()
	}
	if n.Path == "" {
		n.Path = n.Name
	}
	switch {
	case g.Closed:
		n.State = "closing"
	case g.Joining:
		n.State = "joining"
	}
	if g.Body {
		n.Running++
	}
	if !g.Deadline.IsZero() {
		n.Deadline = &Deadline{At: g.Deadline, By: cut(g.DeadlineBy, maxName)}
		if g.DeadlineBy == "" && g.DeadlinePC != 0 {
			n.Deadline.By = siteOf(g.DeadlinePC).site
		}
	}
	n.Counts = countsOf(g.Ended)
	l.totals.Ended.add(n.Counts)
	if g.Dead {
		n.Cancelled = cancelledOf(g.Cause, g.NoticedAt, n.Running)
	}
	if p, ok := g.Tracker.(*progress.Progress); ok {
		s := p.Snapshot()
		n.Progress = &Progress{Name: cut(s.Name, maxName), Done: s.Done, Failed: s.Failed, Skipped: s.Skipped}
		if s.TotalKnown {
			n.Progress.Total = s.Total
		}
	}
	it := l.add(n, nil, n.Name)
	it.addr, it.owned = g.Addr, g.Owned
	l.totals.Tasks += g.Running + g.Queued
	l.totals.Running += g.Running
	l.totals.Queued += g.Queued
	if g.Body {
		b := l.add(&Node{
			ID: bodyID(g.ID), Type: "body", Name: "(body)", Path: cut(join(g.Path, "(body)"), maxText), State: "running", Kind: "ordinary",
			Since: g.Opened, Site: at.site, Func: at.fn,
		}, it, "(body)")
		b.addr = g.Addr
		b.sleeps(g.Wakes)
	}
	running, queued := 0, 0
	for i := range g.Tasks {
		t := &g.Tasks[i]
		l.task(g, t, it)
		if t.Queued {
			queued++
		} else {
			running++
		}
	}
	it.unseenRunning, it.unseenQueued = max(0, g.Running-running), max(0, g.Queued-queued)
	return it
}

func (l *gathering) task(g *seam.Group, t *seam.Node, in *item) {
	at := siteOf(t.PC)
	n := &Node{
		ID: refID(seam.Ref{Group: g.ID, Task: t.ID}), Type: "task", Name: cut(t.Name, maxName), Kind: t.Kind, State: "running",
		Since: t.Began, Site: at.site, Func: at.fn,
	}
	n.Path = cut(join(g.Path, n.Name), maxText)
	if t.Queued {
		n.State = "queued"
		n.Since = g.Opened
	} else if n.Since.IsZero() {
		n.Since = l.now
	}
	if t.Weight > 1 {
		n.Weight = t.Weight
	}
	if t.Cause != nil {
		n.Cancelled = cancelledOf(t.Cause, time.Time{}, 1)
	}
	it := l.add(n, in, t.Alike)
	it.addr = t.Addr
	it.sleeps(t.Wakes)
	if !t.Queued {
		l.byAddr[t.Addr] = it
	}
}

// abandoned makes the node of a call that was left behind. It is in what called
// it, if that is still there.
func (l *gathering) abandoned(a *seam.Left) {
	at := siteOf(a.PC)
	name := cut(a.Name, maxName)
	n := &Node{
		ID: "left." + strconv.FormatUint(a.N, 36), Type: "task", Name: name, Path: cut(join(a.Path, name), maxText), Kind: "abandoned",
		State: "running", Since: a.Began, Site: at.site, Func: at.fn, Cancelled: cancelledOf(a.Cause, a.At, 1),
	}
	n.Cancelled.At = a.At
	it := l.add(n, nil, name)
	in := l.byID[refID(a.Up)]
	if in == nil {
		in = l.byID[groupID(a.Up.Group)]
	}
	if in == nil {
		l.roots = append(l.roots, it)
		return
	}
	it.hangBelow(in)
}

func (l *gathering) add(n *Node, in *item, alike string) *item {
	it := &item{Node: n, alike: alike}
	l.byID[n.ID] = it
	if in != nil {
		it.hangBelow(in)
	}
	return it
}

func (it *item) hangBelow(in *item) {
	it.up = in
	it.Up = in.ID
	in.kids = append(in.kids, it)
}

// hang puts a group below what it was opened in.
func (l *gathering) hang(it *item, g *seam.Group) {
	in := l.byID[refID(g.Up)]
	if g.Up.Task == 0 && g.Up.Group != 0 {
		if body := l.byID[bodyID(g.Up.Group)]; body != nil {
			in = body
		}
	}
	if in == nil {
		in = l.byID[groupID(g.Up.Group)] // the task has been left out
	}
	if in == nil || g.Up.Group == g.ID {
		l.roots = append(l.roots, it)
		return
	}
	it.hangBelow(in)
}

func countsOf(ended []int64) *Counts {
	return &Counts{
		Succeeded: ended[braid.Succeeded],
		Failed:    ended[braid.Failed] + ended[braid.Panicked] + ended[braid.Exited],
		Cancelled: ended[braid.Cancelled],
		Skipped:   ended[braid.Skipped],
	}
}

func (c *Counts) add(o *Counts) {
	c.Succeeded += o.Succeeded
	c.Failed += o.Failed
	c.Cancelled += o.Cancelled
	c.Skipped += o.Skipped
}

func cancelledOf(cause error, noticed time.Time, left int) *Cancelled {
	c := &Cancelled{Cause: textOf(cause), At: noticed, Left: left}
	if why, ok := cause.(*braid.Cancellation); ok {
		c.By = cut(safely(why.By), maxText)
		reason := why.Reason()
		if te, ok := reason.(*braid.TaskError); ok {
			reason = te.Err // By is its path
		}
		c.Reason = textOf(reason)
		if at := why.At(); !at.IsZero() {
			c.At = at.Round(0)
		}
		if site := why.Site(); site.File != "" {
			c.Site = place(site.File, site.Line)
		}
	}
	return c
}

// textOf gives the text of an error, which may panic and be of any length.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	return cut(safely(err.Error), maxText)
}

func safely(text func() string) (s string) {
	defer func() {
		if recover() != nil {
			s = "(its text panics)"
		}
	}()
	return text()
}

// cut limits a text to so many bytes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-len("…")], "") + "…"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

type where struct{ fn, short, site string }

// siteOf resolves a program counter. The result is kept: a program has few.
func siteOf(pc uintptr) where {
	if w, ok := sites.Load(pc); ok {
		return w.(where)
	}
	w := where{}
	if f := runtime.FuncForPC(pc); f != nil {
		w.fn = f.Name()
		file, line := f.FileLine(pc)
		if file != "<autogenerated>" {
			w.site = place(file, line)
		}
		w.short = w.fn[strings.LastIndexByte(w.fn, '/')+1:]
		if _, name, ok := strings.Cut(w.short, "."); ok {
			w.short = name
		}
		w.short = strings.TrimSuffix(w.short, "-fm")
	}
	sites.Store(pc, w)
	return w
}

var sites sync.Map

// groupName gives the name of a group without one: that of its function, unless
// the function is one of package service, which has two groups around each part.
func (w where) groupName() string {
	switch {
	case !strings.HasPrefix(w.fn, "github.com/braid-go/braid/service."):
		return w.short
	case w.short == "(*run).start":
		return "(part)"
	}
	return "(service)"
}

func place(file string, line int) string { return file + ":" + strconv.Itoa(line) }
