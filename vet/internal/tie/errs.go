// What becomes of a group's error. braid's wraps those of the tasks, which errors.Is and errors.As see
// through, and nothing else: who asks for an error's identity, or for its type, would get another answer.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// The reasons.
const (
	compared = "its error is compared with ==, which does not see through braid's (errors.Is does)"
	asserted = "its error's type is asserted, which does not see through braid's (errors.As does)"
	switched = "its error is switched over, which does not see through braid's (errors.Is does)"
	spelled  = "its error's text is compared, and braid's says where the task was started as well"
)

// errorUses looks at what is done with the join's error, or gives "".
func (g *group) errorUses() string {
	if !g.kind.errors() {
		return ""
	}
	return g.f.errorUses(g.wait)
}

// errorUses looks at what is done with the error that an expression gives, wherever in the package it gets to.
func (f *finder) errorUses(e ast.Expr) string {
	cur, ok := f.Root.FindNode(e)
	if !ok {
		return ""
	}
	w := &errorFlow{f: f, seen: map[any]bool{}}
	w.value(cur)
	return w.why
}

// errorFlow follows an error through the package.
type errorFlow struct {
	f    *finder
	seen map[any]bool
	why  string
}

func (w *errorFlow) no(why string) {
	if w.why == "" {
		w.why = why
	}
}

// once tells whether something has not been looked at yet.
func (w *errorFlow) once(what any) bool {
	seen := w.seen[what]
	w.seen[what] = true
	return !seen
}

// value looks at what is done with an expression that is the error, or a call whose last result is.
func (w *errorFlow) value(cur inspector.Cursor) {
	kind, i := cur.ParentEdge()
	up := cur.Parent()
	switch kind {
	case edge.ParenExpr_X, edge.SelectorExpr_Sel:
		w.value(up)
	case edge.BinaryExpr_X, edge.BinaryExpr_Y:
		p := up.Node().(*ast.BinaryExpr)
		if !w.f.Info.Types[p.X].IsNil() && !w.f.Info.Types[p.Y].IsNil() {
			w.no(compared)
		}
	case edge.SelectorExpr_X:
		if up.Node().(*ast.SelectorExpr).Sel.Name == "Error" && w.f.spelled(up.Parent()) {
			w.no(spelled)
		}
	case edge.TypeAssertExpr_X:
		w.no(asserted)
	case edge.SwitchStmt_Tag, edge.CaseClause_List:
		w.no(switched)
	case edge.IndexExpr_Index, edge.KeyValueExpr_Key:
		w.no("its error is a map's key, which is compared with ==")
	case edge.AssignStmt_Rhs:
		as := up.Node().(*ast.AssignStmt)
		if len(as.Lhs) != len(as.Rhs) {
			i = len(as.Lhs) - 1
		}
		w.variable(code.Var(w.f.Info, as.Lhs[i]), as.End())
	case edge.ValueSpec_Values:
		spec := up.Node().(*ast.ValueSpec)
		if len(spec.Names) != len(spec.Values) {
			i = len(spec.Names) - 1
		}
		w.variable(code.Var(w.f.Info, spec.Names[i]), spec.End())
	case edge.KeyValueExpr_Value:
		if id, ok := up.Node().(*ast.KeyValueExpr).Key.(*ast.Ident); ok {
			w.variable(code.Var(w.f.Info, id), token.NoPos)
		}
	case edge.SendStmt_Value:
		w.sent(code.Var(w.f.Info, up.Node().(*ast.SendStmt).Chan))
	case edge.ReturnStmt_Results:
		if fn, ok := code.FuncAround(up); ok && i == len(up.Node().(*ast.ReturnStmt).Results)-1 {
			w.returned(fn, up.Node().End())
		}
	case edge.CallExpr_Args:
		w.argument(up.Node().(*ast.CallExpr), i)
	}
}

// spelled tells whether a text has to be what it is, and not only to have something in it.
func (f *finder) spelled(text inspector.Cursor) bool {
	switch kind, _ := text.ParentEdge(); kind {
	case edge.BinaryExpr_X, edge.BinaryExpr_Y:
		return text.Parent().Node().(*ast.BinaryExpr).Op != token.ADD
	case edge.SwitchStmt_Tag, edge.CaseClause_List, edge.IndexExpr_Index:
		return true
	case edge.CallExpr_Args:
		return code.IsCall(f.Info, text.Parent().Node().(*ast.CallExpr), "strings", "HasPrefix", "HasSuffix", "TrimPrefix", "TrimSuffix", "EqualFold")
	}
	return false
}

// variable looks at the uses of a variable that has the error from a place on.
func (w *errorFlow) variable(v *types.Var, from token.Pos) {
	type key struct {
		v    *types.Var
		from token.Pos
	}
	if v == nil || v.Name() == "_" || !w.once(key{v, from}) {
		return
	}
	for _, use := range w.f.Uses[v] {
		if w.f.after(use, v, from) {
			w.value(use)
		}
	}
	if at, ok := w.f.Root.FindByPos(v.Pos(), v.Pos()); ok {
		if fn, ok := code.FuncAround(at); ok {
			if ft, _ := code.FuncParts(fn.Node()); ft.Results != nil && code.Within(w.f.declOf(v), ft.Results) {
				w.returned(fn, from)
			}
		}
	}
}

// after tells whether a use of a variable may come after a place: it is behind it, in a literal that may run
// later, or in a loop around both.
func (f *finder) after(use inspector.Cursor, v *types.Var, from token.Pos) bool {
	if use.Node().Pos() >= from || !code.IsLocal(v) {
		return true
	}
	for c := range use.Enclosing((*ast.FuncLit)(nil), (*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		n := c.Node()
		_, lit := n.(*ast.FuncLit)
		both := n.Pos() <= from && from <= n.End()
		if lit && !both || !lit && both && !code.Within(f.declOf(v), n) {
			return true
		}
	}
	return false
}

// sent looks at what comes out of a channel.
func (w *errorFlow) sent(ch *types.Var) {
	if ch == nil || !w.once(ch) {
		return
	}
	for _, use := range w.f.Uses[ch] {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		switch kind, _ := use.ParentEdge(); kind {
		case edge.UnaryExpr_X:
			w.value(use.Parent())
		case edge.RangeStmt_X:
			if key := use.Parent().Node().(*ast.RangeStmt).Key; key != nil {
				w.variable(code.Var(w.f.Info, key), token.NoPos)
			}
		}
	}
}

// returned looks at who gets what a function returns: those that call it, and its own deferred literals.
func (w *errorFlow) returned(fn inspector.Cursor, from token.Pos) {
	ft, _ := code.FuncParts(fn.Node())
	if code.ErrResult(w.f.Info, ft) < 0 || !w.once(fn.Node()) {
		return
	}
	if names := ft.Results.List[len(ft.Results.List)-1].Names; len(names) > 0 {
		w.variable(code.Var(w.f.Info, names[len(names)-1]), from)
	}
	decl, ok := fn.Node().(*ast.FuncDecl)
	if !ok {
		w.function(fn)
		return
	}
	o, _ := w.f.Info.Defs[decl.Name].(*types.Func)
	if o == nil {
		return
	}
	if reads(o) {
		w.no("its error is that of " + o.Name() + ", whose callers compare it with io.EOF")
	}
	for other, uses := range w.f.Uses {
		m, ok := other.(*types.Func)
		if m == o || ok && decl.Recv != nil && m.Name() == o.Name() && m.Signature().Recv() != nil && types.IsInterface(m.Signature().Recv().Type()) {
			for _, use := range uses {
				w.function(use)
			}
		}
	}
}

// reads tells whether a method is one of package io's interfaces, by its name and its first result.
func reads(m *types.Func) bool {
	sig := m.Signature()
	if sig.Recv() == nil || sig.Results().Len() < 2 || !strings.HasPrefix(m.Name(), "Read") && !strings.HasPrefix(m.Name(), "Write") {
		return false
	}
	n, ok := sig.Results().At(0).Type().(*types.Basic)
	return ok && n.Info()&types.IsInteger != 0
}

// function looks at what is done with a function that returns the error.
func (w *errorFlow) function(cur inspector.Cursor) {
	kind, i := cur.ParentEdge()
	up := cur.Parent()
	var v *types.Var
	switch kind {
	case edge.ParenExpr_X, edge.SelectorExpr_Sel, edge.IndexExpr_X, edge.IndexListExpr_X:
		w.function(up)
	case edge.CallExpr_Fun:
		w.value(up)
	case edge.CallExpr_Args:
		v = w.handed(up.Node().(*ast.CallExpr), i)
	case edge.AssignStmt_Rhs:
		if as := up.Node().(*ast.AssignStmt); len(as.Lhs) == len(as.Rhs) {
			v = code.Var(w.f.Info, as.Lhs[i])
		}
	case edge.KeyValueExpr_Value:
		if id, ok := up.Node().(*ast.KeyValueExpr).Key.(*ast.Ident); ok {
			v = code.Var(w.f.Info, id)
		}
	}
	if v == nil || !w.once(v) {
		return
	}
	for _, use := range w.f.Uses[v] {
		w.function(use)
	}
}

// handed gives the parameter that the function becomes in a call, if that is in sight.
func (w *errorFlow) handed(call *ast.CallExpr, i int) *types.Var {
	if code.IsCall(w.f.Info, call, "path/filepath", "Walk", "WalkDir") || code.IsCall(w.f.Info, call, "io/fs", "WalkDir") {
		w.no("its error is returned to " + code.CalleeName(call) + ", which compares it with fs.SkipDir")
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && sel.Sel.Name == "Go" { // the task of a group, whose Wait gives the error
		for _, use := range w.f.Uses[code.Var(w.f.Info, sel.X)] {
			if m, ok := use.Parent().Node().(*ast.SelectorExpr); ok && m.Sel.Name == "Wait" && m.X == use.Node() {
				w.function(use.Parent())
			}
		}
	}
	return w.f.paramOf(call, i)
}

// argument looks at what a call does with the error.
func (w *errorFlow) argument(call *ast.CallExpr, i int) {
	fn := code.Callee(w.f.Info, call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == w.f.pass.Pkg {
		w.variable(w.f.paramOf(call, i), token.NoPos)
		return
	}
	path, name := fn.Pkg().Path(), fn.Name()
	identity := false
	switch path {
	case "os":
		identity = strings.HasPrefix(name, "Is")
	case "errors":
		identity = name == "Unwrap" || name == "Is" && i == 1
	case "slices", "maps", "reflect":
		identity = true
	default:
		identity = name == "Cause" || name == "Unwrap" || strings.HasPrefix(name, "Equal") || strings.HasPrefix(name, "Same") || strings.HasPrefix(name, "IsType")
	}
	if identity {
		w.no("its error is handed to " + fn.Pkg().Name() + "." + name + ", which does not see through braid's (errors.Is and errors.As do)")
	}
}

// paramOf gives the parameter that the i-th argument of a call becomes, if a function of the package or a literal is called.
func (f *finder) paramOf(call *ast.CallExpr, i int) *types.Var {
	var ft *ast.FuncType
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		ft = lit.Type
	} else if decl, ok := f.Decls[code.Callee(f.Info, call)]; ok {
		ft = decl.Node().(*ast.FuncDecl).Type
	} else {
		return nil
	}
	p, _ := code.ParamAt(f.Info, ft, i)
	return p
}
