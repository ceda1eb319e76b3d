// Cancel functions that nobody need call, and comments that say so. Part of the rule cancel.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// ofNone tells whether a call derives a context of one that cannot end.
func (c *check) ofNone(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	parent, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
	return ok && code.IsCall(c.Info, parent, "context", "Background", "TODO", "WithoutCancel")
}

// uncancelled matches comments that say why a context is not cancelled.
var uncancelled = regexp.MustCompile(`(?i)(n't|\bnot\b|\bnever\b|no need).*cancel`)

// dropped matches comments that say that a cancel function is not called.
var dropped = regexp.MustCompile(`(?i)(ignor|drop|discard)\w* (the |its |that |this )?(returned )?cancel(\b|func)` +
	`|\bcancel(\(\)|lation)?( ?func(tion)?)?( (is|are|was|need|can|may|must|should|does|will))?( be)?( (intentional|deliberate|purpose|purposeful|safe)ly)?` +
	`( (not|never)\b|n't| (ignored|dropped|discarded|unneeded|unnecessary|unused|omitted|left out|thrown away))`)

// toDo matches comments that say that something is yet to be mended.
var toDo = regexp.MustCompile(`\b(TODO|FIXME|XXX|BUG)\b`)

// saysDropped tells whether a comment says why a cancel function is dropped: above the statement, on its line or right below it, where it has to be about
// the function, since it may belong to what comes next.
func (c *check) saysDropped(stmt ast.Node) bool {
	first, last := c.Fset.Position(stmt.Pos()).Line, c.Fset.Position(stmt.End()).Line
	comments := c.FileOf(stmt.Pos()).Comments
	gap := 1
	for _, g := range slices.Backward(comments) { // right above, and the paragraphs above that
		if to := c.Fset.Position(g.End()).Line; g.End() < stmt.Pos() && to >= first-gap {
			first, gap = c.Fset.Position(g.Pos()).Line, 2
		}
	}
	return slices.ContainsFunc(comments, func(g *ast.CommentGroup) bool {
		from, to := c.Fset.Position(g.Pos()).Line, c.Fset.Position(g.End()).Line
		if to < first-1 || from > last+1 {
			return false
		}
		words, says := "", false // with the directives, which may have a reason too
		for _, line := range g.List {
			words += strings.TrimPrefix(line.Text, "//")
			says = says || from <= last && uncancelled.MatchString(line.Text)
		}
		return (says || dropped.MatchString(words)) && !toDo.MatchString(words)
	})
}

// endsWithParent tells whether a context is made of one that the function has made itself and whose cancel
// function it keeps: that ends both.
func (c *check) endsWithParent(cur inspector.Cursor, call *ast.CallExpr) bool {
	fn, ok := code.FuncAround(cur)
	i := slices.IndexFunc(call.Args, func(e ast.Expr) bool { return code.IsContext(c.Info.TypeOf(e)) })
	if !ok || i < 0 {
		return false
	}
	parent := code.Var(c.Info, call.Args[i])
	if !code.IsLocal(parent) {
		return false
	}
	_, body := code.FuncParts(fn.Node())
	kept := false
	code.Shallow(body, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok && as.End() < call.Pos() && len(as.Lhs) == 2 && len(as.Rhs) == 1 && code.Var(c.Info, as.Lhs[0]) == parent {
			if v := code.Var(c.Info, as.Lhs[1]); v != nil && (!code.IsLocal(v) || v.Kind() == types.ResultVar || len(c.released(v, false)) > 0) {
				kept = true
			}
		}
		return !kept
	})
	return kept
}

// spoilsNextUse tells whether the function that runs when a context has ended gives a deadline to something of the caller's, with which the function around
// works behind a place: if nobody stops it, it does so to whoever uses that next.
func (c *check) spoilsNextUse(cur inspector.Cursor, f ast.Expr) bool {
	lit, ok := unparen[*ast.FuncLit](f)
	fn, in := code.FuncAround(cur)
	if !ok || !in {
		return false
	}
	_, body := code.FuncParts(fn.Node())
	return code.Has(lit.Body, func(n ast.Node) bool {
		set, ok := n.(*ast.CallExpr)
		if !ok || !deadlines.MatchString(code.CalleeName(set)) {
			return false
		}
		sel, ok := ast.Unparen(set.Fun).(*ast.SelectorExpr)
		if !ok {
			return false
		}
		object := rootOf(c.Info, sel.X)
		if object == nil || object.Kind() != types.ParamVar && object.Kind() != types.RecvVar || len(c.Origins(object)) > 0 {
			return false
		}
		if declared, _ := c.DeclaredIn(object); declared != fn {
			return false
		}
		return code.Has(body, func(n ast.Node) bool {
			work, ok := n.(*ast.CallExpr)
			at, known := c.Root.FindNode(n)
			return ok && known && work.Pos() > cur.Node().End() && c.isAbout(work, object) && !deadlines.MatchString(code.CalleeName(work)) && c.errorUsed(at)
		})
	})
}

// deadlines matches names of methods by which a connection is given a deadline.
var deadlines = regexp.MustCompile(`^Set(Read|Write)?Deadline$`)
