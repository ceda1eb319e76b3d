// Channels in fields: what a package does with a channel that an unexported field of one of its types holds. The type owns it if all
// that is done with it is in sight: then it is known who sends, who receives and until when, and who closes it.

package code

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
)

// FieldChan is what a package does with the channel in a field, of whichever object.
type FieldChan struct {
	Sends, Recvs, Closes []Op
	Unbuffered           bool // each that is made has no room
}

// FieldChan gives what is done with the channel in a field; nil if some of it may be out of sight.
func (x *Index) FieldChan(v *types.Var) *FieldChan {
	if v == nil || !v.IsField() || v.Exported() || v.Pkg() != x.Pass.Pkg {
		return nil
	}
	made := x.Origins(v)
	f := &FieldChan{Unbuffered: len(made) > 0}
	for _, e := range made {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok || x.Builtin(call) != "make" {
			if tv, known := x.Info.Types[e]; known && tv.IsNil() {
				continue
			}
			return nil // somebody else's
		}
		if len(call.Args) > 1 {
			n, known := IntValue(x.Info, call.Args[1])
			f.Unbuffered = f.Unbuffered && known && n == 0
		}
	}
	for _, use := range x.Uses[v] {
		cur := use
		if kind, _ := cur.ParentEdge(); kind == edge.SelectorExpr_Sel {
			cur = cur.Parent()
		} else if kind == edge.KeyValueExpr_Key {
			continue
		}
		parent := cur.Parent()
		op := Op{Own: v}
		switch kind, _ := cur.ParentEdge(); kind {
		case edge.SendStmt_Chan:
			op.Kind = Send
		case edge.UnaryExpr_X:
			if parent.Node().(*ast.UnaryExpr).Op != token.ARROW {
				return nil
			}
			op.Kind = Recv
		case edge.RangeStmt_X:
			op.Kind = RangeOver
		case edge.AssignStmt_Lhs, edge.BinaryExpr_X, edge.BinaryExpr_Y:
			continue
		case edge.CallExpr_Args:
			switch x.Builtin(parent.Node().(*ast.CallExpr)) {
			case "len", "cap":
				continue
			case "close":
				op.Kind = Close
			default:
				return nil
			}
		default:
			return nil
		}
		op.Cur, op.At = parent, parent
		if fn, ok := FuncAround(parent); ok {
			op.Home = fn.Node()
		}
		op.Clause, op.Select = commOf(op.Cur)
		switch op.Kind {
		case Send:
			f.Sends = append(f.Sends, op)
		case Close:
			f.Closes = append(f.Closes, op)
		default:
			f.Recvs = append(f.Recvs, op)
		}
	}
	return f
}

// Drained tells whether one of those who receive goes on until the channel is closed.
func (f *FieldChan) Drained(x *Index) bool {
	for _, op := range f.Recvs {
		if _, looped := LoopOf(op); !looped {
			continue
		}
		on := true
		for _, l := range x.Leaves(op) {
			on = on && l.Reason == OnClosed
		}
		if on {
			return true
		}
	}
	return false
}

// Left tells whether somebody receives, and all who do may leave otherwise than because the channel is closed.
func (f *FieldChan) Left(x *Index) bool {
	for _, op := range f.Recvs {
		left := false
		for _, l := range x.Leaves(op) {
			left = left || l.Reason == OnContext || l.Reason == OnOther || l.Reason == OnError
		}
		if !left {
			return false
		}
	}
	return len(f.Recvs) > 0
}
