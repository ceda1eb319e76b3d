// The error of a group, thrown away: the one place where the failures of all its
// tasks come out.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Dropped finds group errors that nobody looks at.
var Dropped = register(&Rule{
	Name:  "dropped",
	Title: "the error of a group is dropped",
	Why: "A group's join is where the failures of all its tasks come out; nobody else hears of them. " +
		"A call of `Wait` in a statement of its own, in `defer` or in `go`, or assigned to `_`, throws them all away. " +
		"So does one of `braid.Run`, or of what is built on it, and a call of a function that waits for the group it is given and returns its error. " +
		"What `braid.Settle` has to say of failures is in its outcomes.",
	Wrong: `
func fetchAll(urls []string) {
	var g errgroup.Group
	for _, url := range urls {
		g.Go(func() error { return fetch(url) })
	}
	g.Wait()
}

func fetch(url string) error { return errors.New(url) }
`,
	Right: `
func fetchAll(urls []string) error {
	var g errgroup.Group
	for _, url := range urls {
		g.Go(func() error { return fetch(url) })
	}
	return g.Wait()
}

func fetch(url string) error { return errors.New(url) }
`,
	Exempt: "A group whose tasks all return nil, or keep their errors themselves, wherever they are started; a join on the side (deferred, or before an early return) " +
		"in a function that uses the error of another join of the same group; an error that is given up on one way for another error, for that of a context, where the tasks say so by a variable, or where a comment says why; an error that is assigned to `_` behind the call of a cancel function, or where a task sends what it has found and then returns an error; an `if` that asks for no error and has an else, or behind which more is decided; outcomes whose values are compared with nil or a constant; a panic that is assigned to `_`, or of which a comment beside or above says that it is dropped.",
	Shapes: []Shape{
		{Name: "statement", Severity: Error, What: "the join stands alone"},
		{Name: "blank", Severity: Warning, What: "its error is assigned to _"},
		{Name: "unread", Severity: Error, What: "it is assigned to a variable that is given another value before anybody has looked, or that only an `if` asks which does nothing, or nothing but give it another, or sent to a channel from which nobody keeps it"},
		{Name: "overwritten", Severity: Warning, What: "on one way the variable is given what another call returns, or the next round's group, before anybody has looked, or a deferred function gives the result what another call returns"},
		{Name: "logged", Severity: Note, Off: true, What: "it is only logged, in a function that has an error to give"},
		{Name: "asked", Severity: Warning, What: "an `if` asks no more than whether there is one, and nil is returned where there is"},
		{Name: "instead", Severity: Error, What: "where there is one, the `Err` of the group's own context is given in its place, which says no more than that it has ended"},
		{Name: "outcomes", Severity: Warning, What: "of what `braid.Settle` gives nobody looks at the errors"},
		{Name: "deferred", Severity: Error, What: "the join is deferred, so its error goes nowhere"},
		{Name: "goroutine", Severity: Error, What: "the join is the call of a go statement"},
		{Name: "panic", Severity: Warning, What: "what conc's `WaitAndRecover` has recovered is dropped: a panic of a task has never been"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if code.IsCall(c.Info, call, code.Conc, "WaitGroup.WaitAndRecover") {
			c.panicDropped(cur, call)
		}
		if code.IsCall(c.Info, call, code.Braid, "Settle") {
			c.outcomesDropped(cur, call)
		}
		g, ok := c.joined(call)
		if !ok {
			continue
		}
		shape, message := "", ""
		switch kind, i := cur.ParentEdge(); kind {
		case edge.ExprStmt_X:
			shape, message = "statement", "the group's error is dropped: the failures of all its tasks come out of this call alone"
		case edge.DeferStmt_Call:
			shape, message = "deferred", "a deferred join drops the group's error: join it to a named result in a deferred function"
		case edge.GoStmt_Call:
			shape, message = "goroutine", "a join in a goroutine of its own drops the group's error"
		case edge.AssignStmt_Rhs:
			lhs := cur.Parent().Node().(*ast.AssignStmt).Lhs
			if len(cur.Parent().Node().(*ast.AssignStmt).Rhs) == 1 {
				i = len(lhs) - 1
			}
			if id, ok := lhs[i].(*ast.Ident); ok && id.Name == "_" {
				if c.cancelledBefore(cur) || c.answersElsewhere(g) {
					break
				}
				shape, message = "blank", "the group's error is assigned to _: the failures of all its tasks come out of this call alone"
			} else if v := code.Var(c.Info, lhs[i]); ok && c.unread(cur.Parent(), v) {
				shape, message = "unread", "nobody reads "+v.Name()+" after this: the failures of all tasks come out of this call alone"
			} else if by := c.lostTo(cur.Parent(), v); ok && by != nil {
				shape, message = "overwritten", "on one way "+v.Name()+" becomes what "+code.CalleeName(by)+" returns before anybody has looked: join the two"
			} else if ok && c.lostToNextRound(cur.Parent(), g, v) {
				shape, message = "overwritten", "the next round gives "+v.Name()+" the error of its own group before anybody has looked: leave the loop, or join the two"
			}
		}
		if shape == "" {
			shape, message = c.lostBehind(cur, g)
		}
		if shape == "" && c.on("logged") && c.joinLogged(cur) {
			shape, message = "logged", "the group's error is only logged, and the function goes on as if its tasks had succeeded"
		}
		if shape != "" && !neverFails(c, call, g) && !joinedElsewhere(c, call, g) && !c.saysWhyBeside(call) {
			c.report(call, shape, message)
		}
	}
})

// saysWhyBeside tells whether a comment on the line of a call says that its error is ignored on purpose, or a linter is told so with a reason.
func (c *check) saysWhyBeside(call *ast.CallExpr) bool {
	f := c.FileOf(call.Pos())
	line := c.Fset.Position(call.End()).Line
	return f != nil && slices.ContainsFunc(f.Comments, func(g *ast.CommentGroup) bool {
		if g.Pos() < call.End() || c.Fset.Position(g.Pos()).Line != line {
			return false
		}
		text := g.List[0].Text
		_, reason, told := strings.Cut(strings.TrimPrefix(text, "//"), "//")
		return deliberate.MatchString(text) || strings.Contains(text, "nolint") && told && strings.TrimSpace(reason) != ""
	})
}

// cancelledBefore tells whether a statement before a join, in its block, calls a cancel function: then the errors are mostly that.
func (c *check) cancelledBefore(cur inspector.Cursor) bool {
	at := cur.Parent()
	for {
		before, ok := at.PrevSibling()
		if !ok {
			return false
		}
		at = before
		if es, ok := at.Node().(*ast.ExprStmt); ok {
			if call, ok := es.X.(*ast.CallExpr); ok && (code.IsNamed(c.Info.TypeOf(call.Fun), "context", "CancelFunc") || code.IsNamed(c.Info.TypeOf(call.Fun), "context", "CancelCauseFunc")) {
				return true
			}
		}
	}
}

// answersElsewhere tells whether a task of a group sends to a channel and then returns an error: that is only to cancel the others.
func (c *check) answersElsewhere(g *types.Var) bool {
	for _, t := range c.Tasks {
		if g == nil || t.Owner == nil || t.Lit == nil || code.Var(c.Info, t.Owner) != g {
			continue
		}
		if code.Has(t.Lit.Body, func(n ast.Node) bool {
			block, ok := n.(*ast.BlockStmt)
			if !ok {
				return false
			}
			for i, s := range block.List[min(1, len(block.List)):] {
				ret, ok := s.(*ast.ReturnStmt)
				if _, sent := block.List[i].(*ast.SendStmt); ok && sent && len(ret.Results) > 0 && !isNilIdent(c.Info, ret.Results[len(ret.Results)-1]) {
					return true
				}
			}
			return false
		}) {
			return true
		}
	}
	return false
}

var (
	joinsOfBraid = []string{
		"Run", "Call", "Group.Wait", "Group.Close", "Map", "MapSeq", "MapSeq2", "Each", "EachSeq", "EachSeq2", "All",
		"Join2", "Join3", "Join4", "Join5", "First", "Race", "Quorum", "Hedge", "Retry",
	}
	joinsOfConc = []string{"ErrorPool.Wait", "ContextPool.Wait", "ResultErrorPool.Wait", "ResultContextPool.Wait"}
)

// isJoin tells whether a call returns the error of a group.
func isJoin(c *check, call *ast.CallExpr) bool { return joins(code.Callee(c.Info, call)) }

// joins tells whether a function or method returns the error of a group.
func joins(fn *types.Func) bool {
	is := func(path string, names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return code.Is(fn, path, name) })
	}
	return is(code.Errgroup, "Group.Wait") ||
		is(code.ConcPool, joinsOfConc...) ||
		is(code.Braid, joinsOfBraid...) ||
		is(code.Braid+"/stream", "Collect", "Each", "Reduce", "Tee") ||
		is(code.Braid+"/service", "Run")
}

// groupOf gives the variable or field of a method call's group.
func groupOf(c *check, call *ast.CallExpr) *types.Var {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || c.Info.Selections[sel] == nil {
		return nil
	}
	return code.Var(c.Info, sel.X)
}

// neverFails tells whether all tasks of the group that a call joins are in sight, and return nil or
// keep their errors themselves.
func neverFails(c *check, call *ast.CallExpr, v *types.Var) bool {
	if c.Succeeds(call) {
		return true
	}
	tasks := 0
	if v == nil { // a body: its tasks are those of the group it is given
		for _, t := range c.Tasks {
			if t.Call != call || t.Lit == nil {
				continue
			}
			if !harmless(c, t.Lit) {
				return false
			}
			tasks++
			for _, field := range t.Lit.Type.Params.List {
				for _, name := range field.Names {
					if g, ok := c.Info.Defs[name].(*types.Var); ok && code.IsNamed(g.Type(), code.Braid, "Group") {
						v = g
					}
				}
			}
		}
		if v == nil {
			return tasks > 0
		}
	} else if v.Kind() == types.ParamVar || code.IsLocal(v) && escapesFrom(c, v) {
		return false
	}
	for _, t := range c.Tasks {
		if t.Owner == nil || code.Var(c.Info, t.Owner) != v {
			continue
		}
		tasks++
		if t.Lit != nil {
			if !harmless(c, t.Lit) {
				return false
			}
		} else if fn := funcOf(c, t.Fn); fn == nil || !returnsNil(fn.Body) || len(fn.Body.List) < 2 {
			return false
		}
	}
	return tasks > 0
}

// escapesFrom is Escapes, but for braid.Fork(g, …), and for those that wait for it.
func escapesFrom(c *check, v *types.Var) bool {
	for _, use := range c.Uses[v] {
		switch c.UseOf(use) {
		case code.Stored, code.Returned:
			return true
		case code.MethodVal:
			if _, joins := c.joinIn(use.Parent().Node().(ast.Expr)); !joins {
				return true
			}
		case code.Argument:
			if _, joins := c.joinAt(use, 0); !joins && !c.onlyDone(use) {
				return true
			}
		}
	}
	return false
}

// harmless tells whether a task returns no error but nil, or puts its errors where others find them.
func harmless(c *check, lit *ast.FuncLit) bool {
	if returnsNil(lit.Body) {
		return len(lit.Body.List) > 1 // a stub says nothing
	}
	kept := false
	code.Shallow(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if !code.IsError(c.Info.TypeOf(l)) {
					continue
				}
				if root := rootOf(c.Info, l); root != nil && !(lit.Pos() <= root.Pos() && root.Pos() < lit.End()) {
					kept = true
				}
			}
		case *ast.SendStmt:
			ast.Inspect(n.Value, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok && code.IsError(c.Info.TypeOf(e)) {
					kept = true
				}
				return !kept
			})
		}
		return !kept
	})
	return kept
}

func returnsNil(body *ast.BlockStmt) bool {
	only := true
	code.Shallow(body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok {
			if len(ret.Results) == 0 { // of a named result
				only = false
			}
			for _, e := range ret.Results[max(0, len(ret.Results)-1):] {
				if id, ok := ast.Unparen(e).(*ast.Ident); !ok || id.Name != "nil" {
					only = false
				}
			}
		}
		return only
	})
	return only
}

// joinedElsewhere tells whether the function around a join of a local group, or a literal in it,
// uses the error of another join of that group.
func joinedElsewhere(c *check, call *ast.CallExpr, v *types.Var) bool {
	held := c.heldBy(call)
	if held != nil && slices.ContainsFunc(c.Uses[held], func(use inspector.Cursor) bool {
		return c.UseOf(use) != code.Called || !c.dropsResult(use.Parent())
	}) {
		return true
	}
	return code.IsLocal(v) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		other, ok := c.joinAt(use, 0)
		return ok && other.Node() != call && !(held != nil && code.Within(use.Node(), c.Only(held))) && !c.dropsResult(other)
	})
}

// dropsResult tells whether a call stands where what it returns last is dropped.
func (c *check) dropsResult(call inspector.Cursor) bool {
	switch kind, i := call.ParentEdge(); kind {
	case edge.ExprStmt_X, edge.DeferStmt_Call, edge.GoStmt_Call:
		return true
	case edge.AssignStmt_Rhs:
		as := call.Parent().Node().(*ast.AssignStmt)
		if len(as.Rhs) == 1 {
			i = len(as.Lhs) - 1
		}
		return isBlank(as.Lhs[i])
	}
	return false
}
