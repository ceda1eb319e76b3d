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
		"`braid.GoWith` hands the resource over: it is closed exactly once, after the task or instead of it. The option `Always` has the task run in any case.",
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
		{Name: "closer", Severity: Error, What: "a task captures an io.Closer and is the only one to close it"},
	},
}, func(c *check) {
	for _, t := range c.Tasks {
		if t.Kind != code.BraidTask || t.Body || t.Lit == nil || t.Owner == nil || mentions(t.Call, "Always") {
			continue
		}
		told := map[*types.Var]bool{}
		ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || code.CalleeName(call) != "Close" || len(call.Args) > 0 {
				return true
			}
			sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			if !ok || !isCloser(c.Info.TypeOf(sel.X)) {
				return true
			}
			owner := sel.X
			if body, ok := ast.Unparen(owner).(*ast.SelectorExpr); ok && body.Sel.Name == "Body" && code.IsNamed(c.Info.TypeOf(body.X), "net/http", "Response") {
				owner = body.X
			}
			id, ok := ast.Unparen(owner).(*ast.Ident)
			if !ok {
				return true
			}
			v, _ := c.Info.Uses[id].(*types.Var)
			if v == nil || told[v] || !code.IsLocal(v) || v.Kind() != types.LocalVar || code.Within(id, t.Lit) && t.Lit.Pos() <= v.Pos() && v.Pos() < t.Lit.End() || c.closedOutside(v, t) {
				return true
			}
			told[v] = true
			c.report(call, "closer", fmt.Sprintf("if this task is skipped, nobody closes %s: hand it over with braid.GoWith", types.ExprString(sel.X)))
			return true
		})
	}
})

var closerType = types.NewInterfaceType([]*types.Func{
	types.NewFunc(0, nil, "Close", types.NewSignatureType(nil, nil, nil, nil,
		types.NewTuple(types.NewVar(0, nil, "", types.Universe.Lookup("error").Type())), false)),
}, nil).Complete()

func isCloser(t types.Type) bool { return t != nil && types.Implements(t, closerType) }

// closedOutside tells whether something outside of the task closes v or may do so: it is
// closed, deferred, stored, returned or handed to somebody there.
func (c *check) closedOutside(v *types.Var, t *code.Task) bool {
	for _, use := range c.Uses[v] {
		if code.Within(use.Node(), t.Lit) {
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
