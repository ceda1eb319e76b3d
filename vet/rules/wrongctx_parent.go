// What the context of an errgroup is made of, in other forms than a variable that a task's literal mentions: a request's or a field's, one that a function
// captured which was made elsewhere, or that of a request that was made before. Part of the rule wrongctx.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// parentAgain reports the first call in a task that is given again what the group's context is made of: a request's context or one in a field.
func (c *check) parentAgain(t *code.Task, own *types.Var, why string) {
	lit, ok := c.Root.FindNode(t.Lit)
	if !ok {
		return
	}
	for cur := range lit.Preorder((*ast.CallExpr)(nil), (*ast.SelectorExpr)(nil)) {
		kind, _ := cur.ParentEdge()
		if kind != edge.CallExpr_Args || c.TaskAround(cur) != t {
			continue
		}
		to := cur.Parent().Node().(*ast.CallExpr)
		switch e := cur.Node().(type) {
		case *ast.CallExpr:
			if req := c.requestOf(e); !c.madeOf(own, req) && !(c.belowRequest(own, req) && c.othersFail(t) && c.failsBy(cur.Parent()) && !c.endingNow(cur, to)) {
				continue
			}
		case *ast.SelectorExpr:
			if !c.ofParentField(own, e, cur) || opens(code.Callee(c.Info, to)) || opening.MatchString(code.CalleeName(to)) || c.KeepsCtx(code.Callee(c.Info, to)) || c.endingNow(cur, to) {
				continue
			}
		}
		if fn := code.Callee(c.Info, to); !c.observes(to) && !c.logs(to) && (fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "context") {
			e := cur.Node().(ast.Expr)
			c.report(e, "group", why+types.ExprString(e)+" does not end with it")
			return
		}
	}
}

// ofParentField tells whether the context of a group is made of the one in a field, of the same object, that the function does not set.
func (c *check) ofParentField(group *types.Var, sel *ast.SelectorExpr, at inspector.Cursor) bool {
	field, root := code.Var(c.Info, sel), rootOf(c.Info, sel)
	if field == nil || !field.IsField() || !code.IsContext(field.Type()) || root == nil || len(c.Origins(root)) > 1 {
		return false
	}
	decl, around := code.DeclAround(at)
	if decl == nil || slices.ContainsFunc(c.Uses[field], func(use inspector.Cursor) bool {
		return code.Within(use.Node(), around.Node()) && (c.UseOf(use) == code.Assigned || c.UseOf(use.Parent()) == code.Assigned)
	}) {
		return false
	}
	made := c.Origins(group)
	if len(made) != 1 {
		return false
	}
	call, ok := ast.Unparen(made[0]).(*ast.CallExpr)
	return ok && code.IsCall(c.Info, call, code.Errgroup, "WithContext") && types.ExprString(call.Args[0]) == types.ExprString(sel) && rootOf(c.Info, call.Args[0]) == root
}

// litElsewhere gives the literal that a task of an errgroup runs, if it was put into a variable for such tasks alone, or is what a function gives that was:
// g.Go(task), g.Go(task(x)).
func (c *check) litElsewhere(t *code.Task, groups map[*types.Var]*types.Var) *ast.FuncLit {
	fn, made := ast.Unparen(t.Fn), false
	if call, ok := fn.(*ast.CallExpr); ok {
		fn, made = ast.Unparen(call.Fun), true
	}
	id, ok := fn.(*ast.Ident)
	if !ok {
		return nil
	}
	v := code.Var(c.Info, id)
	lit, ok := c.Only(v).(*ast.FuncLit)
	if !ok || !code.IsLocal(v) || anyCtxParam(c.Info, lit.Type) != nil {
		return nil
	}
	for _, use := range c.Uses[v] {
		if made {
			use = use.Parent()
		}
		if !slices.ContainsFunc(c.Tasks, func(t *code.Task) bool {
			return t.Kind == code.ErrGroup && t.Owner != nil && groups[code.Var(c.Info, t.Owner)] != nil && ast.Unparen(t.Fn) == use.Node()
		}) {
			return nil
		}
	}
	if made {
		return c.onlyResult(lit)
	}
	return lit
}

// onlyResult gives the literal that a literal returns, if that is all it returns anywhere.
func (c *check) onlyResult(lit *ast.FuncLit) (inner *ast.FuncLit) {
	returns := 0
	code.Shallow(lit.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok {
			returns++
			if len(ret.Results) == 1 {
				inner, _ = ast.Unparen(ret.Results[0]).(*ast.FuncLit)
			}
		}
		return true
	})
	if returns != 1 {
		return nil
	}
	return inner
}
