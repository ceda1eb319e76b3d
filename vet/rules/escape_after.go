// What is done with a group or its context after its Wait.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// afterWait finds what is done with a group and its context after its Wait.
func (c *escaper) afterWait(cur inspector.Cursor, call *ast.CallExpr) {
	g := groupOf(c.check, call)
	fn, ok := code.FuncAround(cur)
	if code.Deferred(cur) {
		c.deferredJoin(cur, call)
		return
	}
	if !ok || !code.IsLocal(g) || c.InTest(call.Pos()) {
		return
	}
	decl, ok := c.DeclaredIn(g)
	if !ok || decl != fn {
		return
	}
	ctx := c.contextOf(g)
	for v, what := range map[*types.Var]string{g: "the group", ctx: "the context of a group"} { // kept though it is waited for here
		if v == nil || v == g && v.Kind() == types.ParamVar {
			continue
		}
		for _, use := range c.Uses[v] {
			if v.Kind() == types.ParamVar && use.Node().Pos() < g.Pos() { // still the outer one
				continue
			}
			if in, ok := code.FuncAround(use); !ok || in != fn && v == g || !code.Within(use.Node(), fn.Node()) {
				continue
			}
			if v == ctx && c.inResult(use, call) {
				c.tell(use.Node(), "returned", fmt.Sprintf("%s (%s) is in what is returned: it is dead after the Wait in line %d", what, v.Name(), c.Fset.Position(call.Pos()).Line))
				continue
			}
			if in, _ := code.FuncAround(use); v == ctx && in != fn {
				c.keptFunction(use, g, ctx, fn, call)
			}
			shape, to := c.sink(use, block{fn.Node(), what})
			if shape == "stored" && use.Node().Pos() < call.Pos() && c.mayLive(use, g, fn) {
				continue
			}
			if shape == "stored" || shape == "sent" || shape == "returned" && v == ctx {
				c.tell(use.Node(), shape, fmt.Sprintf("%s (%s) is %s: it is dead after the Wait in line %d", what, v.Name(), to, c.Fset.Position(call.Pos()).Line))
			}
		}
	}
	for _, use := range c.Uses[g] {
		if in, ok := code.FuncAround(use); ok && in != fn {
			c.outlives(use, g, block{fn.Node(), "the group"})
			c.fed(use, g, fn, call)
		}
	}
	if g.Kind() == types.ParamVar {
		return
	}
	flow := code.FlowOf(c.cfgs, fn.Node())
	line := c.Fset.Position(call.Pos()).Line
	told := false
	flow.After(call, func(step ast.Node) bool {
		if sets(c.check, step, g) {
			return false
		}
		code.Shallow(step, func(n ast.Node) bool {
			other, ok := n.(*ast.CallExpr)
			if !ok || told || other == call || !c.handsTo(other, g) {
				return true
			}
			if closedByWait(g.Type()) {
				told = true
				c.tell(other, "late", fmt.Sprintf("%s is closed since the Wait in line %d, and panics when it is handed a task; make a new pool", g.Name(), line))
			} else if ctx != nil || !c.waitedAgain(flow, other, g) {
				told = true
				c.tell(other, "late", fmt.Sprintf("%s has ended in line %d: its context is dead, and nobody waits for this task; make a new group", g.Name(), line))
			}
			return true
		})
		return !told
	})
	if ctx == nil || told {
		return
	}
	c.bodyAfter(flow, call, g, ctx)
	c.boundAfter(flow, call, g, ctx, fn)
	c.deferredBehind(g, ctx, fn, call, call)
	flow.After(call, func(step ast.Node) bool {
		if told || sets(c.check, step, ctx) {
			return false
		}
		if _, ok := step.(*ast.DeferStmt); !ok {
			told = c.usesDead(step, call, g, ctx, fn)
		}
		return true
	})
	for ret := range cur.Enclosing((*ast.ReturnStmt)(nil), (*ast.BlockStmt)(nil)) { // return …, g.Wait()
		if _, ok := ret.Node().(*ast.ReturnStmt); ok && !told {
			c.usesDead(ret.Node(), call, g, ctx, fn)
		}
		break
	}
}

// closedByWait tells whether a group is a pool of conc's that its Wait closes for good. In versions behind v0.3.0 a pool can be used again; one that has
// them lets its tasks fail fast.
func closedByWait(group types.Type) bool {
	if p, ok := types.Unalias(group).(*types.Pointer); ok {
		group = p.Elem()
	}
	n, ok := types.Unalias(group).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != code.ConcPool {
		return false
	}
	pool, ok := n.Obj().Pkg().Scope().Lookup("ContextPool").(*types.TypeName)
	if !ok {
		return false
	}
	again, _, _ := types.LookupFieldOrMethod(types.NewPointer(pool.Type()), true, nil, "WithFailFast")
	return again == nil
}

// waitedAgain tells whether a group without a context, which can be used again, is waited for on each way from a place on.
func (c *escaper) waitedAgain(flow *code.Flow, at ast.Node, g *types.Var) bool {
	return !code.IsNamed(g.Type(), code.Braid, "Group") && !c.leaves(flow, at, g, func(*ast.ReturnStmt) bool { return true })
}

// leaves tells whether a return that is wanted may come behind a place before the group has been waited for.
func (c *escaper) leaves(flow *code.Flow, at ast.Node, g *types.Var, wanted func(*ast.ReturnStmt) bool) (left bool) {
	flow.After(at, func(step ast.Node) bool {
		if left || code.Has(step, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			return ok && (code.CalleeName(call) == "Wait" || code.CalleeName(call) == "Close") && groupOf(c.check, call) == g
		}) {
			return false
		}
		if ret, ok := step.(*ast.ReturnStmt); ok {
			left = wanted(ret)
		}
		return !left
	})
	return left
}

// contextOf gives the context variable that was made together with a group.
func (c *escaper) contextOf(g *types.Var) *types.Var {
	decl, ok := c.Root.FindByPos(g.Pos(), g.Pos())
	if !ok {
		return nil
	}
	for cur := range decl.Enclosing((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		if len(as.Lhs) != 2 || len(as.Rhs) != 1 {
			return nil
		}
		call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		if !ok || !code.IsCall(c.Info, call, code.Errgroup, "WithContext") && !code.IsCall(c.Info, call, code.Braid, "Open") {
			return nil
		}
		id, ok := as.Lhs[1].(*ast.Ident)
		if !ok {
			return nil
		}
		v, _ := c.Info.ObjectOf(id).(*types.Var)
		return v
	}
	return nil
}

// sets tells whether a step gives a variable a new value.
func sets(c *check, step ast.Node, v *types.Var) bool {
	return code.Has(step, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && c.Info.ObjectOf(id) == types.Object(v) {
					return true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				if c.Info.Defs[id] == types.Object(v) {
					return true
				}
			}
		}
		return false
	})
}

// handsTo tells whether a call hands a task to the group.
func (c *escaper) handsTo(call *ast.CallExpr, g *types.Var) bool {
	for _, t := range c.Tasks {
		if t.Call == call && t.Owner != nil && code.Var(c.Info, t.Owner) == g && !t.Body {
			return true
		}
	}
	return false
}

// needsLive tells whether a mention of a context is of use only if it is alive: an argument of a
// call that is no logging, or its Done.
func (c *escaper) needsLive(use inspector.Cursor) bool { return c.needsLiveAt(use, 0) }

func (c *escaper) needsLiveAt(use inspector.Cursor, depth int) bool {
	kind, i := use.ParentEdge()
	parent := use.Parent()
	switch kind {
	case edge.SelectorExpr_X:
		return parent.Node().(*ast.SelectorExpr).Sel.Name == "Done"
	case edge.CallExpr_Args:
		call := parent.Node().(*ast.CallExpr)
		if fn := code.Callee(c.Info, call); fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "context" {
			switch fn.Name() {
			case "WithValue":
				return i == 0 && c.valueNeedsLive(parent, depth)
			case "WithTimeout", "WithCancel", "WithDeadline", "WithTimeoutCause", "WithCancelCause", "WithDeadlineCause":
				return true
			}
			return false
		}
		return !c.onlyLogs(parent, call) && !c.onlyAsks(call, i)
	}
	return false
}

// onlyLogs tells whether a call likely writes a log, by its name. One whose error somebody looks at does more than that, if it does not make an error of another.
func (c *escaper) onlyLogs(cur inspector.Cursor, call *ast.CallExpr) bool {
	return mayLog(c.check, call) && (c.observes(call) || errorMaking.MatchString(code.CalleeName(call)) || !c.errorUsed(cur))
}

// errorMaking matches names of functions that make an error of another, or handle one.
var errorMaking = regexp.MustCompile(`(?i)^(err|warn|fatal)|(err|error|errorf|warn|fatal)$`)

// errorUsed tells whether the last result of a call is an error that is assigned, returned or handed on.
func (c *check) errorUsed(cur inspector.Cursor) bool {
	call := cur.Node().(*ast.CallExpr)
	sig, ok := under(c.Info.TypeOf(call.Fun)).(*types.Signature)
	if !ok || sig.Results().Len() == 0 || !code.IsError(sig.Results().At(sig.Results().Len()-1).Type()) {
		return false
	}
	switch up := cur.Parent().Node().(type) {
	case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt:
		return false
	case *ast.AssignStmt:
		return !isBlank(up.Lhs[len(up.Lhs)-1])
	}
	return true
}

// onlyAsks tells whether a function of the package needs no living context for its i-th argument.
func (c *escaper) onlyAsks(call *ast.CallExpr, i int) bool {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Signature().Variadic() {
		return false
	}
	decl, ok := c.Decls[fn]
	if !ok {
		return false
	}
	p, ok := code.ParamAt(c.Info, decl.Node().(*ast.FuncDecl).Type, i)
	if !ok || p == nil || len(c.Uses[p]) == 0 {
		return false
	}
	for _, use := range c.Uses[p] {
		switch c.UseOf(use) {
		case code.Stored, code.Returned, code.MethodVal:
			return false
		case code.Argument: // asked of package context, or logged
			inner := use.Parent().Node()
			if call, ok := inner.(*ast.CallExpr); !ok || !mayLog(c.check, call) && !code.IsCall(c.Info, call, "context", "Cause", "WithoutCancel") {
				return false
			}
		case code.Method:
			if sel, ok := use.Parent().Node().(*ast.SelectorExpr); !ok || sel.Sel.Name == "Done" {
				return false
			}
		}
	}
	return true
}

// mayLive tells whether a function that has opened a group may succeed behind a place without having closed it: it keeps it then, and closes it only if
// something has failed.
func (c *escaper) mayLive(at inspector.Cursor, g *types.Var, fn inspector.Cursor) bool {
	if !code.IsNamed(g.Type(), code.Braid, "Group") {
		return false
	}
	stmt := at
	for _, ok := stmt.Node().(ast.Stmt); !ok; _, ok = stmt.Node().(ast.Stmt) {
		stmt = stmt.Parent()
	}
	return c.leaves(code.FlowOf(c.cfgs, fn.Node()), stmt.Node(), g, func(ret *ast.ReturnStmt) bool {
		return len(ret.Results) == 0 || isNilIdent(c.Info, ret.Results[len(ret.Results)-1])
	})
}
