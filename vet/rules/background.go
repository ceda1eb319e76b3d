// A fresh context where there is one in reach: what it is given to is not
// cancelled with the rest. This file has the rule; background_meant.go has what says that it is meant,
// background_kept.go what it goes to that lives longer, background_step.go what makes it one step of a task,
// background_sibling.go what makes it unlike another task.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Background finds context.Background and context.TODO where a context is in reach.
var Background = register(&Rule{
	Name:  "background",
	Title: "a fresh context is used where one is in reach",
	Why: "What is given `context.Background()` or `context.TODO()` does not end with the caller, and does not see its values and deadline. " +
		"Work that is meant to outlive its context says so with `context.WithoutCancel(ctx)`, or runs under `braid.Shield`.",
	Wrong: `
func load(ctx context.Context, get func(context.Context, string) ([]byte, error), key string) ([]byte, error) {
	return get(context.Background(), key)
}
`,
	Right: `
func load(ctx context.Context, get func(context.Context, string) ([]byte, error), key string) ([]byte, error) {
	return get(ctx, key)
}
`,
	Exempt: "`main` and `init`; what is deferred or a cleanup; after the context has ended (behind `<-ctx.Done()` or `ctx.Err() != nil`) or something else has failed (in `if err != nil`); in a goroutine that nobody waits for; " +
		"what is given to a function that hands its context to a goroutine and does not wait for that; " +
		"functions and calls that shut down, close, roll back, release and the like; what logs, traces or measures; a place with a comment right above it that says why it is another context; " +
		"what a go statement calls, also one by another name (a function that calls what it is given on a goroutine); what `New…` makes for a field, for the caller or for others, which outlives the call; " +
		"what is handed on together with the context in reach; a context that the function gives back; " +
		"a context with a cancel function that others are given, or that is called when something says so, or whose function waits for the end of the one in reach; " +
		"`context.Background` where the context in reach is asked for its end, and handed to nothing.",
	Shapes: []Shape{
		{Name: "call", Severity: Warning, What: "a call whose result, besides an error, is looked at is given context.Background() in a function that has a context itself, or in a task of a group"},
		{Name: "captured", Severity: Note, Off: true, What: "the same in another literal, which may run when the context of the function around has ended"},
		{Name: "object", Severity: Note, Off: true, What: "the same where the call opens, dials, starts or makes something, which may live longer"},
		{Name: "effect", Severity: Note, Off: true, What: "a call that gives nothing but an error: what it does may be meant to be done whatever becomes of the caller"},
		{Name: "step", Severity: Warning, What: "the same in a task of a group that fails with the call, and that has done no more before than to ask the same object for something with a context that can end"},
		{Name: "sibling", Severity: Warning, What: "the same, or a variable of whatever name, in a task of a group that fails with the call, where another task of the group has the same function work under a context that can end"},
		{Name: "whole", Severity: Warning, What: "the same in a task of a group that fails with the call and gives nothing else a context: all that it does goes on when the group is cancelled"},
		{Name: "todo", Severity: Warning, What: "context.TODO() where a context is in reach"},
		{Name: "variable", Severity: Warning, What: "a variable is context.TODO(), or one named ctx is context.Background(), and calls are given it"},
		{Name: "derived", Severity: Warning, What: "a context is derived from Background by With…, and calls of the same function alone have it"},
		{Name: "detached", Severity: Note, Off: true, What: "the same where others have it, or end it"},
		{Name: "limited", Severity: Note, Off: true, What: "the same with a limit of time of its own, which is often meant"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, "context", "Background", "TODO") {
			continue
		}
		kind, _ := cur.ParentEdge()
		if kind != edge.CallExpr_Args && kind != edge.AssignStmt_Rhs {
			continue
		}
		r := c.reach(cur)
		if r == nil || !r.Request && !c.Given(r.Ctx) || r.Task != nil && r.Task.Kind == code.Bare && !joined(r.Task) {
			continue
		}
		if code.CalleeName(call) == "Background" && !r.Request && c.onlyAsked(r.Ctx) {
			continue // TODO says that it is yet to be seen which
		}
		if c.saysSo(cur.Node()) || r.Task == nil && c.handedToGo(cur) {
			continue
		}
		if kind == edge.AssignStmt_Rhs {
			shape := ""
			if v := c.assignedTo(cur); v == nil {
			} else if c.inPlaceOf(cur, call, v) {
				shape = "variable"
			} else if c.forSibling(cur, v) {
				shape = "sibling"
			}
			if shape != "" {
				c.report(call, shape, "context."+code.CalleeName(call)+"() does not end with "+r.Name()+", which is in reach: use that, or context.WithoutCancel")
			}
			continue
		}
		outer := cur.Parent().Node().(*ast.CallExpr)
		if up, _ := cur.Parent().ParentEdge(); up == edge.GoStmt_Call || up == edge.DeferStmt_Call || c.makesToKeep(cur.Parent(), outer) || c.goesAlong(cur.Parent(), outer, r) || c.stoppedElsewhere(cur.Parent(), outer) || c.endsWithChannel(cur.Parent(), outer) {
			continue
		}
		if code.IsCall(c.Info, outer, code.Errgroup, "WithContext") && dropsContext(cur.Parent()) {
			continue // nobody has it: that is told of by the rule wrongctx
		}
		fn := code.Callee(c.Info, outer)
		begins := code.Is(fn, "database/sql", "DB.BeginTx") || code.Is(fn, "database/sql", "Conn.BeginTx") // a transaction has it for as long as it goes on
		undecided := begins && code.CalleeName(call) == "TODO"
		if c.observes(outer) || c.endingNow(cur, outer) && !undecided || c.KeepsCtx(fn) && !begins {
			continue
		}
		shape, name := "call", "context."+code.CalleeName(call)+"()"
		switch {
		case name == "context.TODO()":
			shape = "todo"
		case len(outer.Args) > 0 && outer.Args[0] == call && code.IsContext(firstResult(c, outer)):
			shape = "derived"
			if strings.Contains(code.CalleeName(outer), "Timeout") || strings.Contains(code.CalleeName(outer), "Deadline") {
				shape = "limited"
			}
			last := c.lastDerived(cur.Parent())
			if shape == "derived" && !c.keepsToItself(last) {
				shape = "detached"
			}
			if c.endsItself(last, r) || c.givesBack(last) {
				continue
			}
			if v := c.assignedTo(last); v != nil {
				if ending.MatchString(v.Name()) || c.onlyEnds(v) {
					continue
				}
			} else if v := code.Var(c.Info, lhsOf(last)); v != nil && !code.IsLocal(v) {
				continue // an object's own
			}
		case !c.asksFor(cur.Parent(), outer):
			shape = "effect"
			if c.stepOfTask(cur.Parent(), outer) {
				shape = "step"
			} else if c.unlikeSibling(cur, cur.Parent(), outer) {
				shape = "sibling"
			} else if c.wholeTask(cur.Parent(), outer) {
				shape = "whole"
			}
		case opens(fn):
			shape = "object"
		case !c.ownReach(r):
			shape = "captured"
		}
		c.report(call, shape, name+" does not end with "+r.Name()+", which is in reach: use that, or context.WithoutCancel")
	}
})

// dropsContext tells whether the second of the results of a call is assigned to _.
func dropsContext(cur inspector.Cursor) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	return ok && len(as.Lhs) == 2 && isBlank(as.Lhs[1])
}

// asksFor tells whether a call gives something, besides an error, that somebody looks at: the function waits for it.
func (c *check) asksFor(cur inspector.Cursor, call *ast.CallExpr) bool {
	var lhs []ast.Expr
	switch up := cur.Parent().Node().(type) {
	case *ast.ExprStmt:
		return false
	case *ast.AssignStmt:
		if len(up.Rhs) == 1 {
			lhs = up.Lhs
		}
	}
	results, ok := c.Info.TypeOf(call).(*types.Tuple)
	if !ok {
		return !code.IsError(c.Info.TypeOf(call))
	}
	for i := range results.Len() {
		if code.IsError(results.At(i).Type()) {
			continue
		}
		if len(lhs) != results.Len() {
			return true
		}
		if id, ok := lhs[i].(*ast.Ident); !ok || id.Name != "_" {
			return true
		}
	}
	return false
}

// inPlaceOf tells whether a variable is declared as a fresh context, keeps it, and is given to calls that are
// not about the end of things.
func (c *check) inPlaceOf(cur inspector.Cursor, call *ast.CallExpr, v *types.Var) bool {
	if as := cur.Parent().Node().(*ast.AssignStmt); as.Tok != token.DEFINE || code.CalleeName(call) == "Background" && v.Name() != "ctx" {
		return false
	}
	if _, all := c.Made(v); !all || len(c.Origins(v)) != 1 || c.amongEndings(cur) || c.onlyEnds(v) {
		return false
	}
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		in, _ := code.FuncAround(use)
		if fn, ok := code.FuncAround(cur); !ok || in != fn || c.UseOf(use) != code.Argument {
			return false
		}
		to, ok := use.Parent().Node().(*ast.CallExpr)
		return ok && !c.observes(to) && !ending.MatchString(code.CalleeName(to)) && !code.IsCall(c.Info, to, "context", "WithValue")
	})
}

// joined tells whether a goroutine says when it is done: it defers x.Done(), or
// sends or closes something.
func joined(t *code.Task) (done bool) {
	if t.Lit == nil {
		return false
	}
	ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok && code.CalleeName(d.Call) == "Done" {
			done = true
		}
		return !done
	})
	return done
}

func firstResult(c *check, call *ast.CallExpr) types.Type {
	t := c.Info.TypeOf(call)
	if tuple, ok := t.(*types.Tuple); ok && tuple.Len() > 0 {
		return tuple.At(0).Type()
	}
	return t
}

func lhsOf(cur inspector.Cursor) ast.Expr {
	if as, ok := cur.Parent().Node().(*ast.AssignStmt); ok && len(as.Rhs) == 1 {
		return as.Lhs[0]
	}
	return &ast.BadExpr{}
}
