// What is left undone where a task does not start. A group whose context has died starts none, and those would have closed
// something, or sent what somebody outside of the group waits for.

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

const noneStarts = ", and in a dead context no task starts"

// undone tells what a group with a context would leave undone that somebody outside of it counts on, or "". What is between its tasks and its join is
// told of by held.
func (g *group) undone() string {
	if g.kind != ctxGroup && g.kind != concCtx {
		return ""
	}
	for _, t := range g.tasks {
		w := &walker{f: g.f, g: g, homes: []ast.Node{t.lit}, env: map[*types.Var]spot{}}
		w.walk(t.lit.Body)
		for _, a := range w.acts {
			switch {
			case !a.gives || a.way:
			case a.what == open:
				if !slices.ContainsFunc(w.acts, func(b act) bool { return b.what == open && !b.gives && b.at == a.at }) {
					return "a task closes or gives back " + a.at.String() + ", which would be left as it is in a dead context: braid.GoWith"
				}
			case !g.f.neutral(a.at, w.acts) && g.outside(a):
				if a.what == item && a.all {
					return "a task closes " + a.at.String() + ", which would stay open in a dead context: close it behind the join"
				}
				return "somebody may wait for " + a.at.String() + ", which tasks " + a.what.String() + noneStarts
			}
		}
		if call := g.putsBack(t.lit, w); call != "" {
			return "a task defers " + call + noneStarts + ": braid.GoWith"
		}
	}
	for _, s := range g.list[g.first:g.join] {
		if what := g.waitsBlindly(s); what != "" {
			return "what is between its tasks and its join waits for " + what + ", which is in the hands of tasks" + noneStarts
		}
	}
	return ""
}

// outside tells whether somebody who is not between the first task and the join may wait for what a task does.
func (g *group) outside(a act) bool {
	v := a.at.root
	if !code.IsLocal(v) || code.IsParam(g.f.Info, v) || a.at.path != "" {
		return a.what != room // whoever sends has to reckon with tasks that have failed
	}
	found := false
	for _, use := range g.f.Uses[v] {
		at := use.Node().Pos()
		if g.place() <= at && at < g.list[g.join].Pos() && (g.inTask(use.Node()) || !inGo(use)) || at >= g.list[g.join].End() && g.leaves() {
			continue
		}
		switch kind, _ := use.ParentEdge(); {
		case a.what == item && !a.all && kind == edge.CallExpr_Args && g.f.Builtin(use.Parent().Node().(*ast.CallExpr)) == "close":
			return false // the function around ends the wait itself
		case g.f.UseOf(use) == code.Assigned:
		case a.what == room:
			found = found || kind == edge.SendStmt_Chan && !inSelect(use)
		default:
			found = true
		}
	}
	return found
}

// inGo tells whether a place is in a goroutine that the function starts.
func inGo(use inspector.Cursor) bool {
	for range use.Enclosing((*ast.GoStmt)(nil)) {
		return true
	}
	return false
}

func inSelect(use inspector.Cursor) bool {
	kind, _ := use.Parent().ParentEdge()
	return kind == edge.CommClause_Comm
}

// leaves tells whether the function returns when the join has an error, so that what stands behind it runs only if all tasks did.
func (g *group) leaves() bool {
	check, ok := g.list[g.join].(*ast.IfStmt)
	if _, returns := g.list[g.join].(*ast.ReturnStmt); returns {
		return true
	}
	if !ok && g.join+1 < len(g.list) {
		check, ok = g.list[g.join+1].(*ast.IfStmt)
		as, assigned := g.list[g.join].(*ast.AssignStmt)
		if !ok || !assigned || check.Init != nil || !g.f.mentions(check.Cond, code.Var(g.f.Info, as.Lhs[0])) {
			return false
		}
	}
	if !ok || len(check.Body.List) == 0 {
		return false
	}
	cond, ok := check.Cond.(*ast.BinaryExpr)
	_, returns := check.Body.List[len(check.Body.List)-1].(*ast.ReturnStmt)
	return ok && returns && cond.Op == token.NEQ && g.f.Info.Types[cond.Y].IsNil()
}

// putsBack gives a deferred call of a task's that belongs to something which was done before the task: on what the task does not own, and
// calls nothing else of. Or "".
func (g *group) putsBack(lit *ast.FuncLit, w *walker) (call string) {
	code.Shallow(lit.Body, func(n ast.Node) bool {
		d, ok := n.(*ast.DeferStmt)
		if !ok || call != "" {
			return call == ""
		}
		on := d.Call.Fun
		if sel, ok := ast.Unparen(on).(*ast.SelectorExpr); ok {
			on = sel.X
		}
		at, captured := w.spot(on)
		known := slices.ContainsFunc(w.acts, func(a act) bool { return a.at == at })
		if captured && !known && !callsElse(lit, w, d.Call, at) {
			call = g.file.Text(d.Call.Fun)
		}
		return true
	})
	return call
}

func callsElse(lit *ast.FuncLit, w *walker, not *ast.CallExpr, at spot) bool {
	return code.Has(lit.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || call == not {
			return false
		}
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return false
		}
		s, ok := w.spot(sel.X)
		return ok && s == at
	})
}

// waitsBlindly gives what a statement waits for if that may well be a task's doing although none is seen to do it: a channel that a call gives, or a
// condition of a loop, of something that tasks use. Or "".
func (g *group) waitsBlindly(s ast.Stmt) (what string) {
	w := &walker{f: g.f, g: g}
	blind := func(e ast.Expr) {
		if e == nil || what != "" {
			return
		}
		ast.Inspect(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v, ok := g.f.Info.Uses[id].(*types.Var)
			if ok && !v.IsField() && v != g.ctx && slices.ContainsFunc(g.tasks, func(t *task) bool { return g.f.mentions(t.lit, v) }) {
				what = g.file.Text(e)
			}
			return what == ""
		})
	}
	isCall := func(e ast.Expr) bool {
		_, is := ast.Unparen(e).(*ast.CallExpr)
		ctx := g.f.DoneOf(e)
		return is && (ctx == nil || !w.endsWithGroup(ctx))
	}
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return !slices.ContainsFunc(g.tasks, func(t *task) bool { return t.lit == n })
		case *ast.SelectStmt:
			return !slices.ContainsFunc(n.Body.List, func(s ast.Stmt) bool { return w.wayOut(s.(*ast.CommClause)) })
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && isCall(n.X) {
				blind(n.X)
			}
		case *ast.RangeStmt:
			if _, is := g.f.Info.TypeOf(n.X).Underlying().(*types.Chan); is && isCall(n.X) {
				blind(n.X)
			}
		case *ast.ForStmt:
			if n.Post == nil && n.Cond != nil && code.Has(n.Cond, w.asks) && !slices.ContainsFunc(g.tasks, func(t *task) bool { return code.Within(t.stmt, n) }) {
				blind(n.Cond)
			}
		}
		return true
	})
	return what
}

// asks tells whether a node is a call that may give something else the next time.
func (w *walker) asks(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	return ok && w.f.Builtin(call) == ""
}

// closers are methods that end what stays as it is without them.
var closers = []string{"Close", "CloseWithError", "CloseWrite", "CloseSend", "Stop", "GracefulStop", "Shutdown", "Cancel", "Rollback"}

// ended notes what a call ends: something by a method of that kind, a file that is removed, a context, a number that is counted down. It tells whether it is such a call.
func (w *walker) ended(n *ast.CallExpr) {
	sel, isSel := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	fn := code.Callee(w.f.Info, n)
	switch {
	case code.Is(fn, "os", "Remove"), code.Is(fn, "os", "RemoveAll"):
		ast.Inspect(n.Args[0], func(m ast.Node) bool {
			if id, ok := m.(*ast.Ident); ok {
				if v, ok := w.f.Info.Uses[id].(*types.Var); ok && !v.IsField() {
					w.add(id, act{what: open, gives: true})
				}
			}
			return true
		})
	case code.IsNamed(w.f.Info.TypeOf(n.Fun), "context", "CancelFunc"), code.IsNamed(w.f.Info.TypeOf(n.Fun), "context", "CancelCauseFunc"):
		w.add(n.Fun, act{what: open, gives: true})
	case !isSel || fn == nil || fn.Signature().Recv() == nil:
	case fn.Pkg() != nil && fn.Pkg().Path() == "sync/atomic" && fn.Name() == "Add" && len(n.Args) == 1:
		by, known := code.IntValue(w.f.Info, n.Args[0])
		w.add(sel.X, act{what: open, gives: known && by < 0})
	case slices.Contains(closers, fn.Name()) && (fn.Pkg() == nil || fn.Pkg().Path() != "time"):
		w.add(sel.X, act{what: open, gives: true})
	}
}
