// Who a goroutine tells of its end, and who hears that: what is waited for is not loose.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// joins tells whether a goroutine may tell somebody of its end: by a WaitGroup, a channel, a
// condition, a semaphore, or a function that it is given.
func (c *check) joins(t *code.Task) bool {
	for _, arg := range t.Call.Args {
		if t.Kind != code.Bare {
			break
		}
		typ := c.Info.TypeOf(arg)
		if typ == nil {
			return true
		}
		switch u := typ.Underlying().(type) {
		case *types.Chan, *types.Signature:
			return true
		case *types.Pointer:
			if code.IsNamed(u, "sync", "WaitGroup") {
				return true
			}
		}
		if code.IsNamed(typ, "sync", "WaitGroup") {
			return true
		}
	}
	var body ast.Node
	if t.Lit != nil {
		body = t.Lit.Body
	} else if fn := code.Callee(c.Info, t.Call); fn != nil && t.Kind == code.Bare {
		decl, ok := c.Decls[fn]
		if !ok {
			return false
		}
		body = decl.Node().(*ast.FuncDecl).Body
	} else {
		return t.Kind == code.Bare && !c.callsGiven(t) // a function value
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			found = found || c.heard(code.Var(c.Info, n.Chan), body)
		case *ast.UnaryExpr: // a slot that it frees, and that the function takes again
			found = found || n.Op == token.ARROW && c.takesAgain(code.Var(c.Info, n.X), t)
		case *ast.CallExpr:
			switch {
			case code.IsNamed(c.Info.TypeOf(n.Fun), "context", "CancelFunc") || code.IsNamed(c.Info.TypeOf(n.Fun), "context", "CancelCauseFunc"):
				found = found || c.endAwaited(code.Var(c.Info, n.Fun), body)
			case c.Builtin(n) == "close":
				found = found || len(n.Args) == 1 && c.heard(code.Var(c.Info, n.Args[0]), body)
			case code.IsCall(c.Info, n, "sync", "WaitGroup.Done", "Cond.Signal", "Cond.Broadcast"):
				found = true
			case c.setsFuture(n) || c.handsChannel(n, body):
				found = true
			case tellsOfEnd.MatchString(code.CalleeName(n)) && !code.IsContext(receiver(c, n)):
				found = true
			case code.CalleeName(n) == "Release" && !c.onlyBounds(n, t) || code.CalleeName(n) == "Done" && len(n.Args) == 0 && !code.IsContext(receiver(c, n)):
				found = true
			}
		case *ast.Ident: // something that counts what is done
			v, _ := c.Info.Uses[n].(*types.Var)
			found = found || v != nil && v.Kind() == types.ParamVar && !(body.Pos() <= v.Pos() && v.Pos() < body.End()) && counts(v.Type())
		case *ast.DeferStmt: // a function that it was given
			if _, ok := c.Info.TypeOf(n.Call.Fun).(*types.Signature); ok && code.Callee(c.Info, n.Call) == nil && c.Builtin(n.Call) == "" {
				if v := code.Var(c.Info, n.Call.Fun); v != nil && !(body.Pos() <= v.Pos() && v.Pos() < body.End()) {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// takesAgain tells whether the function around a goroutine sends, behind the go statement, to a channel of its own that the goroutine receives from: a
// semaphore, which it has filled when all are done.
func (c *check) takesAgain(v *types.Var, t *code.Task) bool {
	return code.IsLocal(v) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		kind, _ := use.ParentEdge()
		return kind == edge.SendStmt_Chan && use.Node().Pos() > t.At.Node().End()
	})
}

// onlyBounds tells whether a call frees a slot of a semaphore that nobody but the function around a goroutine has, and that this does not take again
// behind the go statement: it says how many run at once, and nobody waits until all slots are free.
func (c *check) onlyBounds(call *ast.CallExpr, t *code.Task) bool {
	sel, ok := unparen[*ast.SelectorExpr](call.Fun)
	if !ok || !code.IsCall(c.Info, call, "golang.org/x/sync/semaphore", "Weighted.Release") {
		return false
	}
	sem := code.Var(c.Info, sel.X)
	if !code.IsLocal(sem) || sem.Kind() != types.LocalVar || c.Escapes(sem) {
		return false
	}
	made := c.Origins(sem)
	if len(made) != 1 || !makesSemaphore(c, made[0]) {
		return false
	}
	in, _ := code.FuncAround(t.At)
	return !slices.ContainsFunc(c.Uses[sem], func(use inspector.Cursor) bool {
		fn, _ := code.FuncAround(use)
		return !code.Within(use.Node(), t.At.Node()) && (fn != in || use.Node().Pos() > t.At.Node().End() || code.Deferred(use))
	})
}

// makesSemaphore tells whether an expression makes a semaphore.
func makesSemaphore(c *check, e ast.Expr) bool {
	call, ok := unparen[*ast.CallExpr](e)
	return ok && code.IsCall(c.Info, call, "golang.org/x/sync/semaphore", "NewWeighted")
}

// endAwaited tells whether a cancel function from outside of a goroutine ends a context whose end somebody else waits for: that says that the goroutine
// has ended too.
func (c *check) endAwaited(cancel *types.Var, body ast.Node) bool {
	if cancel == nil || body.Pos() <= cancel.Pos() && cancel.Pos() < body.End() {
		return false
	}
	for _, o := range c.Origins(cancel) {
		at, ok := c.Root.FindNode(o)
		if !ok {
			continue
		}
		as, ok := at.Parent().Node().(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 2 || code.Var(c.Info, as.Lhs[1]) != cancel {
			continue
		}
		ctx := code.Var(c.Info, as.Lhs[0])
		if ctx != nil && slices.ContainsFunc(c.Uses[ctx], func(use inspector.Cursor) bool {
			sel, ok := use.Parent().Node().(*ast.SelectorExpr)
			return ok && sel.Sel.Name == "Done" && !code.Within(sel, body)
		}) {
			return true
		}
	}
	return false
}

// handsChannel tells whether a call is given a channel from outside the goroutine, of which somebody else may hear.
func (c *check) handsChannel(call *ast.CallExpr, body ast.Node) bool {
	if c.Builtin(call) != "" {
		return false
	}
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		ch, ok := under(c.Info.TypeOf(e)).(*types.Chan)
		v := code.Var(c.Info, e)
		return ok && ch.Dir() != types.RecvOnly && v != nil && !(body.Pos() <= v.Pos() && v.Pos() < body.End()) && c.heard(v, body)
	})
}

// setsFuture tells whether a call sets what others wait for: a method Set of something that has a method to wait with.
func (c *check) setsFuture(call *ast.CallExpr) bool {
	t := receiver(c, call)
	if t == nil || !strings.HasPrefix(code.CalleeName(call), "Set") {
		return false
	}
	if _, ok := types.Unalias(t).(*types.Pointer); !ok && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	for m := range types.NewMethodSet(t).Methods() {
		switch m.Obj().Name() {
		case "Wait", "Await", "Ready", "Get", "GetContext", "WaitContext":
			sig := m.Obj().(*types.Func).Signature()
			if sig.Params().Len() == 1 && code.IsContext(sig.Params().At(0).Type()) || m.Obj().Name() != "Get" {
				return true
			}
		}
	}
	return false
}

// tellsOfEnd matches functions by which a goroutine says that it has done its part.
var tellsOfEnd = regexp.MustCompile(`^(?i)(done.+|mark(ed)?done|completed?|resolve|fulfill?)$`)

// counts tells whether something has a method by which goroutines say that they have done their part.
func counts(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.Pointer); !ok || code.IsContext(t) {
		return false
	}
	for m := range types.NewMethodSet(t).Methods() {
		if tellsOfEnd.MatchString(m.Obj().Name()) {
			return true
		}
	}
	return false
}

// toldToEnd tells whether a goroutine goes over a channel that the function around closes by a defer.
func (c *check) toldToEnd(t *code.Task) bool {
	for _, stmt := range t.Lit.Body.List {
		r, ok := stmt.(*ast.RangeStmt)
		if !ok {
			continue
		}
		v := code.Var(c.Info, r.X)
		if _, ok := under(c.Info.TypeOf(r.X)).(*types.Chan); !ok || !code.IsLocal(v) {
			continue
		}
		for _, use := range c.Uses[v] {
			if call, ok := use.Parent().Node().(*ast.CallExpr); ok && c.Builtin(call) == "close" && code.Deferred(use) && !code.Within(call, t.At.Node()) {
				return true
			}
		}
	}
	return false
}

func receiver(c *check, call *ast.CallExpr) types.Type {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return c.Info.TypeOf(sel.X)
	}
	return nil
}

// heard tells whether somebody outside of a goroutine's body may receive from a channel.
func (c *check) heard(v *types.Var, body ast.Node) bool {
	if v == nil || !code.IsLocal(v) || v.Kind() == types.ParamVar {
		return true
	}
	if body.Pos() <= v.Pos() && v.Pos() < body.End() {
		return false
	}
	for _, use := range c.Uses[v] {
		if code.Within(use.Node(), body) {
			continue
		}
		switch kind, _ := use.ParentEdge(); kind {
		case edge.SendStmt_Chan:
		case edge.CallExpr_Args:
			if name := c.Builtin(use.Parent().Node().(*ast.CallExpr)); name != "close" && name != "len" && name != "cap" {
				return true
			}
		default:
			return true
		}
	}
	return false
}
