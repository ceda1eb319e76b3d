// What is known of the other end of a channel that is a parameter: of its buffer, its senders, its receivers. Part of the rule blocking.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// mayBeLeft tells whether the function around a wait expects that nobody may be at the other end of the channel: it selects on that and the end of a context
// elsewhere.
func (c *check) mayBeLeft(cur inspector.Cursor, v *types.Var) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	for at := range fn.Preorder((*ast.SelectStmt)(nil)) {
		on, done := false, false
		for _, s := range at.Node().(*ast.SelectStmt).Body.List {
			clause := s.(*ast.CommClause)
			if _, is := c.DoneClause(clause); is {
				done = true
			} else if clause.Comm != nil {
				on = on || code.Has(clause.Comm, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					return ok && c.Info.Uses[id] == types.Object(v)
				})
			}
		}
		if on && done {
			return true
		}
	}
	return false
}

// ofGiven tells whether a channel that can only be received from is in a field of what the function is given, or of an element of that, and nobody in the
// package puts it there, nor has the object a way to be closed: it is like a parameter.
func (c *check) ofGiven(ch ast.Expr) bool {
	sel, ok := unparen[*ast.SelectorExpr](ch)
	if !ok {
		return false
	}
	field, object := code.Var(c.Info, sel), code.Var(c.Info, sel.X)
	if _, plain := unparen[*ast.Ident](sel.X); !plain || field == nil || !code.IsLocal(object) || len(c.Origins(field)) > 0 || closable(object.Type()) {
		return false
	}
	if typ, ok := under(field.Type()).(*types.Chan); !ok || typ.Dir() != types.RecvOnly {
		return false
	}
	if !code.IsParam(c.Info, object) {
		from := c.Origins(object)
		if len(from) != 1 {
			return false
		}
		if list, plain := unparen[*ast.Ident](from[0]); !plain || !code.IsParam(c.Info, code.Var(c.Info, list)) {
			return false
		}
	}
	return !c.Escapes(object)
}

// untilIsClosed tells whether a receive in a loop asks whether the channel is closed, and leaves the loop then.
func (c *check) untilIsClosed(cur inspector.Cursor) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	if !ok || len(as.Lhs) != 2 || len(as.Rhs) != 1 || !inLoop(cur) {
		return false
	}
	next, ok := cur.Parent().NextSibling()
	if !ok {
		return false
	}
	s, ok := next.Node().(*ast.IfStmt)
	return ok && c.asksClosed(s) && c.endsLoop(s.Body)
}

// roomy tells whether a channel that is a parameter of a function of the package is, in
// each of its calls, one with a buffer that was made where the call is: then whoever made it has
// seen to its size.
func (c *check) roomy(v *types.Var) bool {
	args := c.argumentsFor(v)
	for _, arg := range args {
		mk, ok := c.Only(code.Var(c.Info, arg)).(*ast.CallExpr)
		if !ok || c.Builtin(mk) != "make" || len(mk.Args) < 2 {
			return false
		}
	}
	return len(args) > 0
}

// endsWithSender tells whether a channel that is a parameter is, in each of the calls, one that its sender closes, on every
// way, and that sender waits for the context too: so what goes over the channel ends with the context.
func (c *check) endsWithSender(v *types.Var) bool {
	return c.eachGiven(v, func(ops []code.Op) bool {
		closed, sends := false, 0
		for _, op := range ops {
			switch op.Kind {
			case code.Close:
				closed = closed || code.Deferred(op.Cur)
			case code.Send:
				if way, _ := c.Ways(op.Select, op.Clause); way != code.ByContext {
					return false
				}
				sends++
			}
		}
		return closed && sends > 0
	})
}

// drained tells whether a channel that is a parameter is, in each of the calls, one from which all is received that comes, until it is
// closed, whatever happens: by a loop that nothing leaves, in a defer or not.
func (c *check) drained(v *types.Var) bool {
	return c.eachGiven(v, func(ops []code.Op) bool {
		return slices.ContainsFunc(ops, func(op code.Op) bool {
			return op.Kind == code.RangeOver && (op.Deferred || op.Async) && len(c.Leaves(op)) == 0
		})
	})
}

// eachGiven tells whether a channel that is a parameter is, in each of the calls, a local one of which all that is done is
// in sight, and such as ok wants it.
func (c *check) eachGiven(v *types.Var, ok func(ops []code.Op) bool) bool {
	args := c.argumentsFor(v)
	for _, arg := range args {
		ch := code.Var(c.Info, arg)
		if ch == nil || !code.IsLocal(ch) {
			return false
		}
		if ops, _, all := c.ChanOps(ch); !all || !ok(ops) {
			return false
		}
	}
	return len(args) > 0
}

// argumentsFor gives what a parameter of a function of the package is in each of its calls; nothing if it is
// no such parameter, or some call is out of sight.
func (c *check) argumentsFor(v *types.Var) (args []ast.Expr) {
	for fn, decl := range c.Decls {
		if fn.Signature().Variadic() || !code.Within(c.declOf(v), decl.Node().(*ast.FuncDecl).Type) {
			continue
		}
		i := -1
		for at := range fn.Signature().Params().Len() {
			if fn.Signature().Params().At(at) == v {
				i = at
			}
		}
		for _, use := range c.Uses[fn] {
			at := use
			if kind, _ := at.ParentEdge(); kind == edge.SelectorExpr_Sel {
				at = at.Parent()
			}
			call, ok := at.Parent().Node().(*ast.CallExpr)
			if !ok || call.Fun != at.Node() || i < 0 || i >= len(call.Args) {
				return nil
			}
			args = append(args, call.Args[i])
		}
		return args
	}
	return nil
}
