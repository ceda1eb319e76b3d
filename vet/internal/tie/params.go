// Parameters: what becomes of those of a go statement's function, and how those of the new functions get on with
// what the body declares.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// ownType gives the type that an argument has by itself. A constant, a shift and a comparison have that of the parameter
// otherwise.
func (f *finder) ownType(e ast.Expr) types.Type {
	if f.Info.Types[e].Value == nil {
		switch ast.Unparen(e).(type) {
		case *ast.BinaryExpr, *ast.UnaryExpr:
		default:
			return f.Info.TypeOf(e)
		}
	}
	alone := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if err := types.CheckExpr(f.pass.Fset, f.pass.Pkg, e.Pos(), e, alone); err != nil || alone.TypeOf(e) == nil {
		return types.Typ[types.Invalid]
	}
	return types.Default(alone.TypeOf(e))
}

// conversion gives a type as it stands before what is converted to it.
func (g *group) conversion(typ ast.Expr) string {
	switch typ.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		return g.file.Text(typ)
	}
	return "(" + g.file.Text(typ) + ")"
}

// hasParts tells whether a variable of the type has parts that can be set by themselves: a copy of it is
// another variable, whoever sets what.
func hasParts(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

// onlySet tells whether nothing is done with a variable but to set it.
func (f *finder) onlySet(v *types.Var) bool {
	for _, use := range f.Uses[v] {
		if f.UseOf(use) != code.Assigned {
			return false
		}
	}
	return true
}

// again gives the edits with which a function may have a parameter like v although its body declares a variable of that name:
// both are of one scope. a, v := … sets the parameter then, and v := … has to be v = …. That is the same
// if nothing has kept the parameter before.
func (f *finder) again(lit *ast.FuncLit, v *types.Var) ([]analysis.TextEdit, bool) {
	if v == nil {
		return nil, true
	}
	other := f.Info.Scopes[lit.Type].Lookup(v.Name())
	if other == nil {
		return nil, true
	}
	at := slices.IndexFunc(lit.Body.List, func(s ast.Stmt) bool { return f.defines(s, other) })
	if at < 0 || !types.Identical(other.Type(), v.Type()) || anywhere(lit.Body, isGoto) {
		return nil, false
	}
	as := lit.Body.List[at].(*ast.AssignStmt)
	for _, use := range f.Uses[v] {
		if !code.Within(use.Node(), lit) {
			continue
		}
		_, address := use.Parent().Node().(*ast.UnaryExpr)
		if fn, ok := code.FuncAround(use); address || !ok || fn.Node() != ast.Node(lit) {
			return nil, false
		}
	}
	for _, l := range as.Lhs {
		if id := l.(*ast.Ident); id.Name != "_" && id.Name != v.Name() && f.Info.Defs[id] != nil {
			return nil, true
		}
	}
	return []analysis.TextEdit{edit.Replace(as.TokPos, as.TokPos+token.Pos(len(as.Tok.String())), "=")}, true
}

// defines tells whether a statement is a, o := ….
func (f *finder) defines(s ast.Stmt, o types.Object) bool {
	as, ok := s.(*ast.AssignStmt)
	return ok && as.Tok == token.DEFINE && slices.ContainsFunc(as.Lhs, func(e ast.Expr) bool { return f.Info.Defs[e.(*ast.Ident)] == o })
}
