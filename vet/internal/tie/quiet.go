// Regions that do no more than to hand tasks over. Where a context is dead already braid does not call the body
// at all; and where a limit held the loop back, it goes on now while the tasks queue. Neither is seen as
// long as nothing but tasks comes of the region.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/braid-go/braid/vet/internal/code"
)

// quiet gives what is between the tasks and must not be left out, or come earlier, or "".
func (g *group) quiet() string {
	region := g.list[g.first:g.join]
	if g.kind == ctxGroup || g.kind == concCtx {
		if g.effect(region) {
			return "what is between its tasks and its join does more than to hand them over: in a dead context braid does not run that"
		}
	}
	if g.limit == "" {
		return ""
	}
	for len(region) > 0 && !code.Has(region[0], g.isTask) {
		region = region[1:]
	}
	const early = "its limit held back what is between its tasks, and braid's lets it go on while they queue"
	if g.effect(region) || g.readsWritten(region) {
		return early
	}
	for _, s := range region {
		if code.Has(s, func(n ast.Node) bool {
			loop, ok := n.(*ast.ForStmt)
			return ok && g.counted(loop) == nil
		}) {
			return early
		}
	}
	return ""
}

func (g *group) isTask(n ast.Node) bool {
	return slices.ContainsFunc(g.tasks, func(t *task) bool { return ast.Node(t.stmt) == n })
}

// handed tells whether a node is a task, or a statement that goes without a trace.
func (g *group) handed(n ast.Node) bool {
	s, ok := n.(ast.Stmt)
	return g.isTask(n) || ok && slices.Contains(g.delete, s)
}

// effect tells whether statements do anything, beside starting tasks, that can be seen from outside of them.
func (g *group) effect(list []ast.Stmt) (seen bool) {
	own := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		if e == nil || ok && id.Name == "_" {
			return true
		}
		v, _ := g.f.Info.ObjectOf(identOf(e)).(*types.Var)
		return ok && v != nil && v.Pos() >= g.place() && v.Pos() < g.list[g.join].Pos()
	}
	look := func(n ast.Node) bool {
		if seen || n != nil && g.handed(n) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit: // called, it is a call of something unknown
			return false
		case *ast.SendStmt, *ast.GoStmt, *ast.SelectStmt:
			seen = true
		case *ast.UnaryExpr:
			seen = n.Op == token.ARROW
		case *ast.IncDecStmt:
			seen = !own(n.X)
		case *ast.AssignStmt:
			seen = slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool { return !own(e) })
		case *ast.RangeStmt:
			seen = !own(n.Key) || !own(n.Value) || !g.f.plainRange(n)
		case *ast.CallExpr:
			seen = !g.f.free(n)
		}
		return !seen
	}
	for _, s := range list {
		ast.Inspect(s, look)
	}
	return seen
}

// plainRange tells whether a loop goes over values that are there already, and not over a channel or what a function gives.
func (f *finder) plainRange(n *ast.RangeStmt) bool {
	switch t := f.Info.TypeOf(n.X).Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map, *types.Basic:
		return true
	case *types.Pointer:
		_, array := t.Elem().Underlying().(*types.Array)
		return array
	case *types.Signature: // maps.Keys(m)
		call, ok := ast.Unparen(n.X).(*ast.CallExpr)
		return ok && f.free(call)
	}
	return false
}

// pure has packages whose functions do no more than to give a value, but for those that are named.
var pure = map[string][]string{
	"context":       {"AfterFunc", "WithDeadline", "WithDeadlineCause", "WithTimeout", "WithTimeoutCause"},
	"errors":        nil,
	"fmt":           {"Print", "Printf", "Println", "Fprint", "Fprintf", "Fprintln", "Scan", "Scanf", "Scanln", "Sscan", "Sscanf", "Sscanln", "Fscan", "Fscanf", "Fscanln"},
	"maps":          {"Copy", "DeleteFunc", "Insert"},
	"math":          nil,
	"path":          nil,
	"path/filepath": {"Abs", "EvalSymlinks", "Glob", "Walk", "WalkDir"},
	"strconv":       nil,
	"strings":       nil,
}

// free tells whether a call has no effect but its value.
func (f *finder) free(call *ast.CallExpr) bool {
	if f.Info.Types[call.Fun].IsType() {
		return true
	}
	switch f.Builtin(call) {
	case "len", "cap", "make", "new", "append", "min", "max", "complex", "real", "imag":
		return true
	}
	fn := code.Callee(f.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	but, ok := pure[fn.Pkg().Path()]
	return ok && fn.Signature().Recv() == nil && !slices.Contains(but, fn.Name())
}

// readsWritten tells whether statements read, outside of the tasks, what one of those sets: what a loop goes over aside.
func (g *group) readsWritten(list []ast.Stmt) bool {
	set := map[types.Object]bool{}
	for _, t := range g.tasks {
		ast.Inspect(t.lit, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, l := range n.Lhs {
					set[g.f.rootOf(l)] = true
				}
			case *ast.IncDecStmt:
				set[g.f.rootOf(n.X)] = true
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					set[g.f.rootOf(n.X)] = true
				}
			}
			return true
		})
	}
	delete(set, nil)
	reads := false
	var look func(n ast.Node) bool
	look = func(n ast.Node) bool {
		if n != nil && g.handed(n) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.RangeStmt:
			ast.Inspect(n.Body, look)
			return false
		case *ast.Ident:
			reads = reads || set[g.f.Info.Uses[n]]
		case *ast.CallExpr:
			return !g.f.isLen(n)
		}
		return true
	}
	for _, s := range list {
		ast.Inspect(s, look)
	}
	return reads
}

// rootOf gives the variable that an expression reaches something from, or nil.
func (f *finder) rootOf(e ast.Expr) types.Object {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return f.Info.ObjectOf(x)
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}
