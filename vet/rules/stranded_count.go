// How often is sent, and received: part of the rule stranded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// excess tells whether there are more sends than receives and room, where no receive is in a loop.
func (f *strandFlow) excess(op code.Op, starts int) bool {
	receives := int64(len(f.recvs)) + f.room
	if op.Many {
		n, ok := f.rounds(op)
		return !ok && f.room == 0 || ok && n > receives
	}
	return int64(starts) > receives
}

// ranged tells whether a sender is started for each element of something.
func (f *strandFlow) ranged(op code.Op) bool {
	loop, ok := code.LoopAround(op.At)
	if !ok {
		return false
	}
	n, ok := loop.Node().(*ast.RangeStmt)
	if !ok {
		return false
	}
	_, bound := f.rounds(op)
	return !bound && !types.IsInterface(f.Info.TypeOf(n.X))
}

// rounds gives how often the loop that starts the sender goes round, if that is a constant.
func (f *strandFlow) rounds(op code.Op) (int64, bool) {
	loop, ok := code.LoopAround(op.At)
	if !ok {
		return 0, false
	}
	return f.roundsOf(loop)
}

// roundsOf gives how often a loop goes round, if that is a constant.
func (f *strandFlow) roundsOf(loop inspector.Cursor) (int64, bool) {
	switch n := loop.Node().(type) {
	case *ast.RangeStmt:
		if t, ok := f.Info.TypeOf(n.X).Underlying().(*types.Array); ok {
			return t.Len(), true
		}
		return code.IntValue(f.Info, n.X)
	case *ast.ForStmt:
		if cond, ok := n.Cond.(*ast.BinaryExpr); ok && cond.Op == token.LSS {
			return code.IntValue(f.Info, cond.Y)
		}
	}
	return 0, false
}

// countedDown tells whether a loop is left when a variable that goes one down or up in each of its rounds has come from the number of the senders to 0,
// or from 0 to that: by then all have been received, since each sends once.
func (f *strandFlow) countedDown(op code.Op, leave, loop inspector.Cursor) bool {
	started, ok := code.LoopAround(op.At)
	if !ok || op.Loop || slices.ContainsFunc(f.sends, func(other code.Op) bool { return other.Cur != op.Cur }) {
		return false
	}
	over, ok := started.Node().(*ast.RangeStmt)
	if !ok {
		return false
	}
	all := func(e ast.Expr) bool { // len(over.X)
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return ok && f.Builtin(call) == "len" && types.ExprString(call.Args[0]) == types.ExprString(over.X)
	}
	for up := range leave.Enclosing((*ast.IfStmt)(nil)) {
		n := up.Node().(*ast.IfStmt)
		b, ok := ast.Unparen(n.Cond).(*ast.BinaryExpr)
		if !ok || !code.Within(n, loop.Node()) || !code.Within(leave.Node(), n.Body) {
			return false
		}
		v := code.Var(f.Info, b.X)
		step := token.ILLEGAL // in the loop's own statements, and once
		for _, use := range f.Uses[v] {
			s, ok := use.Parent().Node().(*ast.IncDecStmt)
			if !ok || !code.Within(s, loop.Node()) {
				continue
			}
			if outer := use.Parent().Parent(); step != token.ILLEGAL || outer.Node() != ast.Node(n) && outer.Parent() != loop {
				return false
			}
			step = s.Tok
		}
		zero, known := code.IntValue(f.Info, b.Y)
		switch step {
		case token.DEC:
			return code.IsLocal(v) && slices.ContainsFunc(f.Origins(v), all) && known && zero == 0 && (b.Op == token.EQL || b.Op == token.LEQ)
		case token.INC:
			return code.IsLocal(v) && all(b.Y) && (b.Op == token.EQL || b.Op == token.GEQ)
		}
		return false
	}
	return false
}
