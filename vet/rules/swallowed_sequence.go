// Sequences with errors that just end when their context has: part of the rule swallowed.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// cutSequence looks at a branch that is taken because the context has ended, in a function that is a sequence with errors: if it ends the sequence and
// yields no error, who goes through it takes what there was for all. It tells whether the function is such a sequence.
func (c *check) cutSequence(cur inspector.Cursor, ctx ast.Expr, body []ast.Stmt) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	yield := c.yieldOf(fn)
	if yield == nil {
		return false
	}
	if len(body) == 0 || c.keeps(body[:len(body)-1]) || !c.endsHere(cur, fn, body[len(body)-1]) {
		return true
	}
	v := code.Var(c.Info, ctx)
	if v == nil || v.IsField() || code.Within(c.declOf(v), fn.Node()) || !c.Given(v) || c.ownTimeout(v, fn) || c.cancelsItself(v, fn) || c.saysWhy(cur.Node()) || c.endPromised(cur) {
		return true
	}
	if c.yieldsErrors(fn, yield) && c.comesToEnd(fn, yield) {
		c.report(body[len(body)-1], "sequence", "the sequence ends here because "+v.Name()+" has ended, as if it were complete: yield context.Cause("+v.Name()+") as its error")
	}
	return true
}

// yieldOf gives the yield of a literal that is a sequence whose second value is an error.
func (c *check) yieldOf(fn inspector.Cursor) *types.Var {
	lit, ok := fn.Node().(*ast.FuncLit)
	if !ok {
		return nil
	}
	sig, ok := under(c.Info.TypeOf(lit)).(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() != 0 {
		return nil
	}
	yield, ok := under(sig.Params().At(0).Type()).(*types.Signature)
	if !ok || yield.Params().Len() != 2 || !code.IsError(yield.Params().At(1).Type()) || yield.Results().Len() != 1 || !isBool(yield.Results().At(0).Type()) {
		return nil
	}
	return sig.Params().At(0)
}

// endsHere tells whether a statement ends a function: it is a return, or leaves a loop with which the function ends.
func (c *check) endsHere(cur, fn inspector.Cursor, last ast.Stmt) bool {
	switch s := last.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		if s.Tok != token.BREAK {
			return false
		}
		loop, ok := brokenLoop(cur, s)
		_, body := code.FuncParts(fn.Node())
		return ok && len(body.List) > 0 && body.List[len(body.List)-1].End() == loop.Node().End()
	}
	return false
}

// yields tells whether a node has a call of yield in it.
func (c *check) yields(n ast.Node, yield *types.Var) bool {
	return n != nil && code.Has(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && code.Var(c.Info, call.Fun) == yield
	})
}

// yieldsErrors tells whether a sequence yields something else than nil for the error.
func (c *check) yieldsErrors(fn inspector.Cursor, yield *types.Var) bool {
	_, body := code.FuncParts(fn.Node())
	return code.Has(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && len(call.Args) > 0 && code.Var(c.Info, call.Fun) == yield && !isNilIdent(c.Info, call.Args[len(call.Args)-1]) && !c.givenTo(fn, call.Args[len(call.Args)-1])
	})
}

// givenTo tells whether an error is no failure of a sequence, but what it was given: through a parameter of the function that makes it, or by the loop over that.
func (c *check) givenTo(seq inspector.Cursor, err ast.Expr) bool {
	root := rootOf(c.Info, err)
	if root == nil || code.Within(c.declOf(root), seq.Node()) && len(c.Origins(root)) != 1 {
		return false
	}
	if at, ok := c.Root.FindNode(err); ok && root.Kind() == types.LocalVar {
		for loop := range at.Enclosing((*ast.RangeStmt)(nil)) {
			n := loop.Node().(*ast.RangeStmt)
			if _, call := unparen[*ast.CallExpr](n.X); !call && (code.Var(c.Info, n.Key) == root || code.Var(c.Info, n.Value) == root) {
				return true
			}
		}
	}
	return root.Kind() == types.ParamVar && !code.Within(c.declOf(root), seq.Node())
}

// comesToEnd tells whether a sequence comes to an end because there is no more: it returns where no context has ended, nothing has been
// yielded right before, and no channel is closed; or it ends with a loop that does.
func (c *check) comesToEnd(fn inspector.Cursor, yield *types.Var) bool {
	for cur := range fn.Preorder((*ast.ReturnStmt)(nil)) {
		if in, _ := code.FuncAround(cur); in != fn || c.onEnd(cur) {
			continue
		}
		if before, ok := cur.PrevSibling(); ok && c.yields(before.Node(), yield) {
			continue
		}
		if s, ok := cur.Parent().Parent().Node().(*ast.IfStmt); ok && !c.yields(s.Cond, yield) && !c.asksClosed(s) && !c.saysStopped(s.Cond) {
			return true
		}
	}
	_, body := code.FuncParts(fn.Node())
	switch s := body.List[len(body.List)-1].(type) {
	case *ast.ForStmt:
		return s.Cond != nil && !c.LooksAtCtx(s.Cond)
	case *ast.RangeStmt:
		_, isChan := under(c.Info.TypeOf(s.X)).(*types.Chan)
		return !isChan
	}
	return false
}

// saysStopped tells whether a condition has an error in it, or a switch that an object keeps: what ends there may have been told to.
func (c *check) saysStopped(cond ast.Expr) bool {
	return code.Has(cond, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		return ok && (code.IsError(c.Info.TypeOf(e)) || c.givenFlag(e))
	})
}

var saysEnd = regexp.MustCompile(`\b(ends?|ending|stops?|terminates?|until|closes?|exhausted|finish(es)?)\b`)

// endPromised tells whether the documentation of the function around a place, which begins with its name, says of the sequence that it ends with its context.
func (c *check) endPromised(cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	if decl == nil {
		return false
	}
	text := strings.Join(strings.Fields(decl.Doc.Text()), " ")
	return strings.HasPrefix(text, decl.Name.Name+" ") && slices.ContainsFunc(sentences.Split(text, -1), func(sentence string) bool {
		return saysEnd.MatchString(sentence) && ofContexts.MatchString(sentence) && !saysOther.MatchString(sentence)
	})
}
