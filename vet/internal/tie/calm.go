// Tasks that end well because they are told to stop. Where the context is dead before the first of them
// starts, a group that starts all its tasks returns nil then; braid's starts none, and returns that its context is dead.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/braid-go/braid/vet/internal/code"
)

// calm tells whether all tasks return nil in a dead context. If one fails there, with that context's error, it does not matter that none is started.
func (g *group) calm() string {
	if g.kind != ctxGroup && g.kind != concCtx {
		return ""
	}
	for _, t := range g.tasks {
		if t.lit == nil || !g.f.endsWell(t.lit.Body, 0) {
			return ""
		}
	}
	return "its tasks return nil where their context is dead, and a group that then starts none returns that it is: let them return ctx.Err()"
}

// endsWell tells whether a function returns nil because a context is dead, itself or with what a function of the package returns.
func (f *finder) endsWell(body *ast.BlockStmt, depth int) bool {
	well, gives, fails := false, false, false
	last := len(body.List) > 0 && f.givesNil(body.List[len(body.List)-1])
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			well = well || f.endedWay(n, last)
		case *ast.ForStmt: // for ctx.Err() == nil
			well = well || last && n.Cond != nil && f.LooksAtCtx(n.Cond)
		case *ast.CommClause:
			well = well || f.onDone(n) && f.leaves(n.Body, last)
		case *ast.CaseClause:
			for _, e := range n.List {
				well = well || f.LooksAtCtx(e) && f.leaves(n.Body, last)
			}
		case *ast.ReturnStmt:
			if f.givesNil(n) {
				gives = true
			} else {
				fails = true
			}
		case *ast.CallExpr:
			well = well || f.calmCall(n, depth)
		}
		return !well
	})
	return well || gives && !fails
}

// endedWay tells whether an if that asks a context, or an error whether it is a cancellation, goes on to return nil where it is,
// or returns nil for any error.
func (f *finder) endedWay(n *ast.IfStmt, last bool) bool {
	if !f.LooksAtCtx(n.Cond) && (n.Init == nil || !f.LooksAtCtx(n.Init)) {
		return code.Has(n.Cond, f.asksError) && f.leaves(n.Body.List, false)
	}
	if !code.Has(n.Cond, f.asksLife) {
		return f.leaves(n.Body.List, last)
	}
	if n.Else != nil {
		return f.leaves([]ast.Stmt{n.Else}, last)
	}
	return last
}

// asksLife tells whether a node is a question whether a context still lives, or an error is no cancellation.
func (f *finder) asksLife(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		return n.Op == token.NOT && f.LooksAtCtx(n.X)
	case *ast.BinaryExpr:
		alive := n.Op == token.EQL && f.ErrOf(n.X) != nil
		return alive || n.Op == token.NEQ && f.ErrOf(n.X) == nil && f.LooksAtCtx(n.Y)
	}
	return false
}

// asksError tells whether a node is a question whether there is an error.
func (f *finder) asksError(n ast.Node) bool {
	b, ok := n.(*ast.BinaryExpr)
	return ok && b.Op == token.NEQ && code.IsError(f.Info.TypeOf(b.X)) && f.Info.Types[b.Y].IsNil()
}

func (f *finder) onDone(n *ast.CommClause) bool {
	s, ok := n.Comm.(*ast.ExprStmt)
	return ok && f.DoneOf(s.X) != nil
}

// leaves tells whether statements return nil, or leave a loop or a switch of a function whose last word that is.
func (f *finder) leaves(list []ast.Stmt, last bool) bool {
	well := false
	for _, s := range list {
		code.Shallow(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				well = well || f.givesNil(n)
			case *ast.BranchStmt:
				well = well || last && n.Tok != token.CONTINUE
			}
			return !well
		})
	}
	return well
}

// calmCall tells whether what a function of the package returns, given a context, may be nil because that is dead.
func (f *finder) calmCall(n *ast.CallExpr, depth int) bool {
	if depth >= deepest || f.CtxArg(n) == nil {
		return false
	}
	fn := code.Callee(f.Info, n)
	decl, ok := f.Decls[fn]
	if !ok || !f.errs(fn) {
		return false
	}
	return f.endsWell(decl.Node().(*ast.FuncDecl).Body, depth+1)
}

// errs tells whether an error is all that a function returns.
func (f *finder) errs(fn *types.Func) bool {
	results := fn.Signature().Results()
	return results.Len() == 1 && code.IsError(results.At(0).Type())
}

// givesNil tells whether a statement returns nil for an error.
func (f *finder) givesNil(s ast.Stmt) bool {
	r, ok := s.(*ast.ReturnStmt)
	if !ok || len(r.Results) == 0 {
		return false
	}
	return f.Info.Types[r.Results[len(r.Results)-1]].IsNil()
}
