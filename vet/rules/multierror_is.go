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

// osIs has what to ask for by errors.Is in place of a function of package os.
var osIs = map[string]string{"IsNotExist": "fs.ErrNotExist", "IsExist": "fs.ErrExist", "IsPermission": "fs.ErrPermission", "IsTimeout": "os.ErrDeadlineExceeded"}

// osAsks looks at os.IsNotExist and its like, older than wrapping. What multierr gives is a single error as it is.
func (m *multi) osAsks(cur inspector.Cursor, call *ast.CallExpr, fn *types.Func) {
	is := osIs[fn.Name()]
	if is == "" {
		return
	}
	if j := m.of(cur, call.Args[0], 0); m.isSeveral(j) && m.alwaysJoined(cur, call.Args[0]) {
		m.report(call, "os", "os."+fn.Name()+" is false of the error of "+j.what+", whatever it is made of: use errors.Is with "+is)
	}
}

// alwaysJoined tells whether an error is joined on all ways that lead to a place, or there is none.
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
		return !ok || m.of(at, rhs, 1) == nil && !isNilIdent(m.Info, rhs) && !unset(at)
	})
}

// unset tells whether a place is the name in var err error.
func unset(at inspector.Cursor) bool {
	spec, ok := at.Parent().Node().(*ast.ValueSpec)
	return ok && len(spec.Values) == 0
}

// askedFor gives the errors of which a call asks whether its first argument is, or has in it, one of them: by errors.Is, or by a function of the package that
// does.
func (m *multi) askedFor(call *ast.CallExpr, fn *types.Func) []ast.Expr {
	if code.Is(fn, "errors", "Is") {
		return call.Args[1:]
	}
	if len(call.Args) != 1 || !code.IsError(m.Info.TypeOf(call.Args[0])) {
		return nil
	}
	return m.yesFor(fn)
}

// oneForAll looks at a question whether an error is one of some others, which is true of a join if any one of its errors is: where that decides for all,
// what failed besides is dropped.
func (m *multi) oneForAll(cur inspector.Cursor, call *ast.CallExpr, targets []ast.Expr) {
	err, name := call.Args[0], code.CalleeName(call)
	if name == "Is" {
		name = "errors.Is"
	}
	if slices.ContainsFunc(targets, func(e ast.Expr) bool { return isCancellation(m.Info, e) }) {
		if !m.drops(cur, err) && !m.dropsByFlag(cur, err) {
			return
		}
		if j := m.of(cur, err, 0); j != nil && !j.first && !j.some && !m.saysWhyAround(cur) {
			m.report(call, "canceled", name+" is true of the error of "+j.what+" if any one of them is a cancellation: what failed besides is dropped; take the cancellations out with braid.Split")
		}
		return
	}
	if m.on("sentinel") && !slices.ContainsFunc(targets, func(e ast.Expr) bool { return !m.sentinel(e) }) && m.drops(cur, err) && m.nilThen(cur, err) && m.ofCalls(cur, err) {
		m.report(call, "sentinel", name+" is true of the error of errors.Join if any one of them is that: what failed besides is dropped; ask each, or take it out with braid.Split")
	}
}

// dropsByFlag tells whether the answer to a question is assigned to a variable that is asked in its place, and the error is not looked at in between.
func (m *multi) dropsByFlag(cur inspector.Cursor, err ast.Expr) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	v := code.Var(m.Info, err)
	if !ok || len(as.Lhs) != 1 || v == nil {
		return false
	}
	flag := code.Var(m.Info, as.Lhs[0])
	if !code.IsLocal(flag) || m.Only(flag) != cur.Node() {
		return false
	}
	return slices.ContainsFunc(m.Uses[flag], func(asked inspector.Cursor) bool {
		return m.drops(asked, err) && !slices.ContainsFunc(m.Uses[v], func(use inspector.Cursor) bool {
			return as.End() <= use.Node().Pos() && use.Node().Pos() < asked.Node().Pos()
		})
	})
}

// ofCalls tells whether an error is a join, made in sight of what several calls returned: of each by its name, or of what the rounds of a loop have put into
// a list. A join with an error that a package declares says what kind of error it is, and is asked for that. A comment may say why the rest is dropped.
func (m *multi) ofCalls(cur inspector.Cursor, err ast.Expr) bool {
	if join := m.joinOf(cur, err); join != nil {
		return m.eachCalled(join) && !m.saysWhyAround(cur)
	}
	join := m.joinCall(cur, err)
	return join != nil && m.ofRounds(join) && !m.speaksOfRest(cur)
}

// joinOf gives the only call of errors.Join, of two errors or more that are named, that an error comes from.
func (m *multi) joinOf(cur inspector.Cursor, err ast.Expr) *ast.CallExpr {
	join := m.joinCall(cur, err)
	if join == nil || len(join.Args) < 2 || join.Ellipsis.IsValid() {
		return nil
	}
	return join
}

// joinCall gives the only call of errors.Join that an error comes from.
func (m *multi) joinCall(cur inspector.Cursor, err ast.Expr) *ast.CallExpr {
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
	if !ok || !code.IsCall(m.Info, call, "errors", "Join") {
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
