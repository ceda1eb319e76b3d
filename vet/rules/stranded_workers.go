// Workers that receive, and may all have ended: part of the rule stranded.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/braid-go/braid/vet/internal/code"
)

// workers: goroutines receive in loops, and may all leave while somebody sends.
func (f *strandFlow) workers() {
	for _, op := range f.sends {
		if !op.Many && !op.Loop {
			continue
		}
		onError, onCtx, at := f.gone(op)
		if !onError && !onCtx {
			continue
		}
		way, ctxs := f.Ways(op.Select, op.Clause)
		switch {
		case way == code.NoWayout:
			f.tell(op, "workers", fmt.Sprintf("all who receive from %s may have ended (line %d): then this send blocks for ever; select on a context that ends with them", f.v.Name(), f.line(at)))
		case way == code.ByContext && onError && f.foreign(ctxs):
			f.tell(op, "workers", fmt.Sprintf("all who receive from %s may have ended at an error (line %d), and nothing cancels this context then: the send blocks until it ends by itself; use the context of a group that the workers are tasks of", f.v.Name(), f.line(at)))
		}
	}
}

// gone tells whether all who receive may have left before a send: at an error, or at one or because a context has ended; at is such a way out.
func (f *strandFlow) gone(send code.Op) (onError, onCtx bool, at ast.Node) {
	onError, onCtx = true, true
	for _, op := range f.recvs {
		if _, ok := code.LoopOf(op); !ok {
			return false, false, nil
		}
		failed, ended := false, false
		for _, l := range f.Leaves(op) {
			switch {
			case l.Reason == code.OnOther:
				return false, false, nil // somebody tells the workers to end, and may tell the producer
			case l.Reason == code.OnError && !f.atLast(op, l.Cur):
				failed, at = true, l.Cur.Node()
			case l.Reason == code.OnContext && !f.endsAfter(op, l.Cur, send):
				ended = true
				if at == nil {
					at = l.Cur.Node()
				}
			}
		}
		onError = onError && failed
		onCtx = onCtx && (failed || ended)
	}
	return onError, onCtx, at
}

// foreign tells whether none of the contexts is made in a function around the channel: they are parameters,
// which the end of the workers does not cancel.
func (f *strandFlow) foreign(ctxs []*types.Var) bool {
	for _, ctx := range ctxs {
		if ctx == nil || !code.IsLocal(ctx) || ctx.Kind() != types.ParamVar {
			return false
		}
		in, ok := f.DeclaredIn(ctx)
		if !ok {
			return false
		}
		if lit, ok := in.Node().(*ast.FuncLit); ok && f.Task[lit] != nil { // a task's own
			return false
		}
		if len(f.Origins(ctx)) > 0 {
			return false
		}
	}
	return len(ctxs) > 0
}
