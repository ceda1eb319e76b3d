// A channel that does no more than to hold tasks back is braid.Limit:
//
//	sem := make(chan struct{}, N)
//	for … { sem <- struct{}{}; a task that defers <-sem, or ends with it }
//	the join
//
// With a Limit the loop goes on, and tasks queue. That is the same where nothing else is done in it, and where
// nothing comes between it and the join.

package tie

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/braid-go/braid/vet/internal/code"
)

// toLimit makes the group's limit of such a channel, if there is one, and lets go what has to do with it.
func (g *group) toLimit() bool {
	if g.limit != "" || len(g.tasks) != 1 || g.tasks[0].lit == nil || g.kind > ctxGroup || g.recovers() {
		return false
	}
	body := g.onlyLoop()
	if body == nil {
		return false
	}
	var send *ast.SendStmt
	for _, s := range body.List {
		is, ok := s.(*ast.SendStmt)
		switch {
		case ok && send == nil:
			send = is
		case s == g.tasks[0].stmt && send != nil, slices.Contains(g.delete, s):
		default:
			return false
		}
	}
	if send == nil || !g.plain(send.Value) {
		return false
	}
	made, n := g.slotsMade(code.Var(g.f.Info, send.Chan))
	back := g.givenBack(code.Var(g.f.Info, send.Chan))
	if made == nil || back == nil || !g.calmArgs() {
		return false
	}
	g.limit = g.file.Text(n)
	g.delete = append(g.delete, made, send, back)
	slices.SortFunc(g.delete, func(a, b ast.Stmt) int { return cmp.Compare(a.Pos(), b.Pos()) })
	return true
}

// onlyLoop gives the body of the loop that is all between the group's beginning and its join, if how often it runs is not for
// the tasks to say.
func (g *group) onlyLoop() *ast.BlockStmt {
	var only ast.Stmt
	for _, s := range g.list[g.first:g.join] {
		if slices.Contains(g.delete, s) {
			continue
		}
		if only != nil {
			return nil
		}
		only = s
	}
	switch s := only.(type) {
	case *ast.RangeStmt:
		if g.f.plainRange(s) {
			return s.Body
		}
	case *ast.ForStmt:
		return g.counted(s)
	}
	return nil
}

// counted gives the body of a loop that counts up to something that stays the same.
func (g *group) counted(s *ast.ForStmt) *ast.BlockStmt {
	cond, ok := s.Cond.(*ast.BinaryExpr)
	if !ok {
		return nil
	}
	_, constant := code.IntValue(g.f.Info, cond.Y)
	bound := cond.Y
	if g.f.isLen(bound) {
		bound = bound.(*ast.CallExpr).Args[0]
	}
	if v := code.Var(g.f.Info, bound); constant || v != nil && g.f.stable(v) {
		return g.loop(s, cond.Y)
	}
	return nil
}

// slotsMade gives the statement that makes a channel, and how much it holds, if that is in the same list and
// the channel is used at two places.
func (g *group) slotsMade(v *types.Var) (made ast.Stmt, n ast.Expr) {
	if !code.IsLocal(v) || len(g.f.Uses[v]) != 2 {
		return nil, nil
	}
	for _, s := range g.list[:g.first] {
		as, ok := s.(*ast.AssignStmt)
		if !ok || as.Tok != token.DEFINE || len(as.Lhs) != 1 || len(as.Rhs) != 1 || g.f.Info.Defs[as.Lhs[0].(*ast.Ident)] != types.Object(v) {
			continue
		}
		call, ok := as.Rhs[0].(*ast.CallExpr)
		if !ok || g.f.Builtin(call) != "make" || len(call.Args) != 2 || !g.plainElem(v) {
			return nil, nil
		}
		if n, ok := code.IntValue(g.f.Info, call.Args[1]); ok && n >= 1 {
			return s, call.Args[1]
		}
	}
	return nil, nil
}

// plainElem tells whether a channel's type needs no import, which would be left without a use.
func (g *group) plainElem(v *types.Var) bool {
	ch, ok := v.Type().(*types.Chan)
	if !ok {
		return false
	}
	switch t := ch.Elem().(type) {
	case *types.Basic, *types.Struct:
		return true
	case *types.Named:
		return t.Obj().Pkg() == g.f.pass.Pkg
	}
	return false
}

// plain tells whether what is sent is a value that nobody misses: a constant of the package's, or a literal without fields.
func (g *group) plain(e ast.Expr) bool {
	if lit, ok := e.(*ast.CompositeLit); ok {
		return len(lit.Elts) == 0
	}
	_, imported := e.(*ast.SelectorExpr)
	return g.f.Info.Types[e].Value != nil && !imported
}

// givenBack gives the statement of the task that receives from a channel on every way: deferred before anything else, or the last one.
func (g *group) givenBack(v *types.Var) ast.Stmt {
	t := g.tasks[0]
	list := t.lit.Body.List
	for i, s := range list {
		d, ok := s.(*ast.DeferStmt)
		if !ok {
			break
		}
		if lit, ok := d.Call.Fun.(*ast.FuncLit); ok && len(lit.Body.List) == 1 && g.receives(lit.Body.List[0], v) {
			return list[i]
		}
	}
	if len(list) > 0 && list[len(list)-1] == t.done {
		list = list[:len(list)-1]
	}
	if len(list) == 0 || !g.receives(list[len(list)-1], v) {
		return nil
	}
	if code.Has(t.lit.Body, func(n ast.Node) bool {
		d, deferred := n.(*ast.DeferStmt)
		_, returns := n.(*ast.ReturnStmt)
		return returns || deferred && ast.Stmt(d) != t.done
	}) {
		return nil
	}
	return list[len(list)-1]
}

// receives tells whether a statement is <-v.
func (g *group) receives(s ast.Stmt, v *types.Var) bool {
	es, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	u, ok := es.X.(*ast.UnaryExpr)
	return ok && u.Op == token.ARROW && code.Var(g.f.Info, u.X) == v
}

// calmArgs tells whether it does not matter that the arguments of the go statement are evaluated earlier.
func (g *group) calmArgs() bool {
	if !g.tasks[0].bare {
		return true
	}
	for _, arg := range g.tasks[0].call.Args {
		if code.Has(arg, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			u, ok2 := n.(*ast.UnaryExpr)
			return ok && !g.f.Info.Types[call.Fun].IsType() || ok2 && u.Op == token.ARROW
		}) {
			return false
		}
	}
	return true
}
