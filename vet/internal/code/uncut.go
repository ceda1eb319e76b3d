// Groups that nothing cuts short: made under a context that never ends, and without a
// task that could cancel the others. The contexts of their tasks end with the join
// alone, and whoever wants to end earlier heeds another one.

package code

import (
	"go/ast"
	"go/types"
)

// Uncut tells whether the context of a task of braid's, or of a body, does not end before its group is
// joined: the group is braid.Run's or the like under context.Background, TODO or WithoutCancel, its
// body succeeds, and so do its tasks, unless it is supervised. (After a panic no more is to be done.)
func (x *Index) Uncut(t *Task) bool {
	if t == nil || t.Kind != BraidTask {
		return false
	}
	call := t.Call
	if t.Owner != nil {
		body := x.bodyOf(Var(x.Info, t.Owner))
		if body == nil {
			return false
		}
		call = body.Call
	}
	return x.uncut(call, false)
}

// Succeeds tells whether a call of braid.Run or the like gives no error: its group is uncut, and all its tasks succeed.
func (x *Index) Succeeds(call *ast.CallExpr) bool { return x.uncut(call, true) }

// uncut tells whether nothing cuts the group of a call short; if strict, also that no task fails.
func (x *Index) uncut(call *ast.CallExpr, strict bool) bool {
	if !IsCall(x.Info, call, Braid, "Run", "Call", "Map", "Join2", "Join3", "Join4", "Join5") {
		return false
	}
	parent, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
	if !ok || !IsCall(x.Info, parent, "context", "Background", "TODO", "WithoutCancel") {
		return false
	}
	supervised := false
	for _, arg := range call.Args[1:] {
		switch x.optionOf(arg) {
		case "Supervised":
			supervised = !strict
		case "CrashOnPanic", "Limit", "":
		default:
			return false
		}
	}
	var g *types.Var
	for _, t := range x.Tasks {
		if t.Call != call {
			continue
		}
		if t.Lit == nil {
			return false
		}
		if t.Body {
			g = x.groupParam(t.Lit)
		}
		if !t.Body && !supervised && !x.succeeds(t.Lit, false) || t.Body && !x.succeeds(t.Lit, true) {
			return false
		}
	}
	if g == nil {
		return true
	}
	starts := 0
	for _, t := range x.Tasks {
		if t.Owner == nil || Var(x.Info, t.Owner) != g {
			continue
		}
		if !supervised && (t.Lit == nil || !x.succeeds(t.Lit, false)) {
			return false
		}
		starts++
	}
	return starts == len(x.Uses[g]) // nobody else has the group, or cancels it
}

// optionOf gives the name of the option of braid's that an argument is, or "" if it is none, and "?" if it is not known what it is.
func (x *Index) optionOf(arg ast.Expr) string {
	t := x.Info.TypeOf(arg)
	if _, is := t.Underlying().(*types.Signature); is {
		return ""
	}
	if call, ok := ast.Unparen(arg).(*ast.CallExpr); ok {
		if fn := Callee(x.Info, call); fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == Braid {
			return fn.Name()
		}
	}
	if sel, ok := ast.Unparen(arg).(*ast.SelectorExpr); ok {
		if o := x.Info.Uses[sel.Sel]; o != nil && o.Pkg() != nil && o.Pkg().Path() == Braid {
			return o.Name()
		}
	}
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == Braid {
		return "?"
	}
	return "" // the items of a Map
}

// bodyOf gives the body that a group is a parameter of, or nil.
func (x *Index) bodyOf(g *types.Var) *Task {
	for _, t := range x.Tasks {
		if g != nil && t.Body && t.Lit != nil && x.groupParam(t.Lit) == g {
			return t
		}
	}
	return nil
}

// groupParam gives the group that a literal is given, or nil.
func (x *Index) groupParam(lit *ast.FuncLit) *types.Var {
	for _, field := range lit.Type.Params.List {
		for _, name := range field.Names {
			if v, ok := x.Info.Defs[name].(*types.Var); ok && IsNamed(v.Type(), Braid, "Group") {
				return v
			}
		}
	}
	return nil
}

// succeeds tells whether a function returns no error but nil; a body may also return what it gets from a task.
func (x *Index) succeeds(lit *ast.FuncLit, body bool) bool {
	fine := true
	Shallow(lit.Body, func(n ast.Node) bool {
		r, ok := n.(*ast.ReturnStmt)
		if !ok {
			return true
		}
		if len(r.Results) == 0 {
			fine = false
			return false
		}
		last := ast.Unparen(r.Results[len(r.Results)-1])
		call, is := last.(*ast.CallExpr)
		fine = fine && (x.Info.Types[last].IsNil() || body && is && IsCall(x.Info, call, Braid, "Task.Wait"))
		return true
	})
	return fine
}
