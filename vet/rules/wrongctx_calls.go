// Functions in sight that a task of an errgroup calls, and that work with what the group's context is made of: they captured it, or have it from a field of
// an object. Part of the rule wrongctx.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// throughCalls reports the first call in a task, of which it looks at the error, that is given no context, and whose function works with what the group's
// context is made of.
func (c *check) throughCalls(t *code.Task, own *types.Var, why string) {
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok || !c.othersFail(t) {
		return
	}
	for cur := range lit.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if c.TaskAround(cur) != t || code.Deferred(cur) || !c.errorUsed(cur) || c.endingNow(cur, call) || slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return code.IsContext(c.Info.TypeOf(e)) }) {
			continue
		}
		e := c.closureWorksWith(call, t, own)
		if e == nil {
			e = c.functionWorksWith(cur, call, own)
		}
		if e != nil {
			c.report(call.Fun, "group", why+types.ExprString(call.Fun)+" works with "+types.ExprString(e)+", which does not end with it")
			return
		}
	}
}

// closureWorksWith gives what the group's context is made of where the literal that a call runs, which was put into a variable outside of the task, hands it to
// others; nil if it does not.
func (c *check) closureWorksWith(call *ast.CallExpr, t *code.Task, own *types.Var) ast.Expr {
	run := c.literalOf(call)
	if run == nil || ending.MatchString(code.CalleeName(call)) || code.Within(run, t.Lit) {
		return nil
	}
	lit, ok := c.Root.FindNode(run)
	if !ok {
		return nil
	}
	for cur := range lit.Preorder((*ast.Ident)(nil), (*ast.CallExpr)(nil), (*ast.SelectorExpr)(nil)) {
		if kind, _ := cur.ParentEdge(); kind != edge.CallExpr_Args || !c.parentOfGroup(cur, own) {
			continue
		}
		if in, _ := code.FuncAround(cur); in == lit && c.worksUnder(cur) {
			return cur.Node().(ast.Expr)
		}
	}
	return nil
}

// parentOfGroup tells whether an expression is what the context of a group is made of: a variable, a request's context or one in a field.
func (c *check) parentOfGroup(cur inspector.Cursor, own *types.Var) bool {
	switch e := cur.Node().(type) {
	case *ast.Ident:
		v, _ := c.Info.Uses[e].(*types.Var)
		return v != nil && v != own && code.IsContext(v.Type()) && code.IsLocal(v) && c.parentOf(v, own) && c.Cancellable(v) && !c.derives(v, own, 0)
	case *ast.CallExpr:
		req := c.requestOf(e)
		return c.madeOf(own, req) || c.belowRequest(own, req)
	case *ast.SelectorExpr:
		return c.ofParentField(own, e, cur)
	}
	return false
}

// worksUnder tells whether an argument, a context, is given to a call that works under it: one that does not log, open or start something, or end it.
func (c *check) worksUnder(arg inspector.Cursor) bool {
	to := arg.Parent().Node().(*ast.CallExpr)
	fn := code.Callee(c.Info, to)
	if fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "context" {
		return ends(c.Info, to)
	}
	return !code.Deferred(arg) && !c.observes(to) && !c.logs(to) && !opens(fn) && !opening.MatchString(code.CalleeName(to)) && !c.KeepsCtx(fn) && !c.endingNow(arg, to)
}

// functionWorksWith gives the context in a field of which the group's is made, where a function of the package, which is called with its object, hands it to
// others; nil if it does not, or if the end of a task may end it.
func (c *check) functionWorksWith(cur inspector.Cursor, call *ast.CallExpr, own *types.Var) ast.Expr {
	made := c.Origins(own)
	decl, ok := c.Decls[code.Callee(c.Info, call)]
	if !ok || len(made) != 1 {
		return nil
	}
	group := callOf(made[0])
	if !code.IsCall(c.Info, group, code.Errgroup, "WithContext") || code.CtxParam(c.Info, decl.Node().(*ast.FuncDecl).Type) != nil {
		return nil
	}
	parent, ok := unparen[*ast.SelectorExpr](group.Args[0])
	if !ok || !c.ofParentField(own, parent, cur) {
		return nil
	}
	field, object := code.Var(c.Info, parent), c.objectOf(parent)
	if object == nil {
		return nil
	}
	p := c.boundTo(call, decl.Node().(*ast.FuncDecl), object)
	if p == nil || len(c.Origins(p)) > 0 || c.endsObject(cur, object) {
		return nil
	}
	var with ast.Expr
	for use := range decl.Preorder((*ast.SelectorExpr)(nil)) {
		sel := use.Node().(*ast.SelectorExpr)
		if code.Var(c.Info, sel) != field || c.objectOf(sel) != p {
			continue
		}
		switch kind, _ := use.ParentEdge(); kind {
		case edge.AssignStmt_Lhs:
			return nil
		case edge.CallExpr_Args:
			if with == nil && c.TaskAround(use) == nil && c.worksUnder(use) {
				with = sel
			}
		}
	}
	return with
}

// objectOf gives the variable x of x.f.
func (c *check) objectOf(sel *ast.SelectorExpr) *types.Var {
	id, ok := ast.Unparen(sel.X).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := c.Info.Uses[id].(*types.Var)
	return v
}

// boundTo gives the receiver or the parameter by which a function that is called has an object, or nil.
func (c *check) boundTo(call *ast.CallExpr, decl *ast.FuncDecl, object *types.Var) *types.Var {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && decl.Recv != nil && c.objectOf(sel) == object {
		for _, name := range decl.Recv.List[0].Names {
			return code.Var(c.Info, name)
		}
	}
	for i, arg := range call.Args {
		if id, ok := ast.Unparen(arg).(*ast.Ident); ok && code.Var(c.Info, id) == object {
			p, _ := code.ParamAt(c.Info, decl.Type, i)
			return p
		}
	}
	return nil
}

// endsObject tells whether an object is closed or the like in the function around a place, or has a cancel function that others than what closes it call: then
// the end of a task may end what it keeps.
func (c *check) endsObject(cur inspector.Cursor, object *types.Var) bool {
	decl, around := code.DeclAround(cur)
	if decl == nil {
		return true // in a variable of the package: not known
	}
	for at := range around.Preorder((*ast.CallExpr)(nil)) {
		call := at.Node().(*ast.CallExpr)
		if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && rootOf(c.Info, sel) == object && (isCancel(c.Info.TypeOf(sel)) || ending.MatchString(sel.Sel.Name)) {
			return true
		}
	}
	typ := object.Type()
	if p, ok := under(typ).(*types.Pointer); ok {
		typ = p.Elem()
	}
	fields, ok := under(typ).(*types.Struct)
	if !ok {
		return true
	}
	for f := range fields.Fields() {
		if isCancel(f.Type()) && slices.ContainsFunc(c.Uses[f.Origin()], func(use inspector.Cursor) bool {
			in, _ := code.DeclAround(use)
			return c.UseOf(use) != code.Assigned && in != nil && !ending.MatchString(in.Name.Name) && !cancels.MatchString(in.Name.Name)
		}) {
			return true
		}
	}
	return false
}
