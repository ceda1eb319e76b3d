// Channels: all that is done with a local channel, and where, as far as it is in
// sight: in the function that makes it, in literals that run as tasks, deferred or
// in place, and in functions of the package that it is handed to.

package code

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// OpKind is what is done with a channel.
type OpKind int

const (
	Send OpKind = iota
	Recv
	RangeOver
	Close
)

// Op is one operation on a channel.
type Op struct {
	Kind     OpKind
	Cur      inspector.Cursor // the send statement, the receive expression, the range statement, the call of close
	Home     ast.Node         // the function it is in
	Clause   *ast.CommClause  // if it is the communication of a select's clause
	Select   *ast.SelectStmt
	Own      *types.Var       // the variable it is done through: the channel, or a parameter
	At       inspector.Cursor // where it happens in the function that makes the channel: itself, or what starts it
	Async    bool             // not on that function's goroutine
	Deferred bool
	Many     bool // in a loop, or started by one
	Loop     bool // in a loop of its own goroutine
}

// ChanOps gives what is done with a local channel; all is false if some of it may be out of sight.
// In is the function that declares it.
func (x *Index) ChanOps(v *types.Var) (ops []Op, in inspector.Cursor, all bool) {
	in, ok := x.DeclaredIn(v)
	if !ok {
		return nil, in, false
	}
	ops, all = x.chanOps(v, in, 3)
	return ops, in, all
}

// DeclaredIn gives the innermost function that has the declaration of a variable in it.
func (x *Index) DeclaredIn(v *types.Var) (inspector.Cursor, bool) {
	cur, ok := x.Root.FindByPos(v.Pos(), v.Pos())
	if !ok {
		return cur, false
	}
	if fn, _ := FuncParts(cur.Node()); fn != nil {
		return cur, true
	}
	return FuncAround(cur)
}

func (x *Index) chanOps(v *types.Var, in inspector.Cursor, depth int) (ops []Op, all bool) {
	all = true
	for _, use := range x.Uses[v] {
		cur := use
		kind, _ := cur.ParentEdge()
		for kind == edge.ParenExpr_X {
			cur = cur.Parent()
			kind, _ = cur.ParentEdge()
		}
		parent := cur.Parent()
		var op Op
		switch kind {
		case edge.SendStmt_Chan:
			op = Op{Kind: Send, Cur: parent}
		case edge.UnaryExpr_X:
			if parent.Node().(*ast.UnaryExpr).Op != token.ARROW {
				return ops, false
			}
			op = Op{Kind: Recv, Cur: parent}
		case edge.RangeStmt_X:
			op = Op{Kind: RangeOver, Cur: parent}
		case edge.BinaryExpr_X, edge.BinaryExpr_Y:
			continue
		case edge.AssignStmt_Rhs:
			as := parent.Node().(*ast.AssignStmt)
			if id, ok := as.Lhs[0].(*ast.Ident); ok && id.Name == "_" && len(as.Lhs) == 1 {
				continue
			}
			return ops, false
		case edge.CallExpr_Args:
			call := parent.Node().(*ast.CallExpr)
			switch name := x.Builtin(call); name {
			case "len", "cap":
				continue
			case "close":
				op = Op{Kind: Close, Cur: parent}
			default:
				_, i := cur.ParentEdge()
				more, ok := x.handed(call, parent, i, in, depth)
				ops = append(ops, more...)
				if !ok {
					return ops, false
				}
				continue
			}
		default:
			return ops, false
		}
		op.Own = v
		op.Clause, op.Select = commOf(op.Cur)
		if !x.locate(&op, in) {
			return ops, false
		}
		ops = append(ops, op)
	}
	return ops, all
}

// handed gives what a literal or a function of the package does with a channel that is its argument.
func (x *Index) handed(call *ast.CallExpr, cur inspector.Cursor, i int, in inspector.Cursor, depth int) ([]Op, bool) {
	if depth == 0 {
		return nil, false
	}
	var callee inspector.Cursor
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		callee, ok = x.Root.FindNode(lit)
		if !ok {
			return nil, false
		}
	} else {
		fn := Callee(x.Info, call)
		if fn == nil || fn.Signature().Variadic() {
			return nil, false
		}
		if callee, ok = x.Decls[fn]; !ok {
			return nil, false
		}
	}
	ft, body := FuncParts(callee.Node())
	p, ok := ParamAt(x.Info, ft, i)
	if body == nil || !ok {
		return nil, false
	}
	if p == nil {
		return nil, true
	}
	inner, all := x.chanOps(p, callee, depth-1)
	var out []Op
	for _, op := range inner {
		outer := Op{Cur: cur}
		if kind, _ := cur.ParentEdge(); kind == edge.GoStmt_Call {
			outer.Async = true
		}
		if !x.locate(&outer, in) {
			return out, false
		}
		op.At = outer.At
		op.Many = op.Many || outer.Many
		op.Async = op.Async || outer.Async
		op.Deferred = op.Deferred || outer.Deferred
		out = append(out, op)
	}
	return out, all
}

// ParamAt gives the i-th parameter, nil if it has no name; ok is false if there is none.
func ParamAt(info *types.Info, ft *ast.FuncType, i int) (p *types.Var, ok bool) {
	n := 0
	for _, field := range ft.Params.List {
		if len(field.Names) == 0 {
			if n == i {
				return nil, true
			}
			n++
		}
		for _, name := range field.Names {
			if n == i {
				if name.Name == "_" {
					return nil, true
				}
				v, ok := info.Defs[name].(*types.Var)
				return v, ok
			}
			n++
		}
	}
	return nil, false
}

// commOf gives the clause whose communication an operation is.
func commOf(cur inspector.Cursor) (*ast.CommClause, *ast.SelectStmt) {
	for c := cur; ; c = c.Parent() {
		switch kind, _ := c.ParentEdge(); kind {
		case edge.CommClause_Comm:
			clause := c.Parent()
			return clause.Node().(*ast.CommClause), clause.Parent().Parent().Node().(*ast.SelectStmt)
		case edge.ExprStmt_X, edge.AssignStmt_Rhs, edge.ParenExpr_X:
		default:
			return nil, nil
		}
	}
}

// locate says where an operation happens as seen from the function in.
func (x *Index) locate(op *Op, in inspector.Cursor) bool {
	at := op.Cur
	for {
		fn, ok := FuncAround(at)
		if !ok {
			return false
		}
		if op.Home == nil {
			op.Home = fn.Node()
		}
		if loop, ok := LoopAround(at); ok && !LeavesAfter(at, loop) {
			op.Many = true
			if fn.Node() == op.Home {
				op.Loop = true
			}
		}
		if Deferred(at) && !op.Async {
			op.Deferred = true
		}
		if fn.Node() == in.Node() {
			op.At = at
			return true
		}
		lit, ok := fn.Node().(*ast.FuncLit)
		if !ok {
			return false
		}
		starts, async := x.Starts(fn, lit)
		if len(starts) == 0 {
			return false
		}
		if len(starts) > 1 {
			op.Many = true
		}
		op.Async = op.Async || async
		at = starts[0]
	}
}

// LeavesAfter tells whether the function returns, or leaves the loop, in the same round of a loop, behind a place in it.
func LeavesAfter(at, loop inspector.Cursor) bool {
	for c := at; c != loop; c = c.Parent() {
		var list []ast.Stmt
		switch n := c.Parent().Node().(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CommClause:
			if kind, _ := c.ParentEdge(); kind == edge.CommClause_Comm {
				continue
			}
			list = n.Body
		case *ast.CaseClause:
			list = n.Body
		case *ast.FuncLit:
			return false
		}
		if len(list) > 0 {
			switch s := list[len(list)-1].(type) {
			case *ast.ReturnStmt:
				return true
			case *ast.BranchStmt:
				if s.Tok == token.BREAK && (s.Label == nil && broken(c.Parent()) == loop || s.Label != nil && labels(loop, s.Label)) {
					return true
				}
			}
		}
	}
	return false
}

// broken gives what a break in a list of statements leaves: a loop, or the clause of a switch or select.
func broken(list inspector.Cursor) inspector.Cursor {
	for up := range list.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.CommClause)(nil), (*ast.CaseClause)(nil)) {
		return up
	}
	return inspector.Cursor{}
}

// labels tells whether a label is that of a loop.
func labels(loop inspector.Cursor, label *ast.Ident) bool {
	l, ok := loop.Parent().Node().(*ast.LabeledStmt)
	return ok && l.Label.Name == label.Name
}

// Starts gives the places at which a literal is set going: the one that hands it
// over as a task, that calls it in place, or, if it is kept in a local variable that is set
// once, those at which that is called. None are given if that cannot be known.
func (x *Index) Starts(cur inspector.Cursor, lit *ast.FuncLit) (starts []inspector.Cursor, async bool) {
	if t := x.Task[lit]; t != nil {
		return []inspector.Cursor{t.At}, !t.Body
	}
	kind, _ := cur.ParentEdge()
	switch kind {
	case edge.CallExpr_Fun:
		return []inspector.Cursor{cur.Parent()}, false
	case edge.AssignStmt_Rhs, edge.ValueSpec_Values:
	default:
		return nil, false
	}
	var v *types.Var
	switch n := cur.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(n.Lhs) == 1 {
			v = Var(x.Info, n.Lhs[0])
		}
	case *ast.ValueSpec:
		if len(n.Names) == 1 {
			v = Var(x.Info, n.Names[0])
		}
	}
	if !IsLocal(v) {
		return nil, false
	}
	for _, use := range x.Uses[v] {
		kind, _ := use.ParentEdge()
		switch kind {
		case edge.CallExpr_Fun:
			call := use.Parent()
			if up, _ := call.ParentEdge(); up == edge.GoStmt_Call {
				starts, async = append(starts, call.Parent()), true
			} else {
				starts = append(starts, call)
			}
		case edge.CallExpr_Args:
			call := use.Parent()
			found := false
			for _, t := range x.Tasks {
				if t.Call == call.Node() && t.Fn == use.Node() {
					starts, async, found = append(starts, call), async || !t.Body, true
				}
			}
			if !found {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return starts, async
}

// Builtin gives the name of the builtin function that is called, or "".
func (x *Index) Builtin(call *ast.CallExpr) string {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := x.Info.Uses[id].(*types.Builtin); ok {
			return b.Name()
		}
	}
	return ""
}

// Capacity gives how much a local channel holds: -1 if that cannot be known. It has to be
// made once, where it is declared.
func (x *Index) Capacity(v *types.Var) int64 {
	call, ok := x.Only(v).(*ast.CallExpr)
	if !ok || x.Builtin(call) != "make" {
		return -1
	}
	if len(call.Args) < 2 {
		return 0
	}
	n, ok := IntValue(x.Info, call.Args[1])
	if !ok {
		return -1
	}
	return n
}

// Wayout says what a select offers besides the communication of a clause.
type Wayout int

const (
	NoWayout  Wayout = iota
	ByContext        // only Done of contexts
	ByOther          // a default, a timer, another channel
)

// Ways tells what else a select offers; ctxs are the contexts whose Done it looks at, as far as those are
// variables.
func (x *Index) Ways(sel *ast.SelectStmt, but *ast.CommClause) (way Wayout, ctxs []*types.Var) {
	if sel == nil {
		return NoWayout, nil
	}
	for _, s := range sel.Body.List {
		clause := s.(*ast.CommClause)
		if clause == but {
			continue
		}
		ctx, isCtx := x.DoneClause(clause)
		if !isCtx {
			return ByOther, nil
		}
		way = ByContext
		ctxs = append(ctxs, ctx)
	}
	return way, ctxs
}

// DoneClause tells whether a clause receives from the Done of a context, and of which variable.
func (x *Index) DoneClause(clause *ast.CommClause) (ctx *types.Var, is bool) {
	es, ok := clause.Comm.(*ast.ExprStmt)
	if !ok {
		return nil, false
	}
	e := x.DoneOf(es.X)
	if e == nil {
		return nil, false
	}
	return Var(x.Info, e), true
}
