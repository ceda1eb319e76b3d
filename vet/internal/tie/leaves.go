// What a function does when it ends out of the ordinary: it recovers, or it ends its goroutine.

package tie

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/braid-go/braid/vet/internal/code"
)

// exits tells whether code calls runtime.Goexit, itself or in the functions of the package that it calls.
func (f *finder) exits(n ast.Node, depth int) bool {
	return anywhere(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return false
		}
		if code.IsCall(f.Info, call, "runtime", "Goexit") {
			return true
		}
		decl, ok := f.Decls[code.Callee(f.Info, call)]
		return ok && depth > 0 && f.exits(decl.Node(), depth-1)
	})
}

// recovers tells whether a deferred function of the functions around the group
// may call recover, so that the program could live on after a panic.
func (g *group) recovers() bool {
	found := false
	for c := range g.block.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		ast.Inspect(c.Node(), func(n ast.Node) bool {
			d, ok := n.(*ast.DeferStmt)
			found = found || ok && anywhere(d, g.f.mayRecover)
			return !found
		})
	}
	return found
}

// mayRecover tells whether a node of a defer statement is recover, or a call of a function that may call it: one of the package
// does so where one can see it, of others only functions, and methods that are called so.
func (f *finder) mayRecover(n ast.Node) bool {
	if id, ok := n.(*ast.Ident); ok {
		if made, ok := f.Only(f.localVar(id)).(*ast.FuncLit); ok {
			return anywhere(made.Body, f.isRecover)
		}
		return f.isRecover(id)
	}
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := code.Callee(f.Info, call)
	if decl, ok := f.Decls[fn]; ok {
		return anywhere(decl.Node(), f.isRecover)
	}
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == f.pass.Pkg || !strings.Contains(fn.Pkg().Path(), ".") {
		return false
	}
	name := strings.ToLower(fn.Name())
	return fn.Signature().Recv() == nil && fn.Signature().Params().Len() == 0 ||
		strings.Contains(name, "recover") || strings.Contains(name, "panic") || strings.Contains(name, "crash") || strings.Contains(name, "catch")
}

// anywhere tells whether code has a node for which is is true, in its literals too.
func anywhere(n ast.Node, is func(ast.Node) bool) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		found = found || n != nil && is(n)
		return !found
	})
	return found
}

func (f *finder) isRecover(n ast.Node) bool {
	id, ok := n.(*ast.Ident)
	return ok && f.Info.Uses[id] == types.Universe.Lookup("recover")
}

// localVar gives the local variable that an identifier means, or nil.
func (f *finder) localVar(id *ast.Ident) *types.Var {
	if v, ok := f.Info.Uses[id].(*types.Var); ok && code.IsLocal(v) {
		return v
	}
	return nil
}
