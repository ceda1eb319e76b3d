package temporal

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/seam"
	"go.temporal.io/sdk/workflow"
)

// This file answers a query with the groups that a workflow has open, in the shape
// of package inspect. What is kept: whoever looks changes nothing, and the answer
// is not too large to be sent.

// TreeQuery is the query that a workflow with groups answers with its tree, as the
// JSON of an inspect.Snapshot: see docs/inspect.md. It has the groups below the
// outermost one that was opened last or, on a worker with an [Interceptor], all of
// the workflow's function and its update handlers.
const TreeQuery = "braid.tree"

const (
	treeBytes = 512 << 10 // of an answer, about
	treeText  = 1 << 10   // of a path or an error's text
	treeAlike = 3         // of siblings that are alike so many are shown
)

// tree is what is known of a workflow's groups.
type tree struct {
	ctx    workflow.Context
	groups []*Group // those that are open, in the order of their opening
	last   uint64   // the last id
	ended  inspect.Counts
	turns  turns
}

type treeKey struct{}

// newTree makes one, which from now on is what the workflow answers with.
func newTree(ctx workflow.Context) *tree {
	t := &tree{ctx: ctx}
	t.turns.ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := workflow.SetQueryHandler(ctx, TreeQuery, t.look); err != nil {
		panic("braid: the query " + TreeQuery + " cannot be answered: " + err.Error()) // it is no function
	}
	return t
}

func (t *tree) next() uint64 { t.last++; return t.last }

// enlist makes the group known to whoever looks.
func (g *Group) enlist() {
	if up := g.above(); up != nil && up.tree != nil {
		g.tree = up.tree
	} else if t, ok := g.parent.Value(treeKey{}).(*tree); ok {
		g.tree = t
	} else {
		g.tree = newTree(g.parent)
	}
	g.id, g.since = g.tree.next(), workflow.Now(g.parent)
	g.tree.groups = append(g.tree.groups, g)
}

// delist takes it out. It was mostly the last to come.
func (g *Group) delist() {
	for i := len(g.tree.groups) - 1; i >= 0; i-- {
		if g.tree.groups[i] == g {
			g.tree.groups = append(g.tree.groups[:i:i], g.tree.groups[i+1:]...)
			return
		}
	}
}

// counted notes how a task of the group has ended.
func (g *Group) counted(s State) {
	for _, c := range []*inspect.Counts{&g.counts, &g.tree.ended} {
		switch s {
		case braid.Succeeded:
			c.Succeeded++
		case braid.Cancelled:
			c.Cancelled++
		case braid.Skipped:
			c.Skipped++
		default:
			c.Failed++
		}
	}
}

// drawing is one look.
type drawing struct {
	*inspect.Snapshot
	below map[any][]*Group // by the *task, or the *Group whose body it is, that opened them
	left  int              // bytes
}

func (t *tree) look() (*inspect.Snapshot, error) {
	info := workflow.GetInfo(t.ctx)
	d := drawing{
		Snapshot: &inspect.Snapshot{
			Version: inspect.Version, Time: workflow.Now(t.ctx), Started: info.WorkflowStartTime,
			Program: info.WorkflowType.Name + " " + info.WorkflowExecution.ID,
			Nodes:   []*inspect.Node{}, Recent: []*inspect.Ended{},
		},
		below: map[any][]*Group{}, left: treeBytes,
	}
	d.Totals.Groups, d.Totals.Ended = len(t.groups), t.ended
	var roots []*Group
	for _, g := range t.groups {
		switch {
		case g.upTask != nil:
			d.below[g.upTask] = append(d.below[g.upTask], g)
		case g.upGroup != nil:
			d.below[g.upGroup] = append(d.below[g.upGroup], g)
		default:
			roots = append(roots, g)
		}
	}
	for _, g := range roots {
		d.group(g, "")
	}
	return d.Snapshot, nil
}

// put adds a node, unless there is no room left.
func (d *drawing) put(n *inspect.Node) {
	n.Name, n.Path = shortened(n.Name, treeText), shortened(n.Path, treeText)
	if d.left -= nodeSize(n); d.left < 0 {
		d.Truncated++
		return
	}
	d.Nodes = append(d.Nodes, n)
}

func (d *drawing) group(g *Group, up string) {
	n := &inspect.Node{
		ID: strconv.FormatUint(g.id, 36), Up: up, Type: "group", Name: g.cfg.name, Path: g.path(), Kind: g.kind, State: "open",
		Since: g.since, Limit: g.cfg.limit, Used: g.used, Queued: len(g.queue), Counts: &g.counts,
	}
	stands(n, g.pc)
	if n.Name == "" {
		n.Name = seam.FuncName(g.pc)
	}
	switch {
	case g.closed:
		n.State = "closing"
	case g.bodyDone:
		n.State = "joining"
	}
	for t := g.live.first; t != nil; t = t.list.next {
		if t.state == braid.Running {
			n.Running++
		}
	}
	d.Totals.Tasks += n.Running + n.Queued
	d.Totals.Running += n.Running
	d.Totals.Queued += n.Queued
	if !g.bodyDone {
		n.Running++
	}
	n.Cancelled = whyDead(&g.scope, n.Running)
	d.put(n)
	inside := n.ID
	if !g.bodyDone {
		inside = n.ID + ".body"
		body := &inspect.Node{
			ID: inside, Up: n.ID, Type: "body", Name: "(body)", Path: n.Path, Kind: "ordinary", State: "running",
			Since: g.since, Blocked: d.doing(g.doing),
		}
		stands(body, g.pc)
		d.put(body)
	}
	for _, below := range d.below[g] {
		d.group(below, inside)
	}
	d.tasks(g, n.ID)
}

// alike is what tasks have in common of which some stand for all.
type alike struct {
	pc     uintptr
	state  State
	inLine bool
}

// tasks draws the tasks of a group. Those that are alike and have nothing below
// them are counted behind the first few.
func (d *drawing) tasks(g *Group, up string) {
	type siblings struct {
		shown int
		like  string // the first
		more  *inspect.Node
	}
	kinds := map[alike]*siblings{}
	var folded []*inspect.Node
	for t := g.live.first; t != nil; t = t.list.next {
		kind := alike{t.pc, t.state, len(t.doing) > 0 && t.doing[len(t.doing)-1].inLine != nil}
		dead := whyDead(&t.scope, 0)
		id := up + "." + strconv.FormatUint(t.id, 36)
		if dead == nil && len(d.below[t]) == 0 {
			k := kinds[kind]
			if k == nil {
				k = &siblings{like: id}
				kinds[kind] = k
			}
			if k.shown++; k.shown > treeAlike {
				if k.more == nil {
					k.more = &inspect.Node{ID: k.like + ".more", Up: up, Type: "more", Name: t.name(), Path: t.path(), State: stateName(t.state), Like: k.like}
					folded = append(folded, k.more)
				}
				k.more.Count++
				continue
			}
		}
		n := &inspect.Node{
			ID: id, Up: up, Type: "task", Name: t.name(), Path: t.path(), State: stateName(t.state), Kind: "ordinary",
			Since: t.since, Cancelled: dead, Blocked: d.doing(t.doing),
		}
		stands(n, t.pc)
		switch {
		case t.cfg.background:
			n.Kind = "background"
		case t.cfg.always:
			n.Kind = "always"
		}
		if t.state == braid.Queued {
			n.Since = g.since
		}
		d.put(n)
		for _, below := range d.below[t] {
			d.group(below, id)
		}
	}
	for _, n := range folded {
		d.put(n)
	}
}

// stands says where the function of a node does, unless it is one of the workflows of
// this package.
func stands(n *inspect.Node, pc uintptr) {
	if at := seam.SiteOf(pc); at != nil && !strings.HasPrefix(at.Func, "github.com/braid-go/braid/temporal.") {
		n.Func, n.Site = at.Func, where(at.File, at.Line)
	}
}

func where(file string, line int) string { return file + ":" + strconv.Itoa(line) }

func stateName(s State) string {
	if s == braid.Queued {
		return "queued"
	}
	return "running"
}

// An errand is what a task or body waits for: an activity or child workflow, or
// its turn to start one.
type errand struct {
	what   string
	inLine *turn // that it waits for
}

func (e *errand) String() string {
	if e.inLine == nil {
		return e.what
	}
	return fmt.Sprintf("in line for %s, behind %d", e.what, e.inLine.behind())
}

// doing tells of the last errand.
func (d *drawing) doing(errands []*errand) *inspect.Blocked {
	if len(errands) == 0 {
		return nil
	}
	return &inspect.Blocked{Doing: shortened(errands[len(errands)-1].String(), treeText)}
}

// whyDead tells why the scope itself died, or nil if it lives or died with what is
// above it.
func whyDead(s *scope, left int) *inspect.Cancelled {
	if s.ctx.Err() == nil || s.cause == nil && s.task != nil {
		return nil
	}
	cause := Cause(s.ctx)
	c := &inspect.Cancelled{Cause: shortened(cause.Error(), treeText), Left: left}
	if why, ok := cause.(*braid.Cancellation); ok {
		c.By, c.At = shortened(why.By(), treeText), why.At()
		if at := why.Site(); at.File != "" {
			c.Site = where(at.File, at.Line)
		}
		reason := why.Reason()
		if te, ok := reason.(*braid.TaskError); ok {
			reason = te.Err // By is its path
		}
		if reason != nil {
			c.Reason = shortened(reason.Error(), treeText)
		}
	}
	return c
}

// busy notes what the task or body of ctx waits for, until done is called.
func busy(ctx workflow.Context, what errand) (done func()) {
	s := scopeOf(ctx)
	var list *[]*errand
	switch {
	case s == nil || s.task == nil && s.group == nil:
		return func() {}
	case s.task != nil:
		list = &s.task.doing
	default:
		list = &s.group.doing
	}
	me := &what
	*list = append(*list, me)
	return func() {
		for i, w := range *list {
			if w == me {
				*list = append((*list)[:i:i], (*list)[i+1:]...)
				return
			}
		}
	}
}

// shortened cuts a text to n bytes, which are UTF-8 if it is.
func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
