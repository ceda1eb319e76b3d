// A clause of Catch that does not look at what it has caught.

package rules

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Clause finds clauses that swallow errors unseen.
var Clause = register(&Rule{
	Name:  "clause",
	Title: "a clause of Catch ignores what it was given",
	Why: "A clause gets all errors of its kind as one, and handles them by returning nil. One that looks at none of them and returns nil swallows " +
		"failures that nobody will hear of: how many there were, of which tasks, and what they said.",
	Wrong: `
func fetch(ctx context.Context, run func(context.Context) error) error {
	return braid.Catch(run(ctx), braid.Otherwise(func(err error) error {
		return nil
	}))
}
`,
	Right: `
func fetch(ctx context.Context, run func(context.Context) error) error {
	return braid.Catch(run(ctx), braid.Otherwise(func(err error) error {
		slog.WarnContext(ctx, "fetching", "err", err)
		return nil
	}))
}
`,
	Exempt: "`When(Is(sentinel), …)`, since what is caught is known; a clause that returns what some other function gives, or the whole error again; a new error of which a comment in the clause says why; a declared function whose comment says that the error is ignored on purpose; a Catch that only looks: a clause keeps what it has found, or the error is used behind it.",
	Shapes: []Shape{
		{Name: "ignored", Severity: Warning, What: "a clause returns nil and uses none of its parameters"},
		{Name: "rest", Severity: Error, What: "what Catch gives is ignored: the errors that no clause took, and those that clauses gave back"},
		{Name: "replaced", Severity: Warning, What: "a clause returns another error that has nothing of what it was given"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if code.IsCall(c.Info, call, code.Braid, "Catch") && ignored(cur, 0) && !takesAll(c, call) && !c.onlyFinds(call) {
			c.report(call, "rest", "the errors that no clause takes are lost: return what Catch gives")
		}
		if !code.IsCall(c.Info, call, code.Braid, "On", "When", "Otherwise") || len(call.Args) == 0 {
			continue
		}
		clause := call.Args[len(call.Args)-1]
		fn := c.functionOf(clause)
		if fn == nil || c.usesParams(fn) || ofSentinel(c, call) {
			continue
		}
		_, body := code.FuncParts(fn)
		if !returnsNil(body) {
			if c.saysWhy(fn) || !c.makesNew(call, body) {
				continue
			}
			c.report(clause, "replaced", "nothing of what this clause was given is left: wrap it with %w, or say in the new error how many there were and of what")
			continue
		}
		if _, declared := fn.(*ast.FuncDecl); declared && c.saysWhy(fn) {
			continue
		}
		c.report(clause, "ignored", "this clause swallows what it was given without looking at it: handle or log it, or return it")
	}
})

// takesAll tells whether one of the clauses of a Catch takes what the others leave.
func takesAll(c *check, call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args[1:], func(e ast.Expr) bool {
		clause, ok := ast.Unparen(e).(*ast.CallExpr)
		return !ok || code.IsCall(c.Info, clause, code.Braid, "Otherwise")
	})
}

// onlyFinds tells whether a Catch does no more than to look into an error: a clause keeps what it has found, or the error is used behind it.
func (c *check) onlyFinds(call *ast.CallExpr) bool {
	if v := code.Var(c.Info, call.Args[0]); v != nil && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return use.Node().Pos() > call.End() }) {
		return true
	}
	return slices.ContainsFunc(call.Args[1:], func(clause ast.Expr) bool {
		found := false
		ast.Inspect(clause, func(n ast.Node) bool {
			if as, ok := n.(*ast.AssignStmt); ok {
				for _, l := range as.Lhs {
					v := rootOf(c.Info, l)
					found = found || v != nil && !code.Within(c.declOf(v), clause)
				}
			}
			return !found
		})
		return found
	})
}

// makesNew tells whether all that a clause returns is made there, or declared by a package, other than what the clause is for. What a function gives may
// make up for the failure.
func (c *check) makesNew(clause *ast.CallExpr, body *ast.BlockStmt) bool {
	all := true
	code.Shallow(body, func(n ast.Node) bool {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok || len(ret.Results) != 1 {
			return true
		}
		made, isCall := unparen[*ast.CallExpr](ret.Results[0])
		v := code.Var(c.Info, ret.Results[0])
		switch {
		case isNilIdent(c.Info, ret.Results[0]):
		case isCall:
			all = all && makesError(code.Callee(c.Info, made))
		default:
			all = all && isGlobal(v) && !(len(clause.Args) > 1 && c.mentions(clause.Args[0], v))
		}
		return true
	})
	return all
}

// ofSentinel tells whether a clause is When(Is(target), …).
func ofSentinel(c *check, call *ast.CallExpr) bool {
	if len(call.Args) < 2 {
		return false
	}
	match, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
	return ok && code.IsCall(c.Info, match, code.Braid, "Is")
}
