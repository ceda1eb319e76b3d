// Joined errors that are handed to a function which asks for one: part of the rule multierror.

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

// askedBy looks at a call of a function of the package, or of a literal that a variable holds, which asks an error that it is given what it is: by ==, an assertion
// or os.IsNotExist alone, so that of a join it says no.
func (m *multi) askedBy(cur inspector.Cursor, call *ast.CallExpr) {
	typ := m.calledType(call)
	if typ == nil || call.Ellipsis.IsValid() || !m.answers(typ) {
		return
	}
	for i, arg := range call.Args {
		param := m.paramAt(typ, i)
		if param == nil || !code.IsError(param.Type()) {
			continue
		}
		shape := m.asksBare(param)
		if shape == "" {
			continue
		}
		if j := m.of(cur, arg, 0); m.isSeveral(j) && m.alwaysJoined(cur, arg) {
			m.report(call, shape, code.CalleeName(call)+" asks the error as it comes, and that of "+j.what+" is none of those that it is made of: use errors.Is or errors.As there, or ask each")
		}
	}
}

// isSeveral tells whether an error is a join whatever it has in it: no errgroup's, nothing that a function gives among others, and not of multierr, which gives
// a single error as it is.
func (m *multi) isSeveral(j *several) bool {
	return j != nil && !j.first && !j.some && j.what != "multierr"
}

// calledType gives the type of a called function of the package, or of a literal that the called variable holds; nil if it is neither.
func (m *multi) calledType(call *ast.CallExpr) *ast.FuncType {
	if decl, ok := m.Decls[code.Callee(m.Info, call)]; ok {
		return decl.Node().(*ast.FuncDecl).Type
	}
	if v := code.Var(m.Info, call.Fun); code.IsLocal(v) {
		if lit, ok := m.Only(v).(*ast.FuncLit); ok {
			return lit.Type
		}
	}
	return nil
}

// answers tells whether a function gives an answer: its last result is a bool, or its only one a number or a text.
func (m *multi) answers(typ *ast.FuncType) bool {
	if typ.Results == nil {
		return false
	}
	list := typ.Results.List
	last := m.Info.TypeOf(list[len(list)-1].Type)
	if typ.Results.NumFields() > 1 {
		return isBool(last)
	}
	_, ok := under(last).(*types.Basic)
	return ok
}

// paramAt gives the i-th parameter of a function, if it has a name.
func (m *multi) paramAt(typ *ast.FuncType, i int) *types.Var {
	for _, field := range typ.Params.List {
		for _, name := range field.Names {
			if i == 0 {
				v, _ := m.Info.Defs[name].(*types.Var)
				return v
			}
			i--
		}
	}
	return nil
}

// asksBare gives the shape of what a function asks an error for that it is given, if it has no other use for it, and no question sees into a join; "" otherwise.
func (m *multi) asksBare(param *types.Var) (shape string) {
	for _, use := range m.Uses[param] {
		asks, ok := m.bareQuestion(use)
		if !ok {
			return ""
		}
		if asks != "" {
			shape = asks
		}
	}
	return shape
}

// bareQuestion gives the shape of the question that a mention of an error is part of, "" if it asks whether there is one; not ok if the mention is anything else, or
// the question is one to a join.
func (m *multi) bareQuestion(use inspector.Cursor) (shape string, ok bool) {
	switch kind, _ := use.ParentEdge(); kind {
	case edge.BinaryExpr_X, edge.BinaryExpr_Y:
		b := use.Parent().Node().(*ast.BinaryExpr)
		switch {
		case b.Op != token.EQL && b.Op != token.NEQ:
			return "", false
		case nilExpr(m.Info, b.X) || nilExpr(m.Info, b.Y):
			return "", true
		}
		return "compare", m.sentinel(b.X) || m.sentinel(b.Y)
	case edge.SwitchStmt_Tag:
		return "compare", m.declaredCases(use.Parent().Node().(*ast.SwitchStmt))
	case edge.TypeAssertExpr_X:
		is := use.Parent().Node().(*ast.TypeAssertExpr)
		if is.Type == nil {
			return "type", m.bareTypes(use.Parent())
		}
		return "type", !unwrapsMany(m.Info.TypeOf(is.Type))
	case edge.IndexExpr_Index:
		return "compare", m.allDeclared(use.Parent().Node().(*ast.IndexExpr).X)
	case edge.CallExpr_Args:
		call := use.Parent().Node().(*ast.CallExpr)
		if fn := code.Callee(m.Info, call); fn != nil && osIs[fn.Name()] != "" && code.Is(fn, "os", fn.Name()) {
			return "os", true
		}
		return "compare", code.IsCall(m.Info, call, "slices", "Contains") && m.allDeclared(call.Args[0])
	}
	return "", false
}

// declaredCases tells whether a switch over an error has cases for errors that packages declare, and for nil at most besides.
func (m *multi) declaredCases(s *ast.SwitchStmt) bool {
	var cases []ast.Expr
	for _, clause := range s.Body.List {
		cases = append(cases, clause.(*ast.CaseClause).List...)
	}
	return m.declares(cases)
}

// bareTypes tells whether a type switch over an error looks for no type of a join, and does nothing with an error of any other type.
func (m *multi) bareTypes(is inspector.Cursor) bool {
	for up := range is.Enclosing((*ast.TypeSwitchStmt)(nil)) {
		return !slices.ContainsFunc(up.Node().(*ast.TypeSwitchStmt).Body.List, func(s ast.Stmt) bool {
			clause := s.(*ast.CaseClause)
			if slices.ContainsFunc(clause.List, func(e ast.Expr) bool { return unwrapsMany(m.Info.TypeOf(e)) }) {
				return true
			}
			rest, bound := m.Info.Implicits[clause].(*types.Var)
			return bound && code.IsError(rest.Type()) && len(m.Uses[rest]) > 0
		})
	}
	return false
}

// typeAsked looks at fmt.Sprintf("%T", err) and reflect.TypeOf(err): a join has a type of its own, whatever is in it. In a log that does no harm.
func (m *multi) typeAsked(cur inspector.Cursor, call *ast.CallExpr, fn *types.Func) {
	var err ast.Expr
	switch {
	case code.Is(fn, "fmt", "Sprintf") && len(call.Args) == 2:
		if tv := m.Info.Types[call.Args[0]]; tv.Value != nil && tv.Value.ExactString() == `"%T"` {
			err = call.Args[1]
		}
	case code.Is(fn, "reflect", "TypeOf"):
		err = call.Args[0]
	}
	if err == nil || !code.IsError(m.Info.TypeOf(err)) || m.partOfLogs(cur) {
		return
	}
	if j := m.of(cur, err, 0); m.isSeveral(j) && m.alwaysJoined(cur, err) {
		m.report(call, "type", "the error of "+j.what+" has a type of its own, whatever it is made of: ask each of its errors, or those that braid.Leaves gives")
	}
}

// partOfLogs tells whether a place is in an argument of a call that writes a log.
func (m *multi) partOfLogs(cur inspector.Cursor) bool {
	for up := range cur.Enclosing((*ast.CallExpr)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		call, ok := up.Node().(*ast.CallExpr)
		if !ok {
			return false
		}
		if m.logs(call) {
			return true
		}
	}
	return false
}
