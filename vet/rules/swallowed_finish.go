// Ends of work that are cut short and look like the regular ones: what finishes the work is all that is asked whether it went well, or the error is io.EOF. Part of
// the rule swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

var finishing = regexp.MustCompile(`^(Flush|Sync|Commit|Finish|Finalize|Close|Rename)$`)

// finishes gives the call that a return gives the error of, if that does no more than to finish what was written: it knows of no context, and gives nil if all that was
// handed to it before is well.
func (c *check) finishes(ret *ast.ReturnStmt) *ast.CallExpr {
	if len(ret.Results) == 0 {
		return nil
	}
	call, ok := unparen[*ast.CallExpr](ret.Results[len(ret.Results)-1])
	if !ok || !finishing.MatchString(code.CalleeName(call)) || !code.IsError(c.Info.TypeOf(call)) || c.MentionsCtx(call) {
		return nil
	}
	if code.IsCall(c.Info, call, "os", "Rename") {
		return call
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || c.Info.Selections[sel] == nil {
		return nil
	}
	v := code.Var(c.Info, sel.X)
	if v == nil || code.IsLocal(v) && c.knowsCtx(v) {
		return nil // it fails by itself
	}
	if sel.Sel.Name == "Close" && (!code.IsLocal(v) || isConn(v.Type()) || !hasMethod(v.Type(), "Write")) {
		return nil // the end of something that serves, more likely
	}
	return call
}

// hasMethod tells whether something of a type has a method of that name.
func hasMethod(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := obj.(*types.Func)
	return ok
}

// finishedBehind gives the return behind a loop that gives the error of what finishes the work, if nothing on the way asks about the context.
func (c *check) finishedBehind(loop inspector.Cursor) *ast.ReturnStmt {
	if kind, _ := loop.ParentEdge(); kind == edge.LabeledStmt_Stmt {
		loop = loop.Parent()
	}
	for next, ok := loop.NextSibling(); ok; next, ok = next.NextSibling() {
		if ret, ok := next.Node().(*ast.ReturnStmt); ok && c.finishes(ret) != nil {
			return ret
		}
		if c.LooksAtCtx(next.Node()) {
			return nil
		}
	}
	return nil
}

// finishedHere gives the return of a branch for the end of the context if it finishes the work in the same words as one of the function's that is not there for that.
func (c *check) finishedHere(fn inspector.Cursor, body []ast.Stmt) *ast.ReturnStmt {
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok || c.finishes(ret) == nil || c.keeps(body[:len(body)-1]) {
		return nil
	}
	words := types.ExprString(ret.Results[len(ret.Results)-1])
	for cur := range fn.Preorder((*ast.ReturnStmt)(nil)) {
		other := cur.Node().(*ast.ReturnStmt)
		if in, _ := code.FuncAround(cur); in == fn && other != ret && !c.onEnd(cur) && c.finishes(other) != nil && types.ExprString(other.Results[len(other.Results)-1]) == words {
			return ret
		}
	}
	return nil
}

// cutAsEOF looks at a branch that is taken because the context has ended and that gives io.EOF for the error, in a function that gives it too where there is no more:
// who reads until then takes what there was for all. It tells whether it is such a branch.
func (c *check) cutAsEOF(cur, fn inspector.Cursor, v *types.Var, body []ast.Stmt) bool {
	if ret, ok := body[len(body)-1].(*ast.ReturnStmt); ok && len(ret.Results) == 0 && len(body) > 1 { // what was set before
		body = body[:len(body)-1]
	}
	last := body[len(body)-1]
	if !c.givesEOF(fn, last) || c.keeps(body[:len(body)-1]) {
		return false
	}
	regular := false
	for at := range fn.Preorder((*ast.ReturnStmt)(nil), (*ast.AssignStmt)(nil)) {
		if in, _ := code.FuncAround(at); in == fn && at.Node() != last && c.givesEOF(fn, at.Node().(ast.Stmt)) && !c.onEnd(at) {
			regular = true
		}
	}
	if regular && !c.eofPromised(cur) && !c.unheard(fn, 0) {
		c.report(last, "done", "this is reached because "+v.Name()+" has ended, and io.EOF says that there is no more: give context.Cause("+v.Name()+")")
	}
	return true
}

// givesEOF tells whether a statement returns io.EOF, or sets an error that the function returns to it.
func (c *check) givesEOF(fn inspector.Cursor, s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return len(s.Results) > 0 && isEOF(c.Info, s.Results[len(s.Results)-1])
	case *ast.AssignStmt:
		if len(s.Lhs) != 1 || s.Tok != token.ASSIGN || !isEOF(c.Info, s.Rhs[0]) {
			return false
		}
		v := code.Var(c.Info, s.Lhs[0])
		return code.IsLocal(v) && (v.Kind() == types.ResultVar || slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return c.UseOf(use) == code.Returned }))
	}
	return false
}

func isEOF(info *types.Info, e ast.Expr) bool {
	v := code.Var(info, e)
	return isGlobal(v) && v.Name() == "EOF" && v.Pkg() != nil && v.Pkg().Path() == "io"
}

// eofPromised tells whether the documentation of the function around a place, which begins with its name, says something of io.EOF and of contexts in one sentence.
func (c *check) eofPromised(cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	if decl == nil {
		return false
	}
	text := strings.Join(strings.Fields(decl.Doc.Text()), " ")
	return strings.HasPrefix(text, decl.Name.Name+" ") && slices.ContainsFunc(sentences.Split(text, -1), func(sentence string) bool {
		return strings.Contains(sentence, "EOF") && ofContexts.MatchString(sentence) && !saysOther.MatchString(sentence)
	})
}
