// Cancel functions that a function of the package gives to whoever calls it. Part of the rule cancel.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/braid-go/braid/vet/internal/code"
)

// derivation says which call derives a context with a cancel function: the call itself, or one in the function of the package that is called and gives both
// back. i is the place of the cancel function among the results. There is none if it may be that nobody need call that.
func (c *check) derivation(call *ast.CallExpr, depth int) (derive *ast.CallExpr, i int) {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return nil, 0
	}
	results := fn.Signature().Results()
	if code.Is(fn, "os/signal", "NotifyContext") || fn.Pkg().Path() == "context" && fn.Signature().Recv() == nil && results.Len() == 2 {
		return call, 1
	}
	decl, ok := c.Decls[fn]
	i = -1
	for at := range results.Len() {
		if isCancel(results.At(at).Type()) || isPlainFunc(results.At(at).Type()) {
			i = at
		}
	}
	if !ok || depth > 1 || i <= 0 || !code.IsContext(results.At(0).Type()) || c.saysDropped(decl.Node()) {
		return nil, 0
	}
	known := true
	code.Shallow(decl.Node().(*ast.FuncDecl).Body, func(n ast.Node) bool {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok {
			return known
		}
		given, fine := c.givesCancel(ret, i, depth)
		if known = known && fine; given != nil && (derive == nil || c.leavesNothing(derive)) {
			derive = given
		}
		return known
	})
	if !known || derive == nil {
		return nil, 0
	}
	return derive, i
}

// isPlainFunc tells whether a type is func().
func isPlainFunc(t types.Type) bool {
	f, ok := types.Unalias(t).(*types.Signature)
	return ok && f.Params().Len() == 0 && f.Results().Len() == 0
}

// givesCancel gives the call that has derived the context whose cancel function a return statement gives back, if that gives one. It is not fine if
// somebody else may have the function too, or if nothing is known of it.
func (c *check) givesCancel(ret *ast.ReturnStmt, i, depth int) (derive *ast.CallExpr, fine bool) {
	switch len(ret.Results) {
	case 0:
		return nil, false
	case 1:
		call, ok := unparen[*ast.CallExpr](ret.Results[0])
		if !ok {
			return nil, false
		}
		derive, at := c.derivation(call, depth+1)
		return derive, derive != nil && at == i
	}
	result := ret.Results[i]
	if lit, ok := unparen[*ast.FuncLit](result); ok { // there is nothing to end
		return nil, len(lit.Body.List) == 0
	}
	v := code.Var(c.Info, result)
	if v == nil {
		return nil, isNilIdent(c.Info, result)
	}
	made := c.Origins(v)
	if !code.IsLocal(v) || len(made) != 1 {
		return nil, false
	}
	for _, use := range c.released(v, false) {
		if how := c.UseOf(use); how != code.Returned && how != code.Called {
			return nil, false
		}
	}
	call, ok := unparen[*ast.CallExpr](made[0])
	if !ok {
		return nil, false
	}
	derive, _ = c.derivation(call, depth+1)
	return derive, derive != nil
}

// leavesNothing tells whether nothing stays behind when a context is never cancelled: it has no parent that knows it, and no limit of time.
func (c *check) leavesNothing(derive *ast.CallExpr) bool {
	return c.ofNone(derive) && strings.HasPrefix(code.CalleeName(derive), "WithCancel")
}

// deadEnd gives the field, map or list that a cancel function is put into, if that is all that is done with it but to call it where the function fails, and
// nothing reads what is there.
func (c *check) deadEnd(cancel *types.Var, fn ast.Node) *types.Var {
	_, body := code.FuncParts(fn)
	var kept *types.Var
	for _, use := range c.released(cancel, false) {
		in, _ := code.FuncAround(use)
		if in.Node() == fn && c.UseOf(use) == code.Called && !code.Deferred(use) && onTheWayOut(use) && !slices.Contains(body.List, ast.Stmt(stmtOf(use))) {
			continue
		}
		to := c.putInto(use)
		if to == nil || kept != nil {
			return nil
		}
		kept = to
	}
	if kept == nil || !c.ownStore(kept) || len(c.Uses[kept]) > 0 && c.onlyFilled(kept) == nil {
		return nil
	}
	return kept
}
