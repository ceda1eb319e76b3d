// What says that a fresh context is meant: the end of things, a failure that is made up for, a comment. Part of the rule background.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

var ending = regexp.MustCompile(`(?i)^(shutdown|clos|stop|clean|rollback|releas|unlock|abort|delet|remov|revok|kill|flush|sync|disconnect|leav|deregister|unregister|teardown|destroy|drain|finish|detach|undo|bg|background|grace|free|purg)` +
	`|(?-i:Shutdown|Close|Stop|Cleanup|Clean|Rollback|Release|Unlock|Abort|Flush|Drain|Teardown|Grace|Detach|Background|Async)`)

// cancels matches names of functions that cancel something, as they do too when their context has ended.
var cancels = regexp.MustCompile(`(?i)cancel|terminat|interrupt`)

// onlyAsked tells whether a context is asked for its end or its cause, and no call is given it: it says when to go, and is not what the function works under.
func (c *check) onlyAsked(v *types.Var) bool {
	asked := false
	for _, use := range c.Uses[v] {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		switch {
		case c.UseOf(use) == code.Method:
			asked = true
		case ok && code.IsCall(c.Info, call, "context", "Cause"):
			asked = true
		case ok && c.observes(call):
		default:
			return false
		}
	}
	return asked
}

// endingNow tells whether a call is about the end of things: by the name of the
// function called, or by its place.
func (c *check) endingNow(cur inspector.Cursor, call *ast.CallExpr) bool {
	return ending.MatchString(code.CalleeName(call)) || c.amongEndings(cur)
}

// amongEndings tells whether a place is about the end of things: by the name of the
// function around, or since the context is known to have ended.
func (c *check) amongEndings(cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	if decl != nil && (ending.MatchString(decl.Name.Name) || cancels.MatchString(decl.Name.Name)) {
		return true
	}
	for at := range cur.Enclosing((*ast.CommClause)(nil), (*ast.IfStmt)(nil)) {
		switch n := at.Node().(type) {
		case *ast.CommClause:
			if _, is := c.DoneClause(n); is {
				return true
			}
		case *ast.IfStmt:
			if c.LooksAtCtx(n.Cond) || n.Init != nil && c.LooksAtCtx(n.Init) {
				return true
			}
			if b, ok := ast.Unparen(n.Cond).(*ast.BinaryExpr); ok && isNil(b, token.NEQ) && code.IsError(c.Info.TypeOf(b.X)) && code.Within(cur.Node(), n.Body) {
				return true // something has failed: this makes up for it
			}
			found := false // ctx == nil, or some switch that says how
			ast.Inspect(n.Cond, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok && code.IsContext(c.Info.TypeOf(e)) {
					found = true
				}
				return !found
			})
			if found {
				return true
			}
		}
	}
	return c.endedBefore(cur)
}

// endedBefore tells whether the function has waited for the end of a context on each way to a place: by a statement in one of the
// blocks around it.
func (c *check) endedBefore(cur inspector.Cursor) bool {
	for at := range cur.Enclosing((*ast.BlockStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		block, ok := at.Node().(*ast.BlockStmt)
		if !ok {
			return false
		}
		for _, s := range block.List {
			if es, ok := s.(*ast.ExprStmt); ok && s.Pos() < cur.Node().Pos() && c.DoneOf(es.X) != nil {
				return true
			}
		}
	}
	return false
}

// saysSo tells whether a comment says which context is meant.
func (c *check) saysSo(n ast.Node) bool {
	if cur, ok := c.Root.FindByPos(n.Pos(), n.End()); ok {
		if decl, _ := code.DeclAround(cur); decl != nil && detaches.MatchString(decl.Doc.Text()) {
			return true
		}
	}
	return c.commentAbove(n, aboutContext)
}

// commentAbove tells whether a comment right above a place, or above the statement that it is in, has certain words.
func (c *check) commentAbove(n ast.Node, words *regexp.Regexp) bool {
	f := c.FileOf(n.Pos())
	cur, ok := c.Root.FindByPos(n.Pos(), n.End())
	if f == nil || !ok {
		return false
	}
	lines := map[int]bool{c.Fset.Position(n.Pos()).Line: true}
	for stmt := range cur.Enclosing((*ast.DeclStmt)(nil), (*ast.AssignStmt)(nil), (*ast.ExprStmt)(nil), (*ast.ReturnStmt)(nil), (*ast.BlockStmt)(nil)) {
		if _, ok := stmt.Node().(*ast.BlockStmt); ok {
			break
		}
		lines[c.Fset.Position(stmt.Node().Pos()).Line] = true
	}
	for _, g := range f.Comments {
		if !lines[c.Fset.Position(g.End()).Line+1] {
			continue
		}
		if slices.ContainsFunc(g.List, func(line *ast.Comment) bool { return words.MatchString(line.Text) }) {
			return true
		}
	}
	return false
}

var detaches = regexp.MustCompile(`(?i)detach|background context|without cancel|not be cancel`)

var aboutContext = regexp.MustCompile(`(?i)context|ctx|background|cancel|detach|even if|regardless`)

// onlyEnds tells whether all calls that are given a context are about the end of things.
func (c *check) onlyEnds(v *types.Var) (ends bool) {
	for _, use := range c.Uses[v] {
		if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Args {
			continue
		}
		if call := use.Parent().Node().(*ast.CallExpr); !ending.MatchString(code.CalleeName(call)) && !c.observes(call) {
			return false
		}
		ends = true
	}
	return ends
}
