// Tasks that a deferred call of a function around ends. Where what is between them and the join panics, or ends
// the goroutine, those calls used to run at once; in a group they run when its tasks have ended, which would then
// wait for ever.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// ended tells of a task that a deferred call ends, where something may go wrong before the join.
func (g *group) ended() string {
	if !g.risky() {
		return ""
	}
	with := &walker{f: g.f, g: g}
	enders := map[*types.Var]bool{} // cancel functions, and what is closed or stopped by a method
	for _, d := range g.deferred() {
		with.walk(d.Call)
		ast.Inspect(d.Call, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if v := code.Var(g.f.Info, call.Fun); v != nil {
				enders[v] = true
			}
			if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && slices.Contains([]string{"Close", "Shutdown", "Stop"}, sel.Sel.Name) {
				if v := code.Var(g.f.Info, sel.X); v != nil {
					enders[v] = true
				}
			}
			return true
		})
	}
	const why = ", and a panic before the join would wait for that task first"
	for _, t := range g.tasks {
		w := &walker{f: g.f, g: g, homes: []ast.Node{t.lit}, env: map[*types.Var]spot{}}
		if t.bare {
			with.bind(t.lit, t.call, w.env)
		}
		w.walk(t.lit.Body)
		for _, need := range w.acts {
			if !need.gives && !need.way && slices.ContainsFunc(with.acts, func(a act) bool { return a.gives && a.what == need.what && a.at == need.at }) {
				return "a deferred call ends a task's wait for " + need.at.String() + why
			}
		}
		for _, n := range []ast.Node{t.call, t.lit} {
			if v := g.endedVar(n, enders); v != nil {
				return "a deferred call ends what a task does with " + v.Name() + why
			}
		}
	}
	return ""
}

// deferred gives the defer statements of the functions around that come before the join.
func (g *group) deferred() (list []*ast.DeferStmt) {
	for c := range g.block.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		_, body := code.FuncParts(c.Node())
		code.Shallow(body, func(n ast.Node) bool {
			if d, ok := n.(*ast.DeferStmt); ok && d.Pos() < g.list[g.join].Pos() {
				list = append(list, d)
			}
			return true
		})
	}
	return list
}

// endedVar gives a variable of a task's that is among the enders, or a context that one of them cancels.
func (g *group) endedVar(n ast.Node, enders map[*types.Var]bool) (found *types.Var) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || found != nil {
			return found == nil
		}
		v, ok := g.f.Info.Uses[id].(*types.Var)
		switch {
		case !ok:
		case enders[v] && !code.IsNamed(v.Type(), "context", "CancelFunc"):
			found = v
		case code.IsContext(v.Type()) && g.cancelled(v, enders, 0):
			found = v
		}
		return found == nil
	})
	return found
}

// cancelled tells whether a context, or one that it comes of, is cancelled by one of those functions; but not the group's own, and
// none that has a time limit, which end without them.
func (g *group) cancelled(ctx *types.Var, by map[*types.Var]bool, depth int) bool {
	if ctx == g.ctx || depth > deepest {
		return false
	}
	for _, e := range g.f.Origins(ctx) {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && code.IsCall(g.f.Info, call, "context", "WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause") {
			continue
		}
		if at, ok := g.f.Root.FindNode(e); ok && by[g.f.cancelWith(at, ctx)] {
			return true
		}
		of := false
		ast.Inspect(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v, ok := g.f.Info.Uses[id].(*types.Var)
			of = of || ok && v != ctx && code.IsContext(v.Type()) && g.cancelled(v, by, depth+1)
			return true
		})
		if of {
			return true
		}
	}
	return false
}

// cancelWith gives the cancel function that an assignment sets beside a context, or nil.
func (f *finder) cancelWith(made inspector.Cursor, ctx *types.Var) *types.Var {
	as, ok := made.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Lhs) != 2 || code.Var(f.Info, as.Lhs[0]) != ctx {
		return nil
	}
	return code.Var(f.Info, as.Lhs[1])
}

// risky tells whether something between the tasks and the join may well panic, or end the goroutine.
func (g *group) risky() (found bool) {
	w := &walker{f: g.f, g: g}
	counts := map[types.Object]bool{nil: false} // variables of loops, which stay within what these go over
	look := func(n ast.Node) bool {
		if found || n != nil && g.handed(n) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.RangeStmt:
			if id := identOf(n.Key); id != nil {
				counts[g.f.Info.Defs[id]] = true
			}
		case *ast.ForStmt:
			if as, ok := n.Init.(*ast.AssignStmt); ok {
				counts[g.f.Info.ObjectOf(identOf(as.Lhs[0]))] = true
			}
		case *ast.IndexExpr:
			switch g.f.Info.TypeOf(n.X).Underlying().(type) {
			case *types.Slice, *types.Array, *types.Pointer, *types.Basic:
				found = !counts[g.f.Info.Uses[identOf(n.Index)]]
			}
		case *ast.TypeAssertExpr:
			found = n.Type != nil
		case *ast.BinaryExpr:
			found = n.Op == token.QUO && g.f.Info.Types[n.Y].Value == nil
		case *ast.CallExpr:
			cancel := code.IsNamed(g.f.Info.TypeOf(n.Fun), "context", "CancelFunc")
			found = w.mayPanic(n) && !cancel || g.f.ends(n)
		}
		return !found
	}
	for _, s := range g.list[g.first:g.join] {
		ast.Inspect(s, look)
	}
	return found
}

// ends tells whether a call of the standard library's ends the goroutine.
func (f *finder) ends(call *ast.CallExpr) bool {
	fn := code.Callee(f.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	path := fn.Pkg().Path()
	return path == "testing" || code.Is(fn, "runtime", "Goexit") || path == "log" && slices.Contains([]string{"Panic", "Panicf", "Panicln"}, fn.Name())
}
