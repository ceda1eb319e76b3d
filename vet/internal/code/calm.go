// Functions that end well because they are told to stop: they return nil where their context is dead.

package code

import (
	"go/ast"
	"go/token"
	"go/types"
)

// EndsWell tells whether a function may return nil because a context is dead, itself or with what another function returns; or
// returns nothing but nil.
func (x *Index) EndsWell(body *ast.BlockStmt) bool {
	well, gives, fails := false, false, false
	last := len(body.List) > 0 && x.givesNil(body.List[len(body.List)-1])
	Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			well = well || x.endedWay(n, last)
		case *ast.ForStmt: // for ctx.Err() == nil
			well = well || last && n.Cond != nil && x.LooksAtCtx(n.Cond)
		case *ast.CommClause:
			well = well || x.onDone(n) && x.leaves(n.Body, last)
		case *ast.CaseClause:
			for _, e := range n.List {
				well = well || x.LooksAtCtx(e) && x.leaves(n.Body, last)
			}
		case *ast.ReturnStmt:
			if x.givesNil(n) {
				gives = true
			} else {
				fails = true
			}
		case *ast.CallExpr:
			well = well || x.calmCall(n) || x.calmGroup(n, body)
		}
		return !well
	})
	return well || gives && !fails
}

// endedWay tells whether an if that asks a context, or an error whether it is a cancellation, goes on to return nil where it is,
// or returns nil for any error.
func (x *Index) endedWay(n *ast.IfStmt, last bool) bool {
	if !x.LooksAtCtx(n.Cond) && (n.Init == nil || !x.LooksAtCtx(n.Init)) {
		return Has(n.Cond, x.asksError) && x.leaves(n.Body.List, false)
	}
	if !Has(n.Cond, x.asksLife) {
		return x.leaves(n.Body.List, last)
	}
	if n.Else != nil {
		return x.leaves([]ast.Stmt{n.Else}, last)
	}
	return last
}

// asksLife tells whether a node is a question whether a context still lives, or an error is no cancellation.
func (x *Index) asksLife(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		return n.Op == token.NOT && x.LooksAtCtx(n.X)
	case *ast.BinaryExpr:
		alive := n.Op == token.EQL && x.ErrOf(n.X) != nil
		return alive || n.Op == token.NEQ && x.ErrOf(n.X) == nil && x.LooksAtCtx(n.Y)
	}
	return false
}

// asksError tells whether a node is a question whether there is an error.
func (x *Index) asksError(n ast.Node) bool {
	b, ok := n.(*ast.BinaryExpr)
	return ok && b.Op == token.NEQ && IsError(x.Info.TypeOf(b.X)) && x.Info.Types[b.Y].IsNil()
}

func (x *Index) onDone(n *ast.CommClause) bool {
	s, ok := n.Comm.(*ast.ExprStmt)
	return ok && x.DoneOf(s.X) != nil
}

// leaves tells whether statements return nil, or leave a loop or a switch of a function whose last word that is.
func (x *Index) leaves(list []ast.Stmt, last bool) bool {
	well := false
	for _, s := range list {
		Shallow(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				well = well || x.givesNil(n)
			case *ast.BranchStmt:
				well = well || last && n.Tok != token.CONTINUE
			}
			return !well
		})
	}
	return well
}

// calmCall tells whether a call hands on a context to a function that may return nil because that is dead.
func (x *Index) calmCall(n *ast.CallExpr) bool {
	if x.CtxArg(n) == nil {
		return false
	}
	f := x.fact(Callee(x.Info, n))
	return f != nil && f.Calm
}

// calmGroup tells whether a call is the Wait of an errgroup of which all tasks that the function has are calm.
func (x *Index) calmGroup(n *ast.CallExpr, body *ast.BlockStmt) bool {
	if !IsCall(x.Info, n, Errgroup, "Group.Wait") {
		return false
	}
	g := Var(x.Info, ast.Unparen(n.Fun).(*ast.SelectorExpr).X)
	tasks, calm := 0, true
	Shallow(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !IsCall(x.Info, call, Errgroup, "Group.Go") || Var(x.Info, ast.Unparen(call.Fun).(*ast.SelectorExpr).X) != g {
			return true
		}
		lit, ok := ast.Unparen(call.Args[0]).(*ast.FuncLit)
		tasks++
		calm = calm && ok && x.EndsWell(lit.Body)
		return true
	})
	return tasks > 0 && calm
}

// calm tells whether a function that is given a context and returns an error alone may return nil because the context is dead.
func (x *Index) calm(decl *ast.FuncDecl) bool {
	fn, _ := x.Info.Defs[decl.Name].(*types.Func)
	if fn == nil || CtxParam(x.Info, decl.Type) == nil {
		return false
	}
	results := fn.Signature().Results()
	return results.Len() == 1 && IsError(results.At(0).Type()) && x.EndsWell(decl.Body)
}

// givesNil tells whether a statement returns nil for an error.
func (x *Index) givesNil(s ast.Stmt) bool {
	r, ok := s.(*ast.ReturnStmt)
	if !ok || len(r.Results) == 0 {
		return false
	}
	return x.Info.Types[r.Results[len(r.Results)-1]].IsNil()
}
