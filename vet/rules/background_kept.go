// What a fresh context goes to, where that outlives the function or ends in an order of its own. Part of the rule background.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// givesBack tells whether a context that a call makes is in what the function returns: making one is its work.
func (c *check) givesBack(cur inspector.Cursor) bool {
	if kind, _ := cur.ParentEdge(); kind == edge.ReturnStmt_Results {
		return true
	}
	v := c.assignedTo(cur)
	return v != nil && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		for up := range use.Enclosing((*ast.ReturnStmt)(nil), (*ast.BlockStmt)(nil)) {
			ret, ok := up.Node().(*ast.ReturnStmt)
			if !ok {
				return false
			}
			return slices.ContainsFunc(ret.Results, func(e ast.Expr) bool {
				return code.IsContext(c.Info.TypeOf(e)) && code.Within(use.Node(), e)
			})
		}
		return false
	})
}

// handedToGo tells whether a place is in a function without result that is handed to some Go: nobody asks what has become of it.
func (c *check) handedToGo(cur inspector.Cursor) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	lit, ok := fn.Node().(*ast.FuncLit)
	call, handed := fn.Parent().Node().(*ast.CallExpr)
	return ok && handed && lit.Type.Results == nil && c.Task[lit] == nil && code.CalleeName(call) == "Go"
}

// makesToKeep tells whether a call makes something that outlives the function, which keeps it in a field or gives it back: its context is for that.
func (c *check) makesToKeep(cur inspector.Cursor, call *ast.CallExpr) bool {
	fn := code.Callee(c.Info, call)
	if fn == nil || !strings.HasPrefix(fn.Name(), "New") && !strings.HasPrefix(fn.Name(), "new") {
		return false
	}
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.ReturnStmt_Results, edge.KeyValueExpr_Value:
		return true
	case edge.AssignStmt_Rhs:
		v := code.Var(c.Info, lhsOf(cur))
		if v == nil || code.IsContext(v.Type()) || code.IsNamed(v.Type(), "net/http", "Request") {
			return false
		}
		if !code.IsLocal(v) || v.Kind() == types.ResultVar {
			return true
		}
		return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			how := c.UseOf(use)
			return how == code.Stored || how == code.Returned || how == code.Argument
		})
	}
	return false
}

// stoppedElsewhere tells whether a method is called in a task of something that the function around, or another task, stops.
func (c *check) stoppedElsewhere(cur inspector.Cursor, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	t := c.TaskAround(cur)
	if !ok || t == nil {
		return false
	}
	v := code.Var(c.Info, sel.X)
	return code.IsLocal(v) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		other, ok := use.Parent().Node().(*ast.SelectorExpr)
		return ok && closers[other.Sel.Name] && !code.Within(other, t.Call) && other.Sel.Name != "Wait" && other.Sel.Name != "Done"
	})
}

// endsWithChannel tells whether a call is given a local channel that a goroutine of the function closes when a context has ended.
func (c *check) endsWithChannel(cur inspector.Cursor, call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		v := code.Var(c.Info, e)
		if _, ok := under(c.Info.TypeOf(e)).(*types.Chan); !ok || !code.IsLocal(v) {
			return false
		}
		return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			close, ok := use.Parent().Node().(*ast.CallExpr)
			in, _ := code.FuncAround(use)
			return ok && c.Builtin(close) == "close" && !code.Within(cur.Node(), in.Node()) && c.LooksAtCtx(in.Node())
		})
	})
}

// goesAlong tells whether what a call gives is handed on together with the context in reach, or is a command that others may wait for.
func (c *check) goesAlong(cur inspector.Cursor, call *ast.CallExpr, r *code.Reach) bool {
	v := c.assignedTo(cur)
	if v == nil || code.IsContext(v.Type()) || code.IsNamed(v.Type(), "net/http", "Request") || isData(v.Type()) {
		return false
	}
	command := code.IsCall(c.Info, call, "os/exec", "CommandContext")
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		if c.UseOf(use) != code.Argument {
			return false
		}
		to := use.Parent().Node().(*ast.CallExpr)
		return command || slices.ContainsFunc(to.Args, func(e ast.Expr) bool { w := code.Var(c.Info, e); return w != nil && w == r.Ctx })
	})
}

// ownReach tells whether the context in reach is the function's own, or that of a literal which runs while the function around waits: a task of a group.
func (c *check) ownReach(r *code.Reach) bool {
	return code.Within(c.declOf(r.Ctx), r.Func.Node()) || r.Task != nil && r.Task.Kind != code.Bare
}

// opens tells whether a function makes something that lives on, by its name.
func opens(fn *types.Func) bool {
	return fn != nil && opening.MatchString(fn.Name()) && !code.Is(fn, "net/http", "NewRequestWithContext")
}

var opening = regexp.MustCompile(`^(?i)(new|open|dial|connect|start|listen|subscribe|watch|serve|run|init|setup|launch|spawn|acquire|lock)`)

// keepsToItself tells whether a derived context goes to nothing but calls that the function makes on its own level, and its cancel function is deferred.
func (c *check) keepsToItself(cur inspector.Cursor) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	fn, in := code.FuncAround(cur)
	if !ok || !in {
		return false
	}
	if len(as.Lhs) == 2 && !isBlank(as.Lhs[1]) {
		cancel := code.Var(c.Info, as.Lhs[1])
		if !code.IsLocal(cancel) {
			return false
		}
		for _, use := range c.Uses[cancel] {
			if c.UseOf(use) != code.Called || !code.Deferred(use) {
				return false
			}
		}
	}
	v := c.assignedTo(cur)
	calls := 0
	for _, use := range c.Uses[v] {
		at, _ := code.FuncAround(use)
		call, ok := use.Parent().Node().(*ast.CallExpr)
		if c.UseOf(use) != code.Argument || at != fn || !ok || code.IsContext(firstResult(c, call)) || c.KeepsCtx(code.Callee(c.Info, call)) {
			return false
		}
		switch kind, _ := use.Parent().ParentEdge(); kind {
		case edge.GoStmt_Call, edge.DeferStmt_Call:
			return false
		}
		if c.asksFor(use.Parent(), call) && !opens(code.Callee(c.Info, call)) {
			calls++
		}
	}
	return v != nil && calls > 0
}

// isData tells whether a type has nothing in it that could know a context: numbers, texts and lists.
func isData(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return true
	case *types.Slice:
		return isData(u.Elem())
	}
	return false
}

// lastDerived gives the last of the calls that make a context of one another.
func (c *check) lastDerived(cur inspector.Cursor) inspector.Cursor {
	for {
		kind, i := cur.ParentEdge()
		if kind != edge.CallExpr_Args || i != 0 {
			return cur
		}
		if up, ok := cur.Parent().Node().(*ast.CallExpr); !ok || !code.IsContext(firstResult(c, up)) {
			return cur
		}
		cur = cur.Parent()
	}
}

// onTheWayOut tells whether a place is in a branch that the function leaves by, or in the last statements before it does.
func onTheWayOut(cur inspector.Cursor) bool {
	for up := range cur.Enclosing((*ast.BlockStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil)) {
		switch b := up.Node().(type) {
		case *ast.BlockStmt:
			return endsIn[*ast.ReturnStmt](b.List)
		case *ast.CaseClause:
			return endsIn[*ast.ReturnStmt](b.Body)
		case *ast.CommClause:
			return endsIn[*ast.ReturnStmt](b.Body)
		}
	}
	return false
}

// endsItself tells whether a context that is made of Background is ended in an order of its own: by a call of
// its cancel function that is not just deferred, nor in a branch that the function leaves by, or where the function knows of the end of the context in reach.
func (c *check) endsItself(cur inspector.Cursor, r *code.Reach) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	name := code.CalleeName(cur.Node().(*ast.CallExpr))
	if !ok || len(as.Lhs) != 2 || strings.Contains(name, "Timeout") || strings.Contains(name, "Deadline") {
		return false
	}
	cancel := code.Var(c.Info, as.Lhs[1])
	if cancel == nil {
		return false
	}
	if cancel.IsField() { // an object's
		return true
	}
	for _, use := range c.Uses[cancel] { // others end it
		switch c.UseOf(use) {
		case code.Called:
			in, _ := code.FuncAround(use)
			if code.Deferred(use) {
				continue
			}
			if lit, ok := in.Node().(*ast.FuncLit); ok && in != r.Func && (c.Task[lit] == nil || c.Task[lit].Kind == code.Timer || c.Task[lit].Kind == code.Bare) {
				return true
			}
			if in == r.Func && !onTheWayOut(use) { // when it is told to
				return true
			}
		case code.Stored, code.Returned, code.Argument:
			return true
		}
	}
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	for x := range fn.Preorder((*ast.UnaryExpr)(nil)) { // it waits for the end itself
		u := x.Node().(*ast.UnaryExpr)
		if e := c.DoneOf(u); u.Op == token.ARROW && e != nil && code.Var(c.Info, e) == r.Ctx {
			return true
		}
	}
	return false
}
