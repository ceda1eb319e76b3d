// Receivers that leave, or wait, before they have received: part of the rule stranded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// heldUp gives the Wait for the sender's own goroutine that comes before all receives, if there is one.
func (f *strandFlow) heldUp(op code.Op) (at ast.Node) {
	groups := map[*types.Var]bool{}
	for c := range op.Cur.Enclosing((*ast.FuncLit)(nil)) {
		lit := c.Node().(*ast.FuncLit)
		if t := f.Task[lit]; t != nil && t.Owner != nil {
			groups[code.Var(f.Info, t.Owner)] = true
		}
		code.Shallow(lit, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && code.IsCall(f.Info, call, "sync", "WaitGroup.Done") {
				if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
					groups[code.Var(f.Info, sel.X)] = true
				}
			}
			return true
		})
	}
	delete(groups, nil)
	if len(groups) == 0 {
		return nil
	}
	f.flow.After(op.At.Node(), func(step ast.Node) bool {
		if at != nil || f.receives(step) || f.entersLoop(step) {
			return false
		}
		if _, ok := step.(*ast.DeferStmt); ok {
			return true
		}
		if code.Has(step, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			return ok && code.CalleeName(call) == "Wait" && groups[groupOf(f.check, call)]
		}) {
			at = step
		}
		return true
	})
	return at
}

// entersLoop tells whether a step is the head of a loop that receives in its rounds: as many as there are senders, mostly, and so none only if
// there are no senders.
func (f *strandFlow) entersLoop(step ast.Node) bool {
	for _, op := range f.recvs {
		if op.At != op.Cur {
			continue
		}
		loop, ok := code.LoopAround(op.At)
		if !ok {
			continue
		}
		switch n := loop.Node().(type) {
		case *ast.RangeStmt:
			if code.Within(step, n.X) || step == ast.Node(n) {
				return true
			}
		case *ast.ForStmt:
			if n.Cond != nil && code.Within(step, n.Cond) {
				return true
			}
		}
	}
	return false
}

// leftBefore gives a way out of the function that comes after the sender's start and before any receive: rather one of whose condition nothing
// was known before.
func (f *strandFlow) leftBefore(op code.Op, last token.Pos) (at ast.Node) {
	var old ast.Node
	f.flow.After(op.At.Node(), func(step ast.Node) bool {
		if at != nil || f.receives(step) || f.inSelect(step) {
			return false
		}
		if _, ok := step.(*ast.ReturnStmt); ok && step.Pos() < last && !f.noneStarted(op, step) {
			if !f.knownBefore(op, step) {
				at = step
			} else if old == nil {
				old = step
			}
		}
		return true
	})
	if at != nil {
		return at
	}
	if old != nil {
		return old
	}
	for _, recv := range f.recvs {
		if recv.Select == nil || recv.Async || recv.At != recv.Cur || recv.Select.Pos() < op.At.Node().Pos() {
			continue
		}
		for _, s := range recv.Select.Body.List {
			clause := s.(*ast.CommClause)
			if clause == recv.Clause || f.receives(clause) && f.isReceive(clause) || f.saidBySender(clause, op) && !(f.several && code.Has(clause, isReturn)) {
				continue
			}
			f.flow.Clause(clause, func(step ast.Node) bool {
				if at != nil || f.receives(step) || f.endsProgram(step) {
					return false
				}
				if _, ok := step.(*ast.ReturnStmt); ok {
					at = clause
				}
				return true
			})
			if at != nil {
				return at
			}
		}
	}
	return nil
}

func isReturn(n ast.Node) bool { _, ok := n.(*ast.ReturnStmt); return ok }

// noneStarted tells whether a way out is taken only if nothing was started: what is counted in the loop that starts the senders is 0.
func (f *strandFlow) noneStarted(op code.Op, step ast.Node) bool {
	loop, ok := code.LoopAround(op.At)
	cur, found := f.Root.FindNode(step)
	if !ok || !found {
		return false
	}
	for up := range cur.Enclosing((*ast.IfStmt)(nil)) {
		b, ok := ast.Unparen(up.Node().(*ast.IfStmt).Cond).(*ast.BinaryExpr)
		if !ok || b.Op != token.EQL {
			return false
		}
		n, known := code.IntValue(f.Info, b.Y)
		v := code.Var(f.Info, b.X)
		return known && n == 0 && v != nil && slices.ContainsFunc(f.Uses[v], func(use inspector.Cursor) bool {
			_, counts := use.Parent().Node().(*ast.IncDecStmt)
			return counts && code.Within(use.Node(), loop.Node())
		})
	}
	return false
}

// knownBefore tells whether a way out is taken for an error, or for something that is missing, from before the sender's start.
func (f *strandFlow) knownBefore(op code.Op, step ast.Node) bool {
	cur, ok := f.Root.FindNode(step)
	if !ok {
		return false
	}
	for up := range cur.Enclosing((*ast.IfStmt)(nil)) {
		asks := up.Node().(*ast.IfStmt)
		b, ok := ast.Unparen(asks.Cond).(*ast.BinaryExpr)
		if !ok || asks.Init != nil || asks.Pos() < op.At.Node().End() {
			return false
		}
		v := code.Var(f.Info, b.X)
		return v != nil && isNilIdent(f.Info, b.Y) && !slices.ContainsFunc(f.Uses[v], func(use inspector.Cursor) bool {
			_, assigned := use.Parent().Node().(*ast.AssignStmt)
			return assigned && op.At.Node().End() < use.Node().Pos() && use.Node().Pos() < asks.Pos()
		})
	}
	return false
}

// inSelect tells whether a step is in a select that might have received.
func (f *strandFlow) inSelect(step ast.Node) bool {
	for _, recv := range f.recvs {
		if recv.Select != nil && code.Within(step, recv.Select) {
			return true
		}
	}
	return false
}

func (f *strandFlow) isReceive(clause *ast.CommClause) bool {
	return clause.Comm != nil && f.receives(clause.Comm)
}

// saidBySender tells whether a clause is taken because of what the sender's own
// goroutine does with another channel: then it has sent that instead. Of several
// senders it may be another who has said so, which matters where the clause leaves.
func (f *strandFlow) saidBySender(clause *ast.CommClause, op code.Op) bool {
	if clause.Comm == nil {
		return false
	}
	var other *types.Var
	ast.Inspect(clause.Comm, func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.ARROW {
			other = code.Var(f.Info, u.X)
		}
		return other == nil
	})
	if other == nil {
		return false
	}
	for _, use := range f.Uses[other] {
		if code.Within(use.Node(), op.Home) {
			return true
		}
	}
	ops, _, _ := f.ChanOps(other)
	for _, o := range ops {
		if o.Kind != code.Recv && o.At.Node() == op.At.Node() {
			return true
		}
	}
	return false
}

// leftBetween gives a way out between two of several receives.
func (f *strandFlow) leftBetween(op code.Op) ast.Node {
	if !f.several && !op.Loop {
		return nil
	}
	end := token.NoPos
	for _, recv := range f.recvs {
		end = max(end, recv.At.Node().Pos())
	}
	for _, recv := range f.recvs {
		if recv.At != recv.Cur {
			continue
		}
		loop, ok := code.LoopOf(recv)
		if ok {
			counted := recv.Kind == code.RangeOver
			switch n := loop.Node().(type) {
			case *ast.ForStmt:
				counted = counted || n.Cond != nil
			case *ast.RangeStmt:
				counted = true
			}
			if code.Within(op.At.Node(), loop.Node()) { // a round sends and receives
				continue
			}
			for _, l := range f.Leaves(recv) {
				switch l.Reason {
				case code.OnClosed, code.OnOther:
					continue
				case code.OnError:
					if f.atLast(recv, l.Cur) {
						continue
					}
				case code.OnCondition:
					if !counted || f.countedDown(op, l.Cur, loop) {
						continue
					}
				case code.OnContext:
					if recv.Select == nil && !counted {
						continue
					}
				}
				if !l.Return && end > loop.Node().End() { // it may be drained there
					continue
				}
				return l.Cur.Node()
			}
			continue
		}
		if op.Many || op.Loop {
			continue
		}
		var at ast.Node
		f.flow.After(recv.At.Node(), func(step ast.Node) bool {
			if at != nil || f.receives(step) {
				return false
			}
			if _, ok := step.(*ast.ReturnStmt); ok && step.Pos() < end {
				at = step
			}
			return true
		})
		if at != nil {
			return at
		}
	}
	return nil
}
