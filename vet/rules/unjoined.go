// A group that is never waited for, or left early by a return between its start
// and its Wait; processes left so too. unjoined_owned.go has which groups are in sight, unjoined_told.go of which it
// is known in another way when they have ended, unjoined_process.go the processes.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Unjoined finds WaitGroups and groups of tasks whose Wait is missing on some path.
var Unjoined = register(&Rule{
	Name:  "unjoined",
	Title: "a group is not waited for",
	Why: "What a WaitGroup counts, or a group has started, goes on until somebody waits for it. " +
		"Without a `Wait` the function returns while its tasks run: they use what the caller takes for its own again, their errors are lost, " +
		"and at the end of the program they are cut off. A `return` between the start and the `Wait` does the same on one path only, " +
		"usually the one that nobody tests. A process is left so as well, with the goroutine that watches the context of its command: it stays as a zombie until the program ends.",
	Wrong: `
func load(ctx context.Context, urls []string, check func() error) error {
	var g errgroup.Group
	for _, url := range urls {
		g.Go(func() error { return fetch(ctx, url) })
	}
	if err := check(); err != nil {
		return err
	}
	return g.Wait()
}

func fetch(ctx context.Context, url string) error { return ctx.Err() }
`,
	Right: `
func load(ctx context.Context, urls []string, check func() error) error {
	var g errgroup.Group
	for _, url := range urls {
		g.Go(func() error { return fetch(ctx, url) })
	}
	if err := check(); err != nil {
		return errors.Join(err, g.Wait())
	}
	return g.Wait()
}

func fetch(ctx context.Context, url string) error { return ctx.Err() }
`,
	Exempt: "A WaitGroup that counts starts, each `Done` being the first thing a goroutine does; one whose function receives what each of the goroutines sends last; one in a field, each of whose goroutines closes a channel when it ends, from which another function receives, or which an exported one returns; groups that are handed to code out of sight or returned, or stored where somebody may wait for them; those whose `Wait` is deferred before they start anything, or runs in a goroutine; a process that is killed or given away on the way out, or whose command is handed to others; returns after a `Done` of the function's own; global WaitGroups, and globals and fields that the package exports.",
	Shapes: []Shape{
		{Name: "never", Severity: Error, What: "there is no Wait at all"},
		{Name: "early", Severity: Error, What: "a return comes between the start and the Wait, or the statement that defers it, or a WaitGroup counts more behind its last Wait"},
		{Name: "process", Severity: Error, What: "the same between the Start of an exec.Cmd and its Wait"},
		{Name: "given", Severity: Note, Off: true, What: "a function gives its caller the errgroup that it has started tasks in, and waits for it nowhere: whether the caller does is out of sight"},
	},
	Detachable: true,
}, func(c *check) {
	uses := map[*types.Var]*groupUses{}
	var order []*types.Var
	for cur := range c.Root.Preorder((*ast.SelectorExpr)(nil)) {
		sel := cur.Node().(*ast.SelectorExpr)
		v := code.Var(c.Info, sel.X)
		if v == nil || !isWaitable(v.Type()) || c.InTest(v.Pos()) {
			continue
		}
		if kind, _ := cur.ParentEdge(); kind != edge.CallExpr_Fun {
			continue
		}
		u := uses[v]
		if u == nil {
			u = &groupUses{v: v}
			uses[v], order = u, append(order, v)
		}
		switch call := cur.Parent(); sel.Sel.Name {
		case "Add", "Go", "TryGo", "GoWait":
			u.starts = append(u.starts, call)
		case "Wait", "WaitAndRecover", "Close":
			u.joins = append(u.joins, call)
		case "Done":
			u.dones = append(u.dones, call)
		}
	}
	for _, t := range c.Tasks { // braid.Fork(g, …)
		if t.Owner != nil && t.Call.Fun != nil {
			if v := code.Var(c.Info, t.Owner); v != nil && uses[v] != nil && t.Kind == code.BraidTask && ast.Unparen(t.Call.Args[0]) == t.Owner {
				uses[v].starts = append(uses[v].starts, t.At)
			}
		}
	}
	for _, v := range order {
		u := uses[v]
		if len(u.starts) > 0 && len(u.joins) == 0 {
			c.givenBack(u)
		}
		if len(u.starts) > 0 && c.owned(v) && !c.countsStarts(u) {
			if len(u.joins) == 0 {
				c.neverJoined(u)
			} else if code.IsLocal(v) {
				c.leftEarly(u, "early")
			}
		}
	}
	c.leftProcesses()
})

type groupUses struct {
	v                    *types.Var
	starts, joins, dones []inspector.Cursor
}

// forTests tells whether a comment beside a field, or where something is counted, says that it is there for tests: they wait.
func (c *check) forTests(u *groupUses) bool {
	places := []token.Pos{u.v.Pos()}
	for _, at := range append(u.starts[:len(u.starts):len(u.starts)], u.dones...) {
		places = append(places, at.Node().Pos())
	}
	return slices.ContainsFunc(places, func(pos token.Pos) bool {
		f := c.FileOf(pos)
		line := c.Fset.Position(pos).Line
		return f != nil && slices.ContainsFunc(f.Comments, func(g *ast.CommentGroup) bool {
			end := c.Fset.Position(g.End()).Line
			return (end == line || end == line-1) && testing.MatchString(g.Text())
		})
	})
}

var testing = regexp.MustCompile(`(?i)\btest`)

func (c *check) neverJoined(u *groupUses) {
	at := u.starts[0]
	what := "is never waited for: what it starts outlives the function"
	if !code.IsLocal(u.v) {
		what = "is never waited for in this package: nobody knows when what it counts has ended"
	}
	if c.forTests(u) || c.lastHeard(u) || !code.IsLocal(u.v) && c.endsTold(u) {
		return
	}
	c.report(at.Node(), "never", fmt.Sprintf("%s %s", u.v.Name(), what))
}

// leftEarly finds a return that comes between a start and all joins. One that is deferred counts from where it is.
func (c *check) leftEarly(u *groupUses, shape string) {
	in, ok := c.DeclaredIn(u.v)
	if !ok {
		return
	}
	last := token.NoPos
	defers := map[ast.Node]bool{}
	for _, join := range u.joins {
		if d := c.deferredBy(join, in); d != nil {
			defers[d] = true
		} else if fn, ok := code.FuncAround(join); !ok || fn != in || code.Deferred(join) {
			return
		}
		last = max(last, join.Node().Pos())
	}
	flow := code.FlowOf(c.cfgs, in.Node())
	waits := func(step ast.Node) bool {
		return defers[step] || code.Has(step, func(n ast.Node) bool {
			for _, call := range u.joins {
				if call.Node() == n {
					return true
				}
			}
			for _, call := range u.dones {
				if call.Node() == n {
					return true
				}
			}
			return false
		})
	}
	for _, start := range u.starts {
		fn, ok := code.FuncAround(start)
		if !ok || fn != in {
			continue
		}
		if before, _ := flow.Reaching(start.Node(), func(step ast.Node) bool { return defers[step] }); len(before) > 0 {
			continue
		}
		told := false // one way out of a group stands for all
		first := c.firstStarted(start, u.v)
		behind := start.Node().Pos() > last && code.IsNamed(u.v.Type(), "sync", "WaitGroup") && (first != start.Node() || code.CalleeName(start.Node().(*ast.CallExpr)) == "Go")
		flow.After(first, func(step ast.Node) bool {
			if told || waits(step) {
				return false
			}
			_, ok := step.(*ast.ReturnStmt)
			if ok && behind && !c.countedElsewhere(first, u.v) {
				told = true
				c.report(start.Node(), shape, fmt.Sprintf("the Wait of %s has come before, in line %d: what is started here goes on", u.v.Name(), c.Fset.Position(last).Line))
			} else if ok && step.Pos() < last && !c.readies(u, step) && !c.notStarted(u, start, step) && !c.failedStart(start, step) {
				told = true
				c.report(step, shape, fmt.Sprintf("this return leaves %s before its Wait: what was started in line %d goes on", u.v.Name(), c.Fset.Position(start.Node().Pos()).Line))
			}
			return true
		})
		if told {
			return
		}
	}
}

// countedElsewhere tells whether what is started tells another WaitGroup of its end as well.
func (c *check) countedElsewhere(started ast.Node, v *types.Var) bool {
	found := false
	ast.Inspect(started, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok && code.Is(code.Callee(c.Info, call), "sync", "WaitGroup.Done") {
			other := code.Var(c.Info, ast.Unparen(call.Fun).(*ast.SelectorExpr).X)
			found = found || other != v
		}
		return !found
	})
	return found
}

// deferredBy gives the statement of a function that defers a join, by itself or in a literal.
func (c *check) deferredBy(join, fn inspector.Cursor) ast.Node {
	for d := range join.Enclosing((*ast.DeferStmt)(nil), (*ast.GoStmt)(nil), (*ast.FuncDecl)(nil)) {
		s, ok := d.Node().(*ast.DeferStmt)
		if !ok {
			return nil
		}
		outer, _ := code.FuncAround(d)
		inner, _ := code.FuncAround(join)
		if outer == fn && (inner == fn || inner.Node() == ast.Unparen(s.Call.Fun)) {
			return s
		}
		return nil
	}
	return nil
}

// firstStarted gives the first go statement behind an Add that has the WaitGroup in its hands: before that there is nothing to wait for. Without
// one it gives the Add.
func (c *check) firstStarted(start inspector.Cursor, v *types.Var) ast.Node {
	call := start.Node().(*ast.CallExpr)
	if code.CalleeName(call) != "Add" {
		return call
	}
	in, _ := code.FuncAround(start)
	for _, t := range c.Tasks { // in the order of their places
		if fn, ok := code.FuncAround(t.At); !ok || fn != in || t.Kind != code.Bare || t.At.Node().Pos() < call.Pos() {
			continue
		}
		for _, use := range c.Uses[v] {
			if code.Within(use.Node(), t.At.Node()) {
				return t.At.Node()
			}
		}
	}
	return call
}

// notStarted tells whether a return is in a branch for the failure of a call that was handed the work: then nothing has been started, and the
// WaitGroup is thrown away.
func (c *check) notStarted(u *groupUses, start inspector.Cursor, step ast.Node) bool {
	ret, ok := c.Root.FindNode(step)
	if !ok || code.CalleeName(start.Node().(*ast.CallExpr)) != "Add" {
		return false
	}
	for up := range ret.Enclosing((*ast.IfStmt)(nil)) {
		s := up.Node().(*ast.IfStmt)
		if !code.Within(step, s.Body) {
			return false
		}
		cond := ast.Unparen(s.Cond)
		switch e := cond.(type) {
		case *ast.BinaryExpr: // err != nil
			if !isNil(e, token.NEQ) {
				return false
			}
			cond = e.X
		case *ast.UnaryExpr: // !ok
			cond = e.X
		default:
			return false
		}
		return slices.ContainsFunc(c.Origins(code.Var(c.Info, cond)), func(o ast.Expr) bool {
			return slices.ContainsFunc(u.dones, func(done inspector.Cursor) bool { return code.Within(done.Node(), o) })
		})
	}
	return false
}

// countsStarts tells whether a WaitGroup says that goroutines have started, and not that they have ended: each of its
// Dones is the first thing that one does.
func (c *check) countsStarts(u *groupUses) bool {
	for _, done := range u.dones {
		stmt, ok := done.Parent().Node().(*ast.ExprStmt)
		fn, in := code.FuncAround(done)
		if !ok || !in {
			return false
		}
		_, body := code.FuncParts(fn.Node())
		if len(body.List) < 2 || body.List[0] != ast.Stmt(stmt) {
			return false
		}
	}
	return len(u.dones) > 0
}

// readies tells whether a return has a wait for the group in a literal of its own: it hands the join over.
func (c *check) readies(u *groupUses, step ast.Node) bool {
	for _, join := range u.joins {
		if code.Within(join.Node(), step) {
			return true
		}
	}
	return false
}
