// Work outside any group: a go statement whose goroutine nobody waits for. This file has the rule; loose_joined.go has
// whom a goroutine tells of its end, loose_owner.go whom it belongs to otherwise, loose_timer.go what AfterFunc starts.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Loose finds goroutines that nothing joins, where something is there that they should belong to.
var Loose = register(&Rule{
	Name:  "loose",
	Title: "a goroutine that nobody waits for",
	Why: "A function that takes a context works for somebody who waits for it. A goroutine that it starts and does not join goes on when that " +
		"caller believes the work is over: its error and its panic reach nobody, what it uses may be gone, and its context is dead or will never be. " +
		"Inside a task it escapes the task's group, and in an HTTP handler the request's context dies as soon as the handler returns.",
	Wrong: `
func save(ctx context.Context, key string) error {
	go func() {
		audit(ctx, key)
	}()
	return ctx.Err()
}

func audit(ctx context.Context, key string) {}
`,
	Right: `
func save(ctx context.Context, key string) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { audit(ctx, key) })
	return ctx.Err()
}

func audit(ctx context.Context, key string) {}
`,
	Exempt: "Goroutines that tell of their end: by a WaitGroup, by a channel that somebody else may receive from, by a function they were given, by a parameter of the function that counts what is done, by setting what has a method to wait for it, by ending a context; those with a comment right above that says that they go on alone (in the background, asynchronously and the like). " +
		"`main` and `init`; a call of a named function (`go flush(key)`), which says that it is meant to be on its own, unless it is in a task or is given a request's context; " +
		"what uses `context.WithoutCancel`. Off by default, since what they find is often meant: goroutines of an object that has a `Close`, `Stop` or the like, or with a context out of its fields (give it a group " +
		"made with `braid.Open`), watchdogs that wait for the end of a context (`context.AfterFunc` does it without a goroutine), goroutines that end with something else that they wait for (a channel, a pipe, somebody's `Wait`), functions whose name says that they start something or that have no error to give, goroutines with a loop without a condition, or that fill what the function gives back or keeps, what `AfterFunc` starts later, and functions without a context.",
	Shapes: []Shape{
		{Name: "task", Severity: Error, What: "a go statement in a task: the work escapes the task's group"},
		{Name: "request", Severity: Error, What: "a goroutine that outlives an HTTP handler and uses the request's context"},
		{Name: "ctx", Severity: Warning, What: "a go statement in a function that takes a context and gives an error, with a literal that gives the context to others; or one in a loop that calls what the function was given"},
		{Name: "afterfunc", Severity: Warning, What: "a go statement in AfterFunc, a timer that a task starts and that nobody can stop, or a condition that the end of a context wakes for good, also when nobody waits for it any more"},
		{Name: "timer", Severity: Note, Off: true, What: "another AfterFunc that nobody can stop, in a function with a context that it works with"},
		{Name: "alone", Severity: Note, Off: true, What: "a go statement or timer in a function that takes a context, or a literal in a task, where what is started has nothing to do with that"},
		{Name: "object", Severity: Note, Off: true, What: "a goroutine of an object that has a Close"},
		{Name: "starter", Severity: Note, Off: true, What: "in a function that may do no more than start something, by its name or since it has no error to give; or with a loop that goes on until something in it ends it"},
		{Name: "watchdog", Severity: Note, Off: true, What: "a goroutine that waits for the end of a context, or does all else in one select with that"},
		{Name: "told", Severity: Note, Off: true, What: "a goroutine that ends with what it waits for: a channel, a pipe, somebody's Wait; or that hands on what it has found, or fills what the function gives back or keeps, or has a lock of the function's"},
		{Name: "plain", Severity: Note, Off: true, What: "a go statement in a function without a context"},
	},
	Detachable: true,
}, func(c *check) {
	for _, t := range c.Tasks {
		switch t.Kind {
		case code.Bare:
			c.loose(t)
		case code.Timer:
			c.looseTimer(t)
		}
	}
})

func (c *check) loose(t *code.Task) {
	decl, _ := code.DeclAround(t.At)
	if decl == nil || decl.Recv == nil && (decl.Name.Name == "main" || decl.Name.Name == "init") || c.joins(t) {
		return
	}
	around := c.TaskAround(t.At)
	for around != nil && around.Kind == code.Bare {
		around = c.TaskAround(around.At)
	}
	if around != nil {
		if c.watches(t) || t.Lit != nil && c.endsWithCtx(t.Lit.Body) {
			c.watchdog(t)
		} else if around.Kind == code.Timer {
			c.report(t.At.Node(), "afterfunc", "a go statement in AfterFunc: AfterFunc has started a goroutine already, and nobody waits for either")
		} else if t.Lit != nil && !c.worksWith(t) && !c.setsOutside(t.Lit) {
			c.report(t.At.Node(), "alone", "a go statement in a task, which has nothing to do with a context: the task's group ends without it")
		} else {
			c.report(t.At.Node(), "task", "a go statement in a task: the work escapes the task's group, which ends without it; hand it to the group")
		}
		return
	}
	detached := uses(c, t.At.Node(), "context", "WithoutCancel") || uses(c, t.At.Node(), "context", "Background")
	ctx, request := c.ctxAround(t.At)
	switch {
	case (ctx != nil || request != nil) && (c.watches(t) || request != nil && t.Lit != nil && c.endsWithCtx(t.Lit.Body)):
		c.watchdog(t)
	case request != nil && !detached && c.mentionsRequest(t, request) && !c.onlyTells(t):
		c.report(t.At.Node(), "request", fmt.Sprintf("this goroutine may outlive the handler, and the context of %s is dead when the handler returns: join it, or give it context.WithoutCancel", request.Name()))
	case ctx == nil && request == nil:
		c.report(t.At.Node(), "plain", "nobody waits for this goroutine")
	case belongsToObject(c, decl):
		c.report(t.At.Node(), "object", "nobody waits for this goroutine of an object with a Close: give the object a group made with braid.Open, and close that")
	case starts(decl.Name.Name):
		c.report(t.At.Node(), "starter", fmt.Sprintf("%s starts a goroutine that nobody can wait for: take a group, or return something to wait with", decl.Name.Name))
	case c.ofObject(t):
		c.report(t.At.Node(), "object", "nobody waits for this goroutine, which has a context of the object's: give the object a group made with braid.Open, and close that")
	case detached || t.Lit == nil && !c.callsGiven(t):
	case t.Lit != nil && (c.toldToEnd(t) || c.waitsForOthers(t)):
		c.report(t.At.Node(), "told", "nobody waits for this goroutine, which ends with what it waits for: what it still has to do then is lost when the program ends")
	case c.commentAbove(t.At.Node(), onItsOwn):
	case t.Lit != nil && c.handsOn(t.Lit):
		c.report(t.At.Node(), "told", "nobody waits for this goroutine, which hands on what it has found: whoever is told may be gone")
	case t.Lit != nil && slices.ContainsFunc(t.Lit.Body.List, isEndless):
		c.report(t.At.Node(), "starter", "nobody waits for this goroutine, which goes on until something in its loop ends it")
	default:
		name, shape := "a request", "alone"
		if ctx != nil {
			name = ctx.Name()
		}
		switch {
		case !c.worksWith(t):
		case c.fillsKept(t):
			shape = "told"
		case code.ErrResult(c.Info, decl.Type) < 0 && t.Lit != nil && !c.fillsResult(t):
			shape = "starter"
		default:
			shape = "ctx"
		}
		c.report(t.At.Node(), shape, fmt.Sprintf("this function works for %s, and nobody waits for the goroutine that it starts: join it, or say //braid:detached with the reason", name))
	}
}

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

// isEndless tells whether a statement is a loop without a condition.
func isEndless(s ast.Stmt) bool {
	if l, ok := s.(*ast.LabeledStmt); ok {
		s = l.Stmt
	}
	f, ok := s.(*ast.ForStmt)
	return ok && f.Cond == nil
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

// onItsOwn matches comments that say that a goroutine is meant to go on alone.
var onItsOwn = regexp.MustCompile(`(?i)background|async|detach|non-?block|separate|on its own|outliv|(do not|don't|without) (block|wait)|no need to wait|best[- ]effort|fire.and.forget|eventually|later`)

func (c *check) watchdog(t *code.Task) {
	c.report(t.At.Node(), "watchdog", "nobody waits for this goroutine, which waits for the end of a context: if it does nothing else, context.AfterFunc does so without one")
}

// uses tells whether a function is called below a node.
func uses(c *check, n ast.Node, path, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && code.IsCall(c.Info, call, path, name) {
			found = true
		}
		return !found
	})
	return found
}
