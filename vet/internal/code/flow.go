// Where things are: the function around a place, loops, whether a variable gets
// out of reach, and how much a channel holds.

package code

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// FuncAround gives the innermost function (declaration or literal) that has the
// place in it. A literal is not around itself.
func FuncAround(cur inspector.Cursor) (inspector.Cursor, bool) {
	for c := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		if c != cur {
			return c, true
		}
	}
	return inspector.Cursor{}, false
}

// DeclAround gives the declared function that has the place in it, however many
// literals are between.
func DeclAround(cur inspector.Cursor) (*ast.FuncDecl, inspector.Cursor) {
	for c := range cur.Enclosing((*ast.FuncDecl)(nil)) {
		return c.Node().(*ast.FuncDecl), c
	}
	return nil, inspector.Cursor{}
}

// FuncParts gives type and body of a declaration or literal; nil for anything else.
func FuncParts(n ast.Node) (*ast.FuncType, *ast.BlockStmt) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Type, n.Body
	case *ast.FuncLit:
		return n.Type, n.Body
	}
	return nil, nil
}

// LoopAround gives the innermost loop that has the place in its body, within the
// same function.
func LoopAround(cur inspector.Cursor) (inspector.Cursor, bool) {
	child := cur
	for c := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		if c == cur {
			continue
		}
		switch n := c.Node().(type) {
		case *ast.ForStmt:
			if within(child.Node(), n.Body) {
				return c, true
			}
		case *ast.RangeStmt:
			if within(child.Node(), n.Body) {
				return c, true
			}
		default:
			return inspector.Cursor{}, false
		}
	}
	return inspector.Cursor{}, false
}

func within(n, outer ast.Node) bool { return outer.Pos() <= n.Pos() && n.End() <= outer.End() }

// Within tells whether n lies in outer.
func Within(n, outer ast.Node) bool { return within(n, outer) }

// Deferred tells whether the place is in a defer statement, or in a literal that
// is one's function.
func Deferred(cur inspector.Cursor) bool {
	for c := range cur.Enclosing((*ast.DeferStmt)(nil), (*ast.GoStmt)(nil), (*ast.FuncDecl)(nil)) {
		_, ok := c.Node().(*ast.DeferStmt)
		return ok
	}
	return false
}

// Shallow visits the nodes of a function's body, but not those of literals in it.
func Shallow(body ast.Node, visit func(ast.Node) bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok && n != body {
			return false
		}
		return n == nil || visit(n)
	})
}

// Use says what a mention of a variable does with it.
type Use int

const (
	Read      Use = iota // compared, ranged over, received from, a field read, …
	Called               // v(…)
	Method               // v.M(…), or v.f
	Assigned             // v = …
	Argument             // f(v), f(&v)
	Stored               // x = v, x.f = v, T{v}, []T{v}, ch <- v
	Returned             // return v
	MethodVal            // v.M without a call
)

// UseOf classifies a mention; & and parentheses are looked through.
func (x *Index) UseOf(cur inspector.Cursor) Use {
	for {
		kind, _ := cur.ParentEdge()
		parent := cur.Parent()
		switch kind {
		case edge.ParenExpr_X:
			cur = parent
			continue
		case edge.UnaryExpr_X:
			if parent.Node().(*ast.UnaryExpr).Op == token.AND {
				cur = parent
				continue
			}
		case edge.CallExpr_Fun:
			return Called
		case edge.CallExpr_Args:
			return Argument
		case edge.SelectorExpr_X:
			sel := parent.Node().(*ast.SelectorExpr)
			if s := x.Info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
				if up, _ := parent.ParentEdge(); up != edge.CallExpr_Fun {
					return MethodVal
				}
			}
			return Method
		case edge.SelectorExpr_Sel:
			cur = parent
			continue
		case edge.AssignStmt_Lhs:
			return Assigned
		case edge.AssignStmt_Rhs:
			as := parent.Node().(*ast.AssignStmt)
			for _, l := range as.Lhs {
				if id, ok := l.(*ast.Ident); !ok || id.Name != "_" {
					return Stored
				}
			}
		case edge.ValueSpec_Values, edge.CompositeLit_Elts, edge.KeyValueExpr_Value, edge.SendStmt_Value:
			return Stored
		case edge.ReturnStmt_Results:
			return Returned
		}
		return Read
	}
}

// Escapes tells whether a local variable may be used by code that is not in
// sight: it is an argument, stored, returned or a method value somewhere.
// Parameters and results are always in others' hands.
func (x *Index) Escapes(v *types.Var) bool {
	if !IsLocal(v) {
		return true
	}
	for _, use := range x.Uses[v] {
		switch x.UseOf(use) {
		case Argument, Stored, Returned, MethodVal:
			return true
		}
	}
	return false
}

// Made gives the expressions that are assigned to a variable anywhere in the package, and whether
// those are all that can be: false for parameters, for what has its address
// taken, and for what comes out of a call with several results.
func (x *Index) Made(v *types.Var) (made []ast.Expr, all bool) {
	m := x.made[v]
	return m.alone, len(m.alone) > 0 && len(m.among) == 0 || m.zero && len(m.among) == 0
}

// Only gives the one expression that is ever assigned to a variable, without its parentheses, or nil if
// there is not just one.
func (x *Index) Only(v *types.Var) ast.Expr {
	if made, all := x.Made(v); all && len(made) == 1 {
		return ast.Unparen(made[0])
	}
	return nil
}

// Origins gives the expressions that a variable's values come from: what is
// assigned to it, and calls one of whose results is.
func (x *Index) Origins(v *types.Var) []ast.Expr {
	m := x.made[v]
	return append(m.alone[:len(m.alone):len(m.alone)], m.among...)
}

// made has what is assigned to a variable.
type made struct {
	alone []ast.Expr // v = e
	among []ast.Expr // v, w = e
	zero  bool       // var v T
}

// addMade enters an assignment, a declaration with var, a range clause or a field of a composite literal.
func (x *Index) addMade(n ast.Node) {
	see := func(v *types.Var, rhs []ast.Expr, i, of int) {
		if v == nil {
			return
		}
		m := x.made[v]
		switch {
		case len(rhs) == of:
			m.alone = append(m.alone, rhs[i])
		case len(rhs) > 0:
			m.among = append(m.among, rhs[0])
		default:
			m.zero = true
		}
		x.made[v] = m
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			see(Var(x.Info, l), n.Rhs, i, len(n.Lhs))
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			v, _ := x.Info.Defs[name].(*types.Var)
			see(v, n.Values, i, len(n.Names))
		}
	case *ast.KeyValueExpr:
		if id, ok := n.Key.(*ast.Ident); ok {
			v, _ := x.Info.Uses[id].(*types.Var)
			see(v, []ast.Expr{n.Value}, 0, 1)
		}
	case *ast.RangeStmt:
		for _, l := range []ast.Expr{n.Key, n.Value} {
			if l != nil {
				see(Var(x.Info, l), []ast.Expr{n.X}, 0, 2)
			}
		}
	}
}

// Unbuffered tells whether a channel variable is surely without a buffer: all
// that is assigned to it is make(chan T) or make(chan T, 0).
func (x *Index) Unbuffered(v *types.Var) bool {
	made, all := x.Made(v)
	if !all || len(made) == 0 {
		return false
	}
	for _, e := range made {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		if !ok || x.Info.Uses[id] != types.Universe.Lookup("make") {
			return false
		}
		if len(call.Args) > 1 {
			if n, ok := IntValue(x.Info, call.Args[1]); !ok || n != 0 {
				return false
			}
		}
	}
	return true
}
