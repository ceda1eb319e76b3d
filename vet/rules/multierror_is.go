// Joined errors of which it is asked whether they are a certain one: part of the rule multierror.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// osAsks looks at os.IsNotExist and its like, older than wrapping. What multierr gives is a single error as it is.
func (m *multi) osAsks(cur inspector.Cursor, call *ast.CallExpr, fn *types.Func) {
	is := map[string]string{"IsNotExist": "fs.ErrNotExist", "IsExist": "fs.ErrExist", "IsPermission": "fs.ErrPermission", "IsTimeout": "os.ErrDeadlineExceeded"}[fn.Name()]
	if is == "" {
		return
	}
	if j := m.of(cur, call.Args[0], 0); j != nil && !j.first && !j.some && j.what != "multierr" && m.alwaysJoined(cur, call.Args[0]) {
		m.report(call, "os", "os."+fn.Name()+" is false of the error of "+j.what+", whatever it is made of: use errors.Is with "+is)
	}
}

// alwaysJoined tells whether an error is joined on all ways that lead to a place.
func (m *multi) alwaysJoined(cur inspector.Cursor, err ast.Expr) bool {
	v := code.Var(m.Info, err)
	fn, ok := code.FuncAround(cur)
	if v == nil || !ok {
		return v == nil
	}
	steps, start := m.flow(fn.Node()).Reaching(cur.Node(), func(step ast.Node) bool { return m.value(step, v) != nil })
	return !start && !slices.ContainsFunc(steps, func(step ast.Node) bool {
		rhs := m.value(step, v)
		at, ok := m.Root.FindNode(rhs)
		return !ok || m.of(at, rhs, 1) == nil
	})
}

// allForOne looks at errors.Is of a join, made in sight of what several calls returned, after which nil is returned: what failed
// besides is dropped. A join with an error that a package declares says what kind of error it is, and is asked for that.
func (m *multi) allForOne(cur inspector.Cursor, call *ast.CallExpr) {
	if !m.on("sentinel") || !m.sentinel(call.Args[1]) || !m.drops(cur, call.Args[0]) || !m.nilThen(cur, call.Args[0]) || m.saysWhyAround(cur) {
		return
	}
	join := m.joinOf(cur, call.Args[0])
	if join == nil || !m.eachCalled(join) {
		return
	}
	m.report(call, "sentinel", "errors.Is is true of the error of errors.Join if any one of them is that: what failed besides is dropped; ask each, or take it out with braid.Split")
}

// joinOf gives the only call of errors.Join, of two errors or more that are named, that an error comes from.
func (m *multi) joinOf(cur inspector.Cursor, err ast.Expr) *ast.CallExpr {
	e := ast.Unparen(err)
	if v := code.Var(m.Info, err); v != nil {
		fn, ok := code.FuncAround(cur)
		if !ok || !code.IsLocal(v) {
			return nil
		}
		steps, start := m.flow(fn.Node()).Reaching(cur.Node(), func(step ast.Node) bool { return m.value(step, v) != nil })
		if start && len(steps) == 0 {
			return m.alwaysReturned(fn, v)
		}
		if start || len(steps) != 1 {
			return nil
		}
		e = ast.Unparen(m.value(steps[0], v))
	}
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 || call.Ellipsis.IsValid() || !code.IsCall(m.Info, call, "errors", "Join") {
		return nil
	}
	return call
}

// alwaysReturned gives the join that a named result holds in a deferred literal, where nothing else is returned by the function that defers it but nil.
func (m *multi) alwaysReturned(lit inspector.Cursor, v *types.Var) (join *ast.CallExpr) {
	fn, ok := m.deferrer(lit, v)
	if v.Kind() != types.ResultVar || !ok {
		return nil
	}
	for cur := range fn.Preorder((*ast.ReturnStmt)(nil)) {
		ret := cur.Node().(*ast.ReturnStmt)
		if in, _ := code.FuncAround(cur); in != fn || len(ret.Results) > 0 && isNilIdent(m.Info, ret.Results[len(ret.Results)-1]) {
			continue
		}
		if len(ret.Results) == 0 {
			return nil
		}
		join = m.joinOf(cur, ret.Results[len(ret.Results)-1])
		if join == nil || !m.eachCalled(join) {
			return nil
		}
	}
	return join
}

// eachCalled tells whether all that is joined was returned by a call, which makes no error of its own.
func (m *multi) eachCalled(join *ast.CallExpr) bool {
	called := func(e ast.Expr) bool {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return ok && !makesError(code.Callee(m.Info, call)) && m.ErrOf(call) == nil
	}
	return !slices.ContainsFunc(join.Args, func(arg ast.Expr) bool {
		v := code.Var(m.Info, arg)
		if v == nil {
			return !called(arg)
		}
		origins := m.Origins(v)
		return !code.IsLocal(v) || v.Kind() != types.LocalVar || len(origins) == 0 || slices.ContainsFunc(origins, func(e ast.Expr) bool { return !called(e) })
	})
}

// nilThen tells whether nil is returned for the error where a condition is true, or the error is set to it: by its branch, or right behind an if that
// returns where it is not.
func (m *multi) nilThen(cur inspector.Cursor, err ast.Expr) bool {
	not := false
	for c := cur; ; c = c.Parent() {
		switch kind, _ := c.ParentEdge(); kind {
		case edge.ParenExpr_X, edge.BinaryExpr_X, edge.BinaryExpr_Y:
		case edge.UnaryExpr_X:
			not = !not
		case edge.IfStmt_Cond:
			branch := c.Parent().Node().(*ast.IfStmt)
			if !not {
				return m.givesNil(cur, branch.Body.List) || m.setsNil(branch.Body.List, err)
			}
			next, ok := c.Parent().NextSibling()
			if !ok || branch.Else != nil || !endsIn[*ast.ReturnStmt](branch.Body.List) {
				return false
			}
			ret, ok := next.Node().(*ast.ReturnStmt)
			return ok && m.givesNil(cur, []ast.Stmt{ret})
		case edge.CaseClause_List:
			list := c.Parent().Node().(*ast.CaseClause).Body
			return !not && (m.givesNil(cur, list) || m.setsNil(list, err))
		default:
			return false
		}
	}
}

// givesNil tells whether a branch does nothing but return nil for the error of the function, and nothing or false beside it.
func (m *multi) givesNil(cur inspector.Cursor, list []ast.Stmt) bool {
	fn, ok := code.FuncAround(cur)
	if !ok || len(list) != 1 {
		return false
	}
	typ, _ := code.FuncParts(fn.Node())
	ret, ok := list[0].(*ast.ReturnStmt)
	if !ok || code.ErrResult(m.Info, typ) < 0 || len(ret.Results) != typ.Results.NumFields() || !isNilIdent(m.Info, ret.Results[len(ret.Results)-1]) {
		return false
	}
	return !slices.ContainsFunc(ret.Results[:len(ret.Results)-1], func(e ast.Expr) bool {
		id, isID := ast.Unparen(e).(*ast.Ident)
		return !m.zero(e) && !(isID && id.Name == "false")
	})
}

// setsNil tells whether a branch does nothing but set an error to nil, and perhaps log.
func (m *multi) setsNil(list []ast.Stmt, err ast.Expr) bool {
	if len(list) == 0 || m.keeps(list[:len(list)-1]) {
		return false
	}
	as, ok := list[len(list)-1].(*ast.AssignStmt)
	v := code.Var(m.Info, err)
	return ok && v != nil && len(as.Lhs) == 1 && code.Var(m.Info, as.Lhs[0]) == v && isNilIdent(m.Info, as.Rhs[0])
}
