// Waits for a WaitGroup or a condition, which no end of a context ends.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// waitGroup reports a join that the context cannot end, where the function has a context for that.
func (c *check) waitGroup(cur inspector.Cursor, n *ast.CallExpr) {
	r := c.reach(cur)
	if r == nil || r.Request || r.Task != nil {
		return
	}
	if decl, ok := r.Func.Node().(*ast.FuncDecl); !ok || code.CtxParam(c.Info, decl.Type) != r.Ctx {
		return
	}
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	v := code.Var(c.Info, sel.X)
	if v == nil {
		return
	}
	if !code.IsLocal(v) || code.IsParam(c.Info, v) {
		if root := rootOf(c.Info, sel.X); root != v && code.IsLocal(root) && root.Kind() == types.LocalVar && c.knowsCtx(root) {
			return // an object that it has made itself, which knows the context
		}
		for _, use := range c.Uses[v] { // it starts some itself: their join
			if in, _ := code.FuncAround(use); in == r.Func {
				if s, ok := use.Parent().Node().(*ast.SelectorExpr); ok && (s.Sel.Name == "Add" || s.Sel.Name == "Go") {
					return
				} else if up, ok := use.Parent().Parent().Node().(*ast.SelectorExpr); ok && (up.Sel.Name == "Add" || up.Sel.Name == "Go") {
					return
				}
			}
		}
		_, body := code.FuncParts(r.Func.Node())
		stops := false
		for _, s := range body.List { // told to stop before
			if s.End() < n.Pos() {
				code.Shallow(s, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok && (c.Builtin(call) == "close" || stopping.MatchString(code.CalleeName(call)) && c.CtxArg(call) == nil) {
						stops = true
					}
					return !stops
				})
			}
		}
		if !stops && !c.LooksAtCtx(body) {
			c.report(n, "wait", "Wait ignores "+r.Name()+": wait in a goroutine that closes a channel, and select on that and Done")
		}
		return
	}
	knows, blocks := false, false
	for _, t := range c.Tasks {
		if in, _ := code.FuncAround(t.At); in != r.Func {
			continue
		}
		if c.MentionsCtx(t.Call) || t.Lit != nil && c.MentionsCtx(t.Lit) || t.Lit == nil {
			knows = true
		}
		if t.Lit != nil {
			ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.UnaryExpr:
					blocks = blocks || n.Op == token.ARROW
				case *ast.SelectStmt:
					blocks = true
				case *ast.CallExpr:
					if fn := code.Callee(c.Info, n); fn != nil && fn.Pkg() != nil {
						if shape, _ := ctxForm(fn); shape != "" || code.Is(fn, "time", "Sleep") {
							blocks = true
						}
					}
				}
				return true
			})
		}
	}
	if !knows && blocks && !c.LooksAtCtx(r.Func.Node()) {
		c.report(n, "wait", "Wait ignores "+r.Name()+", and so do the goroutines it waits for: give them the context")
	}
}

// knowsCtx tells whether a local variable is made with a context, or one of its methods is given one.
func (c *check) knowsCtx(v *types.Var) bool {
	return slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool { return c.MentionsCtx(e) }) ||
		slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
			return ok && c.UseOf(use) == code.Method && call.Fun == use.Parent().Node() && c.CtxArg(call) != nil
		})
}

// cond reports a wait for a condition that no end of the context wakes.
func (c *check) cond(cur inspector.Cursor, n *ast.CallExpr) {
	r := c.reach(cur)
	if r == nil || r.Request {
		return
	}
	if fn, ok := code.FuncAround(cur); ok {
		for l := range fn.Preorder((*ast.CallExpr)(nil)) {
			switch code.CalleeName(l.Node().(*ast.CallExpr)) {
			case "Broadcast", "Signal", "AfterFunc":
				return
			}
		}
	}
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && c.wokenElsewhere(code.Var(c.Info, sel.X)) {
		return
	}
	if r.Task != nil && r.Task.Kind == code.Bare { // the function around may wake it
		if fn, ok := code.FuncAround(r.Task.At); ok && (c.wakes(fn) || c.wakenByTask(fn)) {
			return
		}
	}
	shape := "cond"
	if c.askedBefore(cur) {
		shape = "looked"
	}
	c.report(n, shape, "Cond.Wait ignores "+r.Name()+": let context.AfterFunc broadcast when it ends, and look at it in the loop")
}

// wokenElsewhere tells whether some function of the package that waits for the end of a context signals a condition.
func (c *check) wokenElsewhere(v *types.Var) bool {
	if v == nil {
		return false
	}
	for _, use := range c.Uses[v] {
		at := use
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			at = use.Parent()
		}
		sel, ok := at.Parent().Node().(*ast.SelectorExpr)
		if !ok || sel.X != at.Node() || sel.Sel.Name != "Broadcast" && sel.Sel.Name != "Signal" {
			continue
		}
		for fn := range use.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
			for u := range fn.Preorder((*ast.UnaryExpr)(nil)) {
				if c.DoneOf(u.Node().(*ast.UnaryExpr)) != nil {
					return true
				}
			}
		}
	}
	return false
}

// wakenByTask tells whether a goroutine of a function signals a condition when it has waited for something.
func (c *check) wakenByTask(fn inspector.Cursor) bool {
	for _, t := range c.Tasks {
		if t.Lit == nil || !code.Within(t.Lit, fn.Node()) {
			continue
		}
		waits := false
		code.Shallow(t.Lit.Body, func(n ast.Node) bool {
			u, ok := n.(*ast.UnaryExpr)
			waits = waits || ok && u.Op == token.ARROW
			return !waits
		})
		if lit, ok := c.Root.FindNode(t.Lit); ok && waits && c.wakes(lit) {
			return true
		}
	}
	return false
}

// wakes tells whether a function signals a condition itself.
func (c *check) wakes(fn inspector.Cursor) (found bool) {
	_, body := code.FuncParts(fn.Node())
	code.Shallow(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && code.IsCall(c.Info, call, "sync", "Cond.Broadcast", "Cond.Signal") {
			found = true
		}
		return !found
	})
	return found
}
