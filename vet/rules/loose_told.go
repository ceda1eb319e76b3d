// What a goroutine that nobody waits for leaves for others, or says only: evidence that it is meant so, or that it works for
// whoever has started it. Part of the rule loose.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// handsOn tells whether a goroutine gives what a call with a context has given it, other than an error, to something from outside of it: somebody is told.
func (c *check) handsOn(lit *ast.FuncLit) (told bool) {
	found := map[*types.Var]bool{}
	asked := func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && c.CtxArg(call) != nil
	}
	code.Shallow(lit.Body, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok && len(as.Rhs) == 1 && code.Has(as.Rhs[0], asked) {
			for _, l := range as.Lhs {
				v := code.Var(c.Info, l)
				if v != nil && !code.IsError(v.Type()) {
					found[v] = true
					told = told || v.IsField()
				}
			}
		}
		return true
	})
	code.Shallow(lit.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || c.logs(call) || c.observes(call) || c.Builtin(call) != "" || c.Info.Types[call.Fun].IsType() || asked(call) {
			return !told
		}
		told = told || slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
			return code.Has(e, asked) || found[code.Var(c.Info, e)]
		})
		return !told
	})
	return told
}

// onlyTells tells whether a go statement calls a function of the package that uses the context which it is given for no more than to log.
func (c *check) onlyTells(t *code.Task) bool {
	fn := code.Callee(c.Info, t.Call)
	if t.Lit != nil || fn == nil {
		return false
	}
	decl, ok := c.Decls[fn]
	if !ok {
		return false
	}
	ctx := code.CtxParam(c.Info, decl.Node().(*ast.FuncDecl).Type)
	return ctx != nil && !slices.ContainsFunc(c.Uses[ctx], func(use inspector.Cursor) bool {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		return !ok || c.UseOf(use) != code.Argument || !c.logs(call) && !mayLog(c, call)
	})
}

// fillsKept tells whether a goroutine uses a local object that the function around gives back, keeps or hands on, or a local lock or function: a future,
// or something else by which somebody may learn of its end.
func (c *check) fillsKept(t *code.Task) (found bool) {
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return !found
		}
		v, _ := c.Info.Uses[id].(*types.Var)
		if v == nil || !code.IsLocal(v) || v.Kind() != types.LocalVar || code.Within(c.declOf(v), t.At.Node()) || code.IsContext(v.Type()) || isData(v.Type()) || code.IsError(v.Type()) {
			return !found
		}
		if code.IsNamed(v.Type(), "sync", "Mutex") || code.IsNamed(v.Type(), "sync", "RWMutex") {
			found = true // what is shared with others is mostly collected
			return false
		}
		if _, isFunc := v.Type().Underlying().(*types.Signature); isFunc && !isCancel(v.Type()) && code.Var(c.Info, t.Call.Fun) != v {
			found = true
			return false
		}
		found = slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			if code.Within(use.Node(), t.At.Node()) {
				return false
			}
			how := c.UseOf(use)
			return how == code.Returned || how == code.Stored
		})
		return !found
	})
	return found
}

func isCancel(t types.Type) bool {
	return code.IsNamed(t, "context", "CancelFunc") || code.IsNamed(t, "context", "CancelCauseFunc")
}

// setsOutside tells whether a literal sets a variable from outside of it, or sends to a channel.
func (c *check) setsOutside(lit *ast.FuncLit) bool {
	return code.Has(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			return true
		case *ast.AssignStmt:
			return slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool {
				v := code.Var(c.Info, e)
				return v != nil && !code.Within(c.declOf(v), lit)
			})
		}
		return false
	})
}

// fillsResult tells whether a goroutine sets a result of the function that has started it.
func (c *check) fillsResult(t *code.Task) (found bool) {
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok {
			found = found || slices.ContainsFunc(as.Lhs, func(e ast.Expr) bool {
				v := code.Var(c.Info, e)
				return v != nil && v.Kind() == types.ResultVar && !code.Within(c.declOf(v), t.At.Node())
			})
		}
		return !found
	})
	return found
}

// worksWith tells whether a goroutine gives a context from outside of it to a call that does more than to log: it works for whoever has given that.
func (c *check) worksWith(t *code.Task) (found bool) {
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || c.observes(call) || says(code.Callee(c.Info, call)) || c.logs(call) && noResult(c.Info.TypeOf(call)) {
			return !found
		}
		for _, arg := range call.Args {
			v := code.Var(c.Info, arg)
			if v == nil || !code.IsContext(v.Type()) && !code.IsNamed(v.Type(), "net/http", "Request") {
				continue
			}
			found = found || !code.Within(c.declOf(v), t.At.Node()) || t.Lit != nil && code.Within(c.declOf(v), t.Lit.Type)
		}
		return !found
	})
	return found
}

// noResult tells whether a call gives nothing.
func noResult(t types.Type) bool {
	tuple, ok := t.(*types.Tuple)
	return ok && tuple.Len() == 0
}
