// Loops over what a function sends, which are left while it goes on sending: part of the rule stranded.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// leftStreams finds calls of functions that send round by round to the channel they return, where less is received.
func (c *check) leftStreams() {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !c.Streams(code.Callee(c.Info, call)) {
			continue
		}
		fn, ok := code.FuncAround(cur)
		if !ok || c.inMain(cur) { // the program ends with it
			continue
		}
		name := code.CalleeName(call)
		recvs := c.recvsOf(cur, fn)
		looped := slices.ContainsFunc(recvs, func(op code.Op) bool { _, in := code.LoopOf(op); return in })
		if len(recvs) == 1 && !looped {
			c.report(call, "left", fmt.Sprintf("a goroutine of %s sends more to its channel than is received here: it would block for ever; hand it a context, and cancel that", name))
			continue
		}
		for _, op := range recvs {
			if at := c.leftAlone(op, recvs); at != nil {
				c.report(call, "left", fmt.Sprintf("the loop over this channel may be left at line %d, and a goroutine of %s goes on sending: it would block for ever; hand it a context, and cancel that on each way out", c.Fset.Position(at.Pos()).Line, name))
				break
			}
		}
	}
}

// recvsOf gives what is received in a function from the channel that a call gives; nothing if it is received elsewhere too, or may be.
func (c *check) recvsOf(call, fn inspector.Cursor) []code.Op {
	kind, i := call.ParentEdge()
	up := call.Parent()
	switch kind {
	case edge.RangeStmt_X:
		return []code.Op{{Kind: code.RangeOver, Cur: up, Home: fn.Node()}}
	case edge.UnaryExpr_X:
		if _, loops := code.LoopAround(up); !loops { // a round calls it
			return []code.Op{{Kind: code.Recv, Cur: up, Home: fn.Node()}}
		}
	case edge.AssignStmt_Rhs:
		as := up.Node().(*ast.AssignStmt)
		v := code.Var(c.Info, as.Lhs[i])
		if as.Tok != token.DEFINE || !code.IsLocal(v) || len(c.Origins(v)) != 1 {
			return nil
		}
		ops, in, all := c.ChanOps(v)
		if _, again := code.LoopAround(up); !all || again || in != fn || slices.ContainsFunc(ops, func(op code.Op) bool {
			return op.Async || op.Deferred || op.At != op.Cur || op.Kind != code.Recv && op.Kind != code.RangeOver
		}) {
			return nil
		}
		return ops
	}
	return nil
}

// leftAlone gives a way out of the loop that receives, behind which nothing more is received.
func (c *check) leftAlone(op code.Op, all []code.Op) ast.Node {
	loop, ok := code.LoopOf(op)
	if !ok {
		return nil
	}
	drained := slices.ContainsFunc(all, func(other code.Op) bool { return other.Cur.Node().Pos() > loop.Node().End() })
	for _, l := range c.Leaves(op) {
		if l.Reason != code.OnClosed && (l.Return || !drained) {
			return l.Cur.Node()
		}
	}
	return nil
}
