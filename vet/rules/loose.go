// Work outside any group: a go statement whose goroutine nobody waits for. This file has the rule; loose_joined.go has
// whom a goroutine tells of its end, loose_owner.go whom it belongs to otherwise, loose_told.go what it leaves for others,
// loose_timer.go what AfterFunc starts.

package rules

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"

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
	Exempt: "Goroutines that tell of their end: by a WaitGroup, by a semaphore (unless it is the function's own, and it does not take all of it again), by a channel that somebody else may receive from, by a function they were given, by a parameter of the function that counts what is done, by setting what has a method to wait for it, by ending a context; those with a comment right above that says that they go on alone (in the background, asynchronously and the like). " +
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

// isEndless tells whether a statement is a loop without a condition.
func isEndless(s ast.Stmt) bool {
	if l, ok := s.(*ast.LabeledStmt); ok {
		s = l.Stmt
	}
	f, ok := s.(*ast.ForStmt)
	return ok && f.Cond == nil
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
