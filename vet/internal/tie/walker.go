// Walks over code for what waits, and for what ends waits.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/braid-go/braid/vet/internal/code"
)

const deepest = 3 // how many calls of functions are followed

// walker collects what a piece of code does.
type walker struct {
	f     *finder
	g     *group
	homes []ast.Node          // functions whose variables nobody else has
	env   map[*types.Var]spot // what parameters stand for
	calls []*types.Func       // the functions that are being followed
	lits  []*ast.FuncLit      // and the literals
	risky bool                // something before may have panicked
	async bool                // on another goroutine
	acts  []act
}

func (w *walker) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(ast.Stmt); ok && slices.Contains(w.g.delete, s) {
			return false
		}
		switch n := n.(type) {
		case *ast.GoStmt:
			w.started(n)
			return false
		case *ast.ExprStmt:
			if w.g.isTask(n) {
				return false
			}
		case *ast.DeferStmt:
			before := w.risky
			w.walk(n.Call)
			w.risky = before
			return false
		case *ast.AssignStmt, *ast.ValueSpec:
			w.assigned(n)
			return false
		case *ast.SelectStmt:
			w.chosen(n)
			return false
		case *ast.SendStmt:
			w.send(n, false)
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				w.receive(n.X, false, false)
			}
		case *ast.ForStmt:
			w.risky = w.risky || code.Has(n.Body, w.mayPanic)
		case *ast.RangeStmt:
			if _, is := w.f.Info.TypeOf(n.X).Underlying().(*types.Chan); is {
				w.receive(n.X, false, true)
			}
			w.risky = w.risky || code.Has(n.Body, w.mayPanic)
		case *ast.CallExpr:
			for _, arg := range n.Args {
				w.walk(arg)
			}
			w.call(n)
			return false
		}
		return true
	})
}

// started looks at a go statement: nobody waits for what it starts, unless that is a task.
func (w *walker) started(n *ast.GoStmt) {
	for _, arg := range n.Call.Args {
		w.walk(arg)
	}
	if w.g.isTask(n) {
		return
	}
	async, risky := w.async, w.risky
	w.async = true
	w.call(n.Call)
	w.async, w.risky = async, risky
}

// assigned leaves out literals that are kept in a variable: they run where that is called.
func (w *walker) assigned(n ast.Node) {
	var parts []ast.Expr
	switch n := n.(type) {
	case *ast.AssignStmt:
		parts = slices.Concat(n.Lhs, n.Rhs)
		for _, l := range n.Lhs {
			w.add(l, act{what: open}) // what it holds from now on is its own to close
		}
	case *ast.ValueSpec:
		parts = n.Values
	}
	for _, e := range parts {
		if _, ok := ast.Unparen(e).(*ast.FuncLit); !ok {
			w.walk(e)
		}
	}
}

// chosen looks at a select. It goes on without its channels by a default, a time, or the end of the group.
func (w *walker) chosen(n *ast.SelectStmt) {
	way := false
	for _, s := range n.Body.List {
		way = way || w.wayOut(s.(*ast.CommClause))
	}
	for _, s := range n.Body.List {
		clause := s.(*ast.CommClause)
		switch comm := clause.Comm.(type) {
		case *ast.SendStmt:
			w.send(comm, way)
			w.walk(comm.Value)
		case *ast.ExprStmt:
			w.received(comm.X, way)
		case *ast.AssignStmt:
			w.received(comm.Rhs[0], way)
		}
		for _, s := range clause.Body {
			w.walk(s)
		}
	}
}

func (w *walker) received(e ast.Expr, way bool) {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		w.receive(u.X, way, false)
	}
}

func (w *walker) wayOut(clause *ast.CommClause) bool {
	if clause.Comm == nil {
		return true
	}
	es, ok := clause.Comm.(*ast.ExprStmt)
	if !ok {
		return false
	}
	u, ok := ast.Unparen(es.X).(*ast.UnaryExpr)
	if !ok {
		return false
	}
	if call, ok := ast.Unparen(u.X).(*ast.CallExpr); ok && code.IsCall(w.f.Info, call, "time", "After") {
		return true
	}
	ctx := w.f.DoneOf(es.X)
	return ctx != nil && w.endsWithGroup(ctx)
}

// endsWithGroup tells whether a context is the group's own.
func (w *walker) endsWithGroup(ctx ast.Expr) bool {
	s, ok := w.spot(ctx)
	if ok && w.g.ctx != nil && s == (spot{root: w.g.ctx}) {
		return true
	}
	v := code.Var(w.f.Info, ctx)
	return w.g.kind == concCtx && v != nil && slices.ContainsFunc(w.g.tasks, func(t *task) bool {
		return t.lit != nil && code.CtxParam(w.f.Info, t.lit.Type) == v
	})
}

func (w *walker) send(n *ast.SendStmt, way bool) {
	w.add(n.Chan, act{what: room, way: way})
	w.add(n.Chan, act{what: item, gives: true, way: way})
}

func (w *walker) receive(ch ast.Expr, way, all bool) {
	w.add(ch, act{what: item, way: way, all: all})
	w.add(ch, act{what: room, gives: true, way: way, all: all})
}

func (w *walker) add(e ast.Expr, a act) {
	s, ok := w.spot(e)
	if !ok || s.root == w.g.v {
		return
	}
	a.at, a.v = s, code.Var(w.f.Info, e)
	if s.path == "" {
		a.v = s.root
	}
	a.way = a.way || w.async
	a.sure = !w.risky && !w.async
	w.acts = append(w.acts, a)
}

// call looks at a call, and into what is called.
func (w *walker) call(n *ast.CallExpr) {
	if w.f.Builtin(n) == "close" {
		w.add(n.Args[0], act{what: item, gives: true, all: true})
		return
	}
	w.ended(n)
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok {
		w.walk(sel.X)
		for _, m := range methods {
			if code.IsCall(w.f.Info, n, m.path, m.name) {
				way := m.way || m.name == "Weighted.Acquire" && w.endsWithGroup(n.Args[0])
				w.add(sel.X, act{what: m.what, gives: m.gives, way: way})
				return
			}
		}
	}
	if lit := w.literal(n.Fun); lit != nil {
		if !slices.Contains(w.lits, lit) {
			w.follow(lit, n)
		}
		return
	}
	fn := code.Callee(w.f.Info, n)
	if decl, ok := w.f.Decls[fn]; ok && len(w.calls) < deepest && !slices.Contains(w.calls, fn) {
		inner := &walker{f: w.f, g: w.g, calls: append(slices.Clone(w.calls), fn), risky: w.risky, async: w.async}
		inner.env = map[*types.Var]spot{}
		w.bind(decl.Node(), n, inner.env)
		inner.homes = []ast.Node{decl.Node()}
		inner.walk(decl.Node().(*ast.FuncDecl).Body)
		w.acts = append(w.acts, inner.acts...)
	}
	w.risky = w.risky || w.mayPanic(n)
}

// literal gives the literal that is called: in place, or by the variable that keeps it.
func (w *walker) literal(fun ast.Expr) *ast.FuncLit {
	if id, ok := ast.Unparen(fun).(*ast.Ident); ok {
		v, _ := w.f.Info.Uses[id].(*types.Var)
		if made := w.f.Only(v); made != nil && code.IsLocal(v) {
			fun = made
		}
	}
	lit, _ := ast.Unparen(fun).(*ast.FuncLit)
	return lit
}

func (w *walker) follow(lit *ast.FuncLit, call *ast.CallExpr) {
	inner := *w
	inner.env = map[*types.Var]spot{}
	maps.Copy(inner.env, w.env)
	inner.lits = append(slices.Clone(w.lits), lit)
	w.bind(lit, call, inner.env)
	inner.homes = append(slices.Clone(w.homes), lit)
	inner.walk(lit.Body)
	w.acts, w.risky = inner.acts, inner.risky
}

// bind notes what the receiver and the parameters of a function stand for in a call.
func (w *walker) bind(fn ast.Node, call *ast.CallExpr, env map[*types.Var]spot) {
	ft, _ := code.FuncParts(fn)
	for i, arg := range call.Args {
		if p, ok := code.ParamAt(w.f.Info, ft, i); ok && p != nil {
			if s, ok := w.spot(arg); ok {
				env[p] = s
			}
		}
	}
	decl, ok := fn.(*ast.FuncDecl)
	sel, ok2 := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || !ok2 || decl.Recv == nil || len(decl.Recv.List[0].Names) == 0 {
		return
	}
	if v, ok := w.f.Info.Defs[decl.Recv.List[0].Names[0]].(*types.Var); ok {
		if s, ok := w.spot(sel.X); ok {
			env[v] = s
		}
	}
}
