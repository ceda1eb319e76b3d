// Groups as they are made: which statements make one, and of what kind.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// made gives the group that a statement makes, or nil.
func (f *finder) made(s ast.Stmt) *group {
	var names []*ast.Ident
	var value ast.Expr
	switch s := s.(type) {
	case *ast.DeclStmt:
		d, ok := s.Decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR || len(d.Specs) != 1 {
			return nil
		}
		spec := d.Specs[0].(*ast.ValueSpec)
		if len(spec.Names) != 1 || len(spec.Values) > 1 {
			return nil
		}
		names = spec.Names
		if len(spec.Values) == 1 {
			value = spec.Values[0]
		}
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE || len(s.Rhs) != 1 {
			return nil
		}
		for _, l := range s.Lhs {
			names = append(names, l.(*ast.Ident))
		}
		value = s.Rhs[0]
	default:
		return nil
	}
	v, _ := f.Info.Defs[names[0]].(*types.Var)
	if v == nil {
		return nil
	}
	g := &group{f: f, v: v}
	pooled := false
	switch t := v.Type(); {
	case code.IsNamed(t, "sync", "WaitGroup"):
		g.kind = waitGroup
	case code.IsNamed(t, code.Errgroup, "Group"):
		g.kind = errGroup
	case code.IsNamed(t, code.Conc, "WaitGroup"):
		g.kind = concGroup
	case code.IsNamed(t, code.ConcPool, "Pool"), code.IsNamed(t, code.ConcPool, "ErrorPool"), code.IsNamed(t, code.ConcPool, "ContextPool"):
		pooled = true
	case code.IsNamed(t, code.ConcPool, "ResultPool"), code.IsNamed(t, code.ConcPool, "ResultErrorPool"), code.IsNamed(t, code.ConcPool, "ResultContextPool"):
		g.kind, g.unlike = concResults, "its tasks have results: braid.All gives those of functions, and braid.Map those of items, in their order"
	default:
		return nil
	}
	// Only now is the file read: most statements make no group.
	if g.file = edit.At(f.pass, s.Pos()); g.file == nil || pooled && !g.pool(value) {
		return nil
	}
	call, _ := value.(*ast.CallExpr)
	switch {
	case len(names) == 2:
		if call == nil || !code.IsCall(f.Info, call, code.Errgroup, "WithContext") {
			return nil
		}
		g.kind, g.outer = ctxGroup, call.Args[0]
		g.ctx, _ = f.Info.ObjectOf(names[1]).(*types.Var)
	case len(names) != 1:
		return nil
	case !pooled && g.kind != concResults && value != nil && !f.fresh(value):
		return nil // others have it too
	}
	return g
}

// fresh tells whether an expression makes a new, empty group: T{}, &T{}, new(T) or conc's constructor.
func (f *finder) fresh(e ast.Expr) bool {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = u.X
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return len(e.Elts) == 0
	case *ast.CallExpr:
		return f.Builtin(e) == "new" && f.Info.Types[e.Args[0]].IsType() || code.IsCall(f.Info, e, code.Conc, "NewWaitGroup")
	}
	return false
}

// pool takes pool.New().WithMaxGoroutines(n).… apart. It is false if the pool is not made so.
func (g *group) pool(value ast.Expr) bool {
	methods := map[string]*ast.CallExpr{}
	for {
		call, ok := value.(*ast.CallExpr)
		if !ok {
			return false
		}
		fn := code.Callee(g.f.Info, call)
		if code.Is(fn, code.ConcPool, "New") {
			break
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || methods[sel.Sel.Name] != nil {
			return false
		}
		methods[sel.Sel.Name] = call
		value = sel.X
	}
	g.kind, g.supervised = concGroup, true
	for name, call := range methods {
		switch name {
		case "WithMaxGoroutines":
			if n, ok := code.IntValue(g.f.Info, call.Args[0]); !ok || n < 1 {
				g.unlike = "its limit is no positive constant"
			}
			g.limit = g.file.Text(call.Args[0])
		case "WithErrors":
			if g.kind != concCtx {
				g.kind = concErrs
			}
		case "WithContext":
			g.kind, g.outer = concCtx, call.Args[0]
		case "WithCancelOnError", "WithFailFast":
			g.supervised = false
		case "WithFirstError": // braid's error has the others too, as for an errgroup
		default:
			g.unlike = "its " + name + " has no twin"
		}
	}
	return true
}
