// A resource that a task closes, and that is lost if the task is never called.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Owned finds closers that a task takes care of without owning them.
var Owned = register(&Rule{
	Name:  "owned",
	Title: "a task closes what it does not own",
	Why: "A task handed to a cancelled group is skipped: its function is never called, and a `defer conn.Close()` in it never registered. The connection that was opened for it is lost. " +
		"`braid.GoWith` hands the resource over: it is closed exactly once, after the task or instead of it (`braid.GoWaitWith` where a loop is to wait for a slot). The option `Always` has the task run in any case.",
	Wrong: `
func serve(g *braid.Group, l net.Listener, handle func(context.Context, net.Conn) error) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error {
		defer conn.Close()
		return handle(ctx, conn)
	})
	return nil
}
`,
	Right: `
func serve(g *braid.Group, l net.Listener, handle func(context.Context, net.Conn) error) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	braid.GoWith(g, conn, handle)
	return nil
}
`,
	Exempt: "Tasks with `Always`; what is closed outside the task as well, other than on a way on which no task is handed over, or was not made in the function that hands the task over.",
	Shapes: []Shape{
		{Name: "closer", Severity: Error, What: "a task captures an io.Closer and is the only one to close it, itself or by a function of the package"},
	},
}, func(c *check) {
	for _, t := range c.Tasks {
		if t.Kind != code.BraidTask || t.Body || t.Owner == nil || mentions(t.Call, "Always") {
			continue
		}
		if closer := c.closerOf(t.Fn); closer != nil {
			c.notOwned(t, t.Fn, t.Fn, closer, map[*types.Var]bool{})
		}
		lit := c.literalIn(t.Fn)
		if lit == nil {
			continue
		}
		told := map[*types.Var]bool{}
		ast.Inspect(lit.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, closer := range c.closedBy(call) {
					c.notOwned(t, lit, call, closer, told)
				}
			}
			return true
		})
	}
})

// notOwned reports what the function of a task closes at a place, if it was made outside of it and nobody else closes it.
func (c *check) notOwned(t *code.Task, fn, at, closer ast.Expr, told map[*types.Var]bool) {
	owner := closer
	if body, ok := unparen[*ast.SelectorExpr](owner); ok && body.Sel.Name == "Body" && code.IsNamed(c.Info.TypeOf(body.X), "net/http", "Response") {
		owner = body.X
	}
	id, ok := unparen[*ast.Ident](owner)
	if !ok {
		return
	}
	v, _ := c.Info.Uses[id].(*types.Var)
	if v == nil || told[v] || !code.IsLocal(v) || v.Kind() != types.LocalVar || code.Within(c.declOf(v), fn) || c.closedOutside(v, t, fn) {
		return
	}
	told[v] = true
	c.report(at, "closer", fmt.Sprintf("if this task is skipped, nobody closes %s: hand it over with braid.GoWith", types.ExprString(closer)))
}

// closedBy gives what a call closes: x of x.Close(), or what a function of the package that is given it closes.
func (c *check) closedBy(call *ast.CallExpr) (closers []ast.Expr) {
	if sel, ok := unparen[*ast.SelectorExpr](call.Fun); ok && sel.Sel.Name == "Close" && len(call.Args) == 0 && isCloser(c.Info.TypeOf(sel.X)) {
		return []ast.Expr{sel.X}
	}
	decl, ok := c.Decls[code.Callee(c.Info, call)]
	if !ok {
		return nil
	}
	helper := decl.Node().(*ast.FuncDecl)
	for i, arg := range call.Args {
		if p, ok := code.ParamAt(c.Info, helper.Type, i); ok && c.closesFirst(helper, p) {
			closers = append(closers, arg)
		}
	}
	if closer := c.closerOf(call.Fun); closer != nil {
		closers = append(closers, closer)
	}
	return closers
}

// closerOf gives x of x.f, a method of the package that closes its receiver.
func (c *check) closerOf(method ast.Expr) ast.Expr {
	sel, ok := unparen[*ast.SelectorExpr](method)
	if !ok {
		return nil
	}
	decl := funcOf(c, sel)
	if decl == nil || decl.Recv == nil || len(decl.Recv.List[0].Names) == 0 || !c.closesFirst(decl, code.Var(c.Info, decl.Recv.List[0].Names[0])) {
		return nil
	}
	return sel.X
}

// closesFirst tells whether a function closes what it is given on every way out: it defers that, or does it, with no return before.
func (c *check) closesFirst(decl *ast.FuncDecl, given *types.Var) bool {
	if given == nil || !isCloser(given.Type()) {
		return false
	}
	closes := func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || code.CalleeName(call) != "Close" || len(call.Args) > 0 {
			return false
		}
		sel, ok := unparen[*ast.SelectorExpr](call.Fun)
		return ok && code.Var(c.Info, sel.X) == given
	}
	for _, s := range decl.Body.List {
		found := false
		switch s := s.(type) {
		case *ast.DeferStmt:
			ast.Inspect(s, func(n ast.Node) bool {
				found = found || closes(n)
				return !found
			})
		case *ast.ExprStmt, *ast.AssignStmt, *ast.ReturnStmt:
			found = code.Has(s, closes)
		case *ast.IfStmt:
			found = s.Init != nil && code.Has(s.Init, closes)
		}
		if found {
			return true
		}
		if code.Has(s, func(n ast.Node) bool { _, returns := n.(*ast.ReturnStmt); return returns }) {
			return false
		}
	}
	return false
}

var closerType = types.NewInterfaceType([]*types.Func{
	types.NewFunc(0, nil, "Close", types.NewSignatureType(nil, nil, nil, nil,
		types.NewTuple(types.NewVar(0, nil, "", types.Universe.Lookup("error").Type())), false)),
}, nil).Complete()

func isCloser(t types.Type) bool { return t != nil && types.Implements(t, closerType) }

// closedOutside tells whether something outside of the function of a task closes v or may do so: it is
// closed, deferred, stored, returned or handed to somebody there.
func (c *check) closedOutside(v *types.Var, t *code.Task, fn ast.Expr) bool {
	for _, use := range c.Uses[v] {
		if code.Within(use.Node(), fn) {
			continue
		}
		switch c.UseOf(use) {
		case code.Stored, code.Returned, code.MethodVal, code.Argument:
			return true
		case code.Method:
			at := use.Parent()
			if sel, ok := at.Node().(*ast.SelectorExpr); ok && sel.Sel.Name == "Body" { // of a response
				if how := c.UseOf(at); how != code.Method && how != code.Read {
					return true
				}
				at = at.Parent()
			}
			if sel, ok := at.Node().(*ast.SelectorExpr); ok && sel.Sel.Name == "Close" && !c.closedInstead(use, v, t) {
				return true
			}
		}
	}
	return false
}

// closedInstead tells whether v is closed on ways on which the task is not handed over: the function comes neither from there to the
// task nor from the task there, but with another v.
func (c *check) closedInstead(use inspector.Cursor, v *types.Var, t *code.Task) bool {
	fn, ok := code.FuncAround(t.At)
	if in, _ := code.FuncAround(use); !ok || in != fn || code.Deferred(use) {
		return false
	}
	flow := code.FlowOf(c.cfgs, fn.Node())
	return flow != nil && !c.comesTo(flow, use.Node(), t.Call, v) && !c.comesTo(flow, t.Call, use.Node(), v)
}

// comesTo tells whether a function may come from one place to another while a variable keeps its value.
func (c *check) comesTo(flow *code.Flow, from, to ast.Node, v *types.Var) (comes bool) {
	flow.After(from, func(step ast.Node) bool {
		comes = comes || code.Within(to, step)
		return !comes && !sets(c, step, v)
	})
	return comes
}
