// What must hold of an object that gets a group: the group is that of one object, is opened once, and all that Stop
// waits for is the group.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// alone gives what stands in the way, or "".
func (o *owner) alone() string {
	self := code.Var(o.f.Info, o.self)
	if self == nil || !o.f.unchanged(self, token.NoPos) || !o.f.unchanged(o.ctx, o.open.End()) {
		return "the object or its context is set anew"
	}
	around, ok := code.FuncAround(o.block)
	if !ok {
		return "opened outside a function"
	}
	for _, t := range o.tasks {
		cur, ok := o.f.Root.FindNode(t.stmt)
		fn, ok2 := code.FuncAround(cur)
		if !ok || !ok2 || fn != around {
			return "a task is started in a function that may run later"
		}
		if o.f.closes(t.lit.Body) || o.awaited(t) {
			return "something waits for what a task does, beside the group"
		}
	}
	for _, use := range o.f.Uses[o.wg] {
		sel := use.Parent().Node().(*ast.SelectorExpr)
		if code.Within(sel, around.Node()) && code.Var(o.f.Info, sel.X) != self {
			return "a task of another object"
		}
	}
	if _, loops := code.LoopAround(o.block); loops || !o.opensOnce(around, self) {
		return "it may be opened twice"
	}
	return ""
}

// unchanged tells whether a variable is not set behind a place.
func (f *finder) unchanged(v *types.Var, from token.Pos) bool {
	for _, use := range f.Uses[v] {
		if use.Node().Pos() > from && f.sets(use) {
			return false
		}
	}
	return true
}

// closes tells whether code closes a channel: who receives from it may wait for that, and where the context is dead
// beforehand no task starts.
func (f *finder) closes(n ast.Node) bool {
	return anywhere(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && f.Builtin(call) == "close"
	})
}

// awaited tells whether the function that stops the object waits for something that a task does, in a field or a variable of the package.
func (o *owner) awaited(t *task) bool {
	g := &group{f: o.f, v: o.wg}
	gives := &walker{f: o.f, g: g, homes: []ast.Node{t.lit}}
	gives.walk(t.lit.Body)
	for _, stop := range o.stops {
		cur, ok := o.f.Root.FindNode(stop[0])
		decl, _ := code.DeclAround(cur)
		if !ok || decl == nil {
			return true
		}
		needs := &walker{f: o.f, g: g}
		needs.walk(decl.Body)
		for _, need := range needs.acts {
			if need.v != nil && !need.gives && need.what != lock && slices.ContainsFunc(gives.acts, func(a act) bool {
				return a.gives && a.v == need.v && a.what == need.what && a.v != o.wg
			}) {
				return true
			}
		}
	}
	return false
}

// opensOnce tells whether the function that opens the group does so once an object: it makes the object, or looks before whether it
// has been there. Where all tasks run until the context ends, a second time would have left Stop waiting for ever.
func (o *owner) opensOnce(fn inspector.Cursor, self *types.Var) bool {
	if _, ok := fn.Node().(*ast.FuncLit); ok {
		call, ok := fn.Parent().Node().(*ast.CallExpr)
		return ok && code.IsCall(o.f.Info, call, "sync", "Once.Do")
	}
	if made, ok := o.f.Only(self).(*ast.UnaryExpr); ok && code.Within(o.f.declOf(self), fn.Node()) {
		if _, ok := made.X.(*ast.CompositeLit); ok {
			return true
		}
	}
	_, body := code.FuncParts(fn.Node())
	for _, s := range body.List {
		is, ok := s.(*ast.IfStmt)
		if ok && s.End() < o.open.Pos() && len(is.Body.List) > 0 && terminates(o.f.Info, is.Body.List[len(is.Body.List)-1]) && o.remembers(is.Cond, body) {
			return true
		}
	}
	return !slices.ContainsFunc(o.tasks, func(t *task) bool { return !o.f.heeds(t.lit.Body, deepest) })
}

// remembers tells whether a condition asks for something that the function sets.
func (o *owner) remembers(cond ast.Expr, body *ast.BlockStmt) bool {
	return anywhere(cond, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		if sel.Sel.Name == "CompareAndSwap" || sel.Sel.Name == "Swap" {
			return true
		}
		v := code.Var(o.f.Info, sel)
		return v != nil && anywhere(body, func(n ast.Node) bool {
			as, ok := n.(*ast.AssignStmt)
			return ok && slices.ContainsFunc(as.Lhs, func(e ast.Expr) bool { return code.Var(o.f.Info, e) == v })
		})
	})
}

// heeds tells whether code waits for a context's end, or loops until it comes, itself or in the functions of the package that it calls.
func (f *finder) heeds(n ast.Node, depth int) bool {
	return anywhere(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt:
			return n.Cond == nil && f.LooksAtCtx(n.Body) || n.Cond != nil && f.LooksAtCtx(n.Cond)
		case *ast.ExprStmt:
			u, ok := n.X.(*ast.UnaryExpr)
			return ok && u.Op == token.ARROW && f.DoneOf(u.X) != nil
		case *ast.CallExpr:
			decl, ok := f.Decls[code.Callee(f.Info, n)]
			return ok && depth > 0 && f.heeds(decl.Node(), depth-1)
		}
		return false
	})
}

// positional tells whether a literal of the struct lists its fields without names.
func (o *owner) positional() bool {
	for cur := range o.f.Root.Preorder((*ast.CompositeLit)(nil)) {
		lit := cur.Node().(*ast.CompositeLit)
		if len(lit.Elts) == 0 || !code.IsNamed(o.f.Info.TypeOf(lit), o.f.pass.Pkg.Path(), o.name) {
			continue
		}
		if _, ok := lit.Elts[0].(*ast.KeyValueExpr); !ok {
			return true
		}
	}
	return false
}

// taken tells whether the struct has a field or a method of that name.
func (o *owner) taken(name string) bool {
	obj, ok := o.f.pass.Pkg.Scope().Lookup(o.name).(*types.TypeName)
	if !ok {
		return true
	}
	member, _, _ := types.LookupFieldOrMethod(obj.Type(), true, o.f.pass.Pkg, name)
	return member != nil || o.f.embeds(obj.Type(), name)
}

// embeds tells whether a struct of the package with a member of that name has the type embedded.
func (f *finder) embeds(t types.Type, name string) bool {
	for _, def := range f.Info.Defs {
		outer, ok := def.(*types.TypeName)
		if !ok {
			continue
		}
		st, ok := outer.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for v := range st.Fields() {
			if !v.Embedded() || !types.Identical(pointed(v.Type()), t) {
				continue
			}
			if member, _, _ := types.LookupFieldOrMethod(outer.Type(), true, f.pass.Pkg, name); member != nil {
				return true
			}
		}
	}
	return false
}
