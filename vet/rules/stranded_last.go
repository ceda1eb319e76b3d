// Receivers that leave only when nothing is sent any more: part of the rule stranded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// atLast tells whether a receiver leaves only for an error that it has received, and the one sender sends nothing more when it has sent an error.
func (f *strandFlow) atLast(recv code.Op, leave inspector.Cursor) bool {
	field, ok := f.askedOf(recv, leave)
	if !ok || !f.oneSender() {
		return false
	}
	return !slices.ContainsFunc(f.sends, func(send code.Op) bool { return !f.lastIfError(send, field) })
}

// askedOf gives the field of what was received that has to be an error for a way out to be taken; nil if that is an error itself.
func (f *strandFlow) askedOf(recv code.Op, leave inspector.Cursor) (field *types.Var, ok bool) {
	v := f.receivedIn(recv)
	if v == nil {
		return nil, false
	}
	for up := range leave.Enclosing((*ast.IfStmt)(nil)) {
		n := up.Node().(*ast.IfStmt)
		e := f.errorAsked(n.Cond)
		if e == nil || !code.Within(leave.Node(), n.Body) {
			return nil, false
		}
		if w := code.Var(f.Info, e); code.IsLocal(w) && w != v { // err := received.err
			if e = f.Only(w); e == nil {
				return nil, false
			}
		}
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			return nil, code.Var(f.Info, e) == v
		case *ast.SelectorExpr:
			return code.Var(f.Info, e), code.Var(f.Info, e.X) == v
		}
		return nil, false
	}
	return nil, false
}

// receivedIn gives the variable that takes what is received, and nothing else.
func (f *strandFlow) receivedIn(recv code.Op) (v *types.Var) {
	switch n := recv.Cur.Node().(type) {
	case *ast.RangeStmt:
		v = code.Var(f.Info, n.Key)
	case *ast.UnaryExpr:
		if as, ok := recv.Cur.Parent().Node().(*ast.AssignStmt); ok && len(as.Rhs) == 1 {
			v = code.Var(f.Info, as.Lhs[0])
		}
	}
	if !code.IsLocal(v) || len(f.Origins(v)) != 1 {
		return nil
	}
	return v
}

// errorAsked gives the error that cannot be nil where a condition holds.
func (f *strandFlow) errorAsked(cond ast.Expr) ast.Expr {
	switch n := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		if n.Op == token.LAND {
			if e := f.errorAsked(n.X); e != nil {
				return e
			}
			return f.errorAsked(n.Y)
		}
		if isNil(n, token.NEQ) && code.IsError(f.Info.TypeOf(n.X)) {
			return n.X
		}
	case *ast.CallExpr:
		if code.IsCall(f.Info, n, "errors", "Is", "As", "AsType") {
			return n.Args[0]
		}
	}
	return nil
}

// oneSender tells whether all sends are in one function, which runs once for each channel: the one that makes it, or one that a goroutine runs.
func (f *strandFlow) oneSender() bool {
	first := f.sends[0]
	own := first.Home == f.in.Node()
	if !own && !f.startedOnce(first) {
		return false
	}
	return !slices.ContainsFunc(f.sends, func(send code.Op) bool { return send.Home != first.Home || send.At != first.At && !own })
}

// startedOnce tells whether the function that has a send in it is what a goroutine runs, of which there is one for each channel.
func (f *strandFlow) startedOnce(send code.Op) bool {
	switch home := send.Home.(type) {
	case *ast.FuncLit:
		if t := f.Task[home]; t == nil || t.At != send.At {
			return false
		}
	case *ast.FuncDecl: // go home(ch)
		kind, _ := send.At.ParentEdge()
		call, ok := send.At.Node().(*ast.CallExpr)
		if !ok || kind != edge.GoStmt_Call {
			return false
		}
		if decl, known := f.Decls[code.Callee(f.Info, call)]; !known || decl.Node() != send.Home {
			return false
		}
	}
	loop, ok := code.LoopAround(send.At)
	return !ok || code.Within(f.declOf(f.v), loop.Node())
}

// lastIfError tells whether a send is the last one if the field (nil: all) of what it sends is an error: nothing is sent behind it at all, it sends none,
// or the loop is left next if it has sent one.
func (f *strandFlow) lastIfError(send code.Op, field *types.Var) bool {
	e := f.carried(send.Cur.Node().(*ast.SendStmt).Value, field)
	if e == "nil" {
		return true
	}
	more := false
	code.FlowOf(f.cfgs, send.Home).After(send.Cur.Node(), func(step ast.Node) bool {
		more = more || f.sendsIn(step)
		return !more
	})
	return !more || e != "" && f.leftFor(send, e)
}

// sendsIn tells whether a node has a send to the channel in it.
func (f *strandFlow) sendsIn(n ast.Node) bool {
	return slices.ContainsFunc(f.sends, func(send code.Op) bool { return code.Within(send.Cur.Node(), n) })
}

// carried gives the expression of what a sent value has in a field; "" if that cannot be known.
func (f *strandFlow) carried(value ast.Expr, field *types.Var) string {
	value = ast.Unparen(value)
	if field == nil {
		return types.ExprString(value)
	}
	if u, ok := value.(*ast.UnaryExpr); ok && u.Op == token.AND {
		value = ast.Unparen(u.X)
	}
	switch n := value.(type) {
	case *ast.Ident:
		return n.Name + "." + field.Name()
	case *ast.CompositeLit:
		t, ok := f.Info.TypeOf(n).Underlying().(*types.Struct)
		if !ok {
			return ""
		}
		is := func(v *types.Var) bool { return v != nil && v.Origin() == field.Origin() }
		for i, elt := range n.Elts {
			kv, keyed := elt.(*ast.KeyValueExpr)
			if keyed && is(code.Var(f.Info, kv.Key)) {
				return types.ExprString(kv.Value)
			}
			if !keyed && is(t.Field(i)) {
				return types.ExprString(elt)
			}
		}
		for v := range t.Fields() {
			if is(v) { // it is left out
				return "nil"
			}
		}
	}
	return ""
}

// leftFor tells whether the one loop around a send is left by the next statement if an expression is not nil, and nothing is sent behind the loop.
func (f *strandFlow) leftFor(send code.Op, e string) bool {
	loop, ok := code.LoopAround(send.Cur)
	if !ok {
		return false
	}
	if _, nested := code.LoopAround(loop); nested || slices.ContainsFunc(f.sends, func(s code.Op) bool { return !code.Within(s.Cur.Node(), loop.Node()) }) {
		return false
	}
	next, ok := send.Cur.NextSibling()
	if !ok && send.Clause != nil { // what comes behind the select
		next, ok = send.Cur.Parent().Parent().Parent().NextSibling()
	}
	if !ok {
		return false
	}
	n, ok := next.Node().(*ast.IfStmt)
	if !ok || n.Init != nil || len(n.Body.List) == 0 || f.sendsIn(n.Body) || !isNil(n.Cond, token.NEQ) {
		return false
	}
	if types.ExprString(ast.Unparen(n.Cond).(*ast.BinaryExpr).X) != e {
		return false
	}
	last, ok := f.Root.FindNode(n.Body.List[len(n.Body.List)-1])
	return ok && code.LeavesAfter(last, loop)
}
