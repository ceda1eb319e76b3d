// What ends the goroutines that are left: the function that starts them, or a method of
// their object that is called neither Stop nor Close.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// endsHere tells, in words, how the function that starts a goroutine ends it before it returns, or gives "": it closes a channel of its own
// that the goroutine waits for, cancels a context of its own, or receives as many answers as the goroutine has questions.
func (f *finder) endsHere(cur inspector.Cursor, n *ast.GoStmt) string {
	lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit)
	fn, ok2 := code.FuncAround(cur)
	if !ok || !ok2 {
		return ""
	}
	_, body := code.FuncParts(fn.Node())
	local := func(v *types.Var) bool {
		return code.IsLocal(v) && !code.IsParam(f.Info, v) && code.Within(f.declOf(v), body) && !code.Within(f.declOf(v), lit)
	}
	how := ""
	ast.Inspect(lit.Body, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.UnaryExpr:
			if m.Op != token.ARROW {
				break
			}
			if v := code.Var(f.Info, m.X); local(v) && f.hasCall(body, lit, func(call *ast.CallExpr) bool {
				return f.Builtin(call) == "close" && code.Var(f.Info, call.Args[0]) == v
			}) {
				how = "by closing " + v.Name()
			}
			if done := f.DoneOf(m.X); done == nil {
				break
			} else if ctx := code.Var(f.Info, done); ctx != nil && local(ctx) {
				if cancel := f.cancelOf(ctx); cancel != nil && f.hasCall(body, lit, func(call *ast.CallExpr) bool { return code.Var(f.Info, call.Fun) == cancel }) {
					how = "with " + ctx.Name()
				}
			}
		case *ast.RangeStmt:
			v := code.Var(f.Info, m.X)
			if local(v) && f.answersFor(body, n, v) {
				how = "by waiting for what comes of " + v.Name()
			}
		}
		return how == ""
	})
	return how
}

// hasCall tells whether a body, outside of one of its literals, has a call, deferred or not, that is as wanted.
func (f *finder) hasCall(body, but ast.Node, wanted func(*ast.CallExpr) bool) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && wanted(call) {
			found = true
		}
		return !found && n != but
	})
	return found
}

// cancelOf gives the cancel function that comes with a context, or nil.
func (f *finder) cancelOf(ctx *types.Var) *types.Var {
	for _, e := range f.Origins(ctx) {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok {
			continue
		}
		at, ok := f.Root.FindNode(call)
		if !ok {
			continue
		}
		if as, ok := at.Parent().Node().(*ast.AssignStmt); ok && len(as.Lhs) == 2 && code.Var(f.Info, as.Lhs[0]) == ctx {
			return code.Var(f.Info, as.Lhs[1])
		}
	}
	return nil
}

// answersFor tells whether a loop behind a go statement, over a variable or up to its length, receives from a channel each time round.
func (f *finder) answersFor(body ast.Node, after *ast.GoStmt, v *types.Var) bool {
	found := false
	receives := func(b *ast.BlockStmt) bool {
		for _, s := range b.List {
			switch s := s.(type) {
			case *ast.AssignStmt:
				if u, ok := ast.Unparen(s.Rhs[0]).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
					return true
				}
			case *ast.ExprStmt:
				if u, ok := ast.Unparen(s.X).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
					return true
				}
			}
		}
		return false
	}
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			found = found || n.Pos() > after.End() && (code.Var(f.Info, n.X) == v || f.lenOf(n.X) == v) && receives(n.Body)
		case *ast.ForStmt:
			cond, ok := n.Cond.(*ast.BinaryExpr)
			found = found || ok && n.Pos() > after.End() && f.lenOf(cond.Y) == v && receives(n.Body)
		}
		return true
	})
	return found
}

// lenOf gives v of len(v), or nil.
func (f *finder) lenOf(e ast.Expr) *types.Var {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && f.Builtin(call) == "len" {
		return code.Var(f.Info, call.Args[0])
	}
	return nil
}

// endOf gives the method of a type that ends a goroutine, whatever its name: it closes a channel in a field that the goroutine receives from,
// or waits for a WaitGroup in one that the goroutine counts down.
func (f *finder) endOf(t types.Type, n *ast.GoStmt) string {
	var body ast.Node
	if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
		body = lit.Body
	} else if decl, ok := f.Decls[code.Callee(f.Info, n.Call)]; ok {
		body = decl.Node()
	} else {
		return ""
	}
	heeds := map[*types.Var]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		var e ast.Expr
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				e = n.X
			}
		case *ast.RangeStmt:
			e = n.X
		case *ast.CallExpr:
			if code.IsCall(f.Info, n, "sync", "WaitGroup.Done") {
				e = n.Fun.(*ast.SelectorExpr).X
			}
		}
		if v := code.Var(f.Info, e); e != nil && v != nil && v.IsField() {
			heeds[v] = true
		}
		return true
	})
	best := ""
	for fn, decl := range f.Decls {
		recv := fn.Signature().Recv()
		if recv == nil || !types.Identical(pointed(recv.Type()), pointed(t)) || code.Within(body, decl.Node()) {
			continue
		}
		ends := f.hasCall(decl.Node(), nil, func(call *ast.CallExpr) bool {
			switch {
			case f.Builtin(call) == "close":
				return heeds[code.Var(f.Info, call.Args[0])]
			case code.IsCall(f.Info, call, "sync", "WaitGroup.Wait"):
				return heeds[code.Var(f.Info, call.Fun.(*ast.SelectorExpr).X)]
			}
			return false
		})
		better := best == "" || fn.Exported() && !ast.IsExported(best) || fn.Exported() == ast.IsExported(best) && fn.Name() < best
		if ends && better {
			best = fn.Name()
		}
	}
	return best
}

func pointed(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}
