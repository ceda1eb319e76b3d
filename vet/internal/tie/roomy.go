// Channels with room for all that is ever sent to them: nobody waits to send.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// roomy tells whether a channel holds as much as is sent to it: as many values as there are sends, or one for
// each round of a loop.
func (g *group) roomy(v *types.Var) bool {
	call, ok := g.f.Only(v).(*ast.CallExpr)
	if !ok || !code.IsLocal(v) || g.f.Builtin(call) != "make" || len(call.Args) < 2 {
		return false
	}
	var sends []inspector.Cursor
	for _, use := range g.f.Uses[v] {
		switch kind, _ := use.ParentEdge(); kind {
		case edge.SendStmt_Chan:
			sends = append(sends, use)
		case edge.UnaryExpr_X:
			if use.Parent().Node().(*ast.UnaryExpr).Op != token.ARROW {
				return false
			}
		case edge.RangeStmt_X:
		case edge.CallExpr_Args:
			if call := use.Parent().Node().(*ast.CallExpr); g.f.Builtin(call) == "" && !g.onlyReceives(call, use.Node()) {
				return false
			}
		default:
			return false
		}
	}
	loops := 0
	for _, send := range sends {
		around, known := g.loopsAround(send, v)
		if !known || len(around) > 1 || len(around) == 1 && g.loop(around[0], call.Args[1]) == nil {
			return false
		}
		loops += len(around)
	}
	if loops > 0 {
		return len(sends) == 1
	}
	n, constant := code.IntValue(g.f.Info, call.Args[1])
	return constant && int64(len(sends)) <= n
}

// onlyReceives tells whether a function that is given a channel cannot send to it.
func (g *group) onlyReceives(call *ast.CallExpr, arg ast.Node) bool {
	sig, ok := g.f.Info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !ok {
		return false
	}
	i := slices.IndexFunc(call.Args, func(e ast.Expr) bool { return ast.Node(e) == arg })
	if i < 0 || i >= sig.Params().Len() {
		return false
	}
	ch, ok := sig.Params().At(i).Type().Underlying().(*types.Chan)
	return ok && ch.Dir() == types.RecvOnly
}

// loopsAround gives the loops between a place and the declaration of a variable; they are not known if the place is in a
// literal that may be called at any time.
func (g *group) loopsAround(cur inspector.Cursor, v *types.Var) (loops []ast.Stmt, known bool) {
	for c := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		n := c.Node()
		if code.Within(g.f.declOf(v), n) {
			return loops, true
		}
		if lit, ok := n.(*ast.FuncLit); ok {
			if kind, _ := c.ParentEdge(); kind != edge.CallExpr_Fun && g.f.Task[lit] == nil {
				return nil, false
			}
			continue
		}
		loops = append(loops, n.(ast.Stmt))
	}
	return nil, false
}
