// Iterators that receive, and are left by the loop over them: part of the rule stranded.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// brokenOff: goroutines send until a context ends, which the function has from its caller, and an iterator receives, which returns when the loop over it is
// left. Nothing ends the senders then.
func (f *strandFlow) brokenOff() {
	yield := f.yield()
	if yield == nil {
		return
	}
	for _, op := range f.sends {
		way, ctxs := f.Ways(op.Select, op.Clause)
		if way != code.ByContext || !op.Async || !op.Loop || f.fitsIn(op) {
			continue
		}
		for i, ctx := range ctxs {
			ctxs[i] = f.givenAs(ctx, op)
		}
		if at := f.leftAt(yield); at != nil && f.foreign(ctxs) {
			f.tell(op, "iterator", fmt.Sprintf("who iterates may leave at line %d, and nothing cancels %s then: this send would block until that ends by itself; derive a context, and cancel it on each way out", f.line(at), ctxs[0].Name()))
		}
	}
}

// yield gives the one parameter of an iterator, of the form func(yield func(…) bool), if the channel is made in one.
func (f *strandFlow) yield() *types.Var {
	typ, _ := code.FuncParts(f.in.Node())
	if typ == nil || typ.Results != nil || typ.Params.NumFields() != 1 || len(typ.Params.List[0].Names) != 1 {
		return nil
	}
	v := code.Var(f.Info, typ.Params.List[0].Names[0])
	if v == nil {
		return nil
	}
	sig, ok := under(v.Type()).(*types.Signature)
	if !ok || sig.Results().Len() != 1 || !isBool(sig.Results().At(0).Type()) {
		return nil
	}
	return v
}

// fitsIn tells whether the loop that sends goes round no more often than the channel has room.
func (f *strandFlow) fitsIn(op code.Op) bool {
	loop, ok := code.LoopAround(op.Cur)
	if !ok || f.room == 0 {
		return false
	}
	n, known := f.roundsOf(loop)
	return known && n <= f.room
}

// leftAt gives a way out of the loop that receives, which is taken because yield has said no, and behind which nothing more is received.
func (f *strandFlow) leftAt(yield *types.Var) ast.Node {
	for _, recv := range f.recvs {
		loop, ok := code.LoopOf(recv)
		if !ok || recv.At != recv.Cur {
			continue
		}
		drained := slices.ContainsFunc(f.recvs, func(other code.Op) bool { return other.At.Node().Pos() > loop.Node().End() })
		for _, l := range f.Leaves(recv) {
			if (l.Return || !drained) && f.saysNo(l.Cur, loop, yield) {
				return l.Cur.Node()
			}
		}
	}
	return nil
}

// saysNo tells whether a way out of a loop is in the branch of an if that asks yield.
func (f *strandFlow) saysNo(leave, loop inspector.Cursor, yield *types.Var) bool {
	for up := range leave.Enclosing((*ast.IfStmt)(nil), (*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		if up == loop {
			return false
		}
		n, ok := up.Node().(*ast.IfStmt)
		if !ok {
			continue
		}
		asks := func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			return ok && code.Var(f.Info, call.Fun) == yield
		}
		if code.Has(n.Cond, asks) || n.Init != nil && code.Has(n.Init, asks) {
			return true
		}
	}
	return false
}
