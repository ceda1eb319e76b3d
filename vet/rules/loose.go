// Work outside any group: a go statement whose goroutine nobody waits for.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ast/edge"
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
		"made with `braid.Open`), watchdogs that wait for the end of a context (`context.AfterFunc` does it without a goroutine), goroutines that end with something else that they wait for (a channel, a pipe, somebody's `Wait`), functions whose name says that they start something, and functions without a context.",
	Shapes: []Shape{
		{Name: "task", Severity: Error, What: "a go statement in a task: the work escapes the task's group"},
		{Name: "request", Severity: Error, What: "a goroutine that outlives an HTTP handler and uses the request's context"},
		{Name: "ctx", Severity: Warning, What: "a go statement in a function that takes a context, with a literal that gives it to others"},
		{Name: "afterfunc", Severity: Warning, What: "a go statement in AfterFunc, or an AfterFunc in a function with a context that nobody can stop and that works with it"},
		{Name: "alone", Severity: Note, Off: true, What: "both in a function that takes a context, where what is started has nothing to do with that"},
		{Name: "object", Severity: Note, Off: true, What: "a goroutine of an object that has a Close"},
		{Name: "starter", Severity: Note, Off: true, What: "in a function whose name says that it starts something"},
		{Name: "watchdog", Severity: Note, Off: true, What: "a goroutine that waits for the end of a context, or does all else in one select with that"},
		{Name: "told", Severity: Note, Off: true, What: "a goroutine that ends with what it waits for: a channel, a pipe, somebody's Wait"},
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
	case request != nil && !detached && c.mentionsRequest(t, request):
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
	default:
		name, shape := "a request", "alone"
		if ctx != nil {
			name = ctx.Name()
		}
		if c.worksWith(t) {
			shape = "ctx"
		}
		c.report(t.At.Node(), shape, fmt.Sprintf("this function works for %s, and nobody waits for the goroutine that it starts: join it, or say //braid:detached with the reason", name))
	}
}

// worksWith tells whether a goroutine gives a context from outside of it to a call that does more than to log: it works for whoever has given that.
func (c *check) worksWith(t *code.Task) (found bool) {
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || c.observes(call) || says(code.Callee(c.Info, call)) {
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

// onItsOwn matches comments that say that a goroutine is meant to go on alone.
var onItsOwn = regexp.MustCompile(`(?i)background|async|detach|non-?block|separate|on its own|outliv|(do not|don't|without) (block|wait)|no need to wait|best[- ]effort|fire.and.forget|eventually|later`)

func (c *check) watchdog(t *code.Task) {
	c.report(t.At.Node(), "watchdog", "nobody waits for this goroutine, which waits for the end of a context: if it does nothing else, context.AfterFunc does so without one")
}

// endsWithCtx tells whether a function selects on the end of a context, on its own level.
func (c *check) endsWithCtx(body *ast.BlockStmt) bool {
	return code.Has(body, func(n ast.Node) bool {
		clause, ok := n.(*ast.CommClause)
		if !ok {
			return false
		}
		_, is := c.DoneClause(clause)
		return is && endsIn[*ast.ReturnStmt](clause.Body)
	})
}

// ofObject tells whether all contexts that a goroutine uses are made of one that an object keeps: they end with that.
func (c *check) ofObject(t *code.Task) bool {
	ctxs, kept := 0, 0
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || !code.IsContext(c.Info.TypeOf(e)) {
			return true
		}
		v := code.Var(c.Info, e)
		if v == nil || code.Within(c.declOf(v), t.At.Node()) {
			return true
		}
		ctxs++
		if c.ofField(v, 0) {
			kept++
		}
		return false
	})
	return ctxs > 0 && kept == ctxs
}

func (c *check) ofField(v *types.Var, depth int) bool {
	if v.IsField() {
		return true
	}
	if depth > 5 {
		return false
	}
	origins := c.Origins(v)
	for _, o := range origins {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return false
		}
		parent := code.Var(c.Info, call.Args[0])
		if parent == nil || parent == v || !code.IsContext(parent.Type()) || !c.ofField(parent, depth+1) {
			return false
		}
	}
	return len(origins) > 0
}

// waitsForOthers tells whether a goroutine waits, on its own level, for something else than the function that starts it: it watches over that,
// and ends when that does. A server ends with its listener, a pipe that it closes with its reader, and with os.Exit all ends.
func (c *check) waitsForOthers(t *code.Task) bool {
	return code.Has(t.Lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			return n.Op == token.ARROW && !isTimer(c.Info, n.X)
		case *ast.RangeStmt:
			_, ok := under(c.Info.TypeOf(n.X)).(*types.Chan)
			return ok && !isTimer(c.Info, n.X)
		case *ast.CallExpr:
			name := code.CalleeName(n)
			return name == "Wait" && len(n.Args) == 0 || strings.HasPrefix(name, "Serve") || strings.HasPrefix(name, "ListenAndServe") || code.IsCall(c.Info, n, "os", "Exit")
		}
		return false
	}) || c.closesPipe(t)
}

// closesPipe tells whether a goroutine closes its end of a pipe by a defer.
func (c *check) closesPipe(t *code.Task) (closes bool) {
	ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		closes = closes || ok && strings.HasPrefix(code.CalleeName(call), "Close") && code.IsNamed(receiver(c, call), "io", "PipeWriter")
		return !closes
	})
	return closes
}

// callsGiven tells whether a go statement calls a function value that came from elsewhere, with a context
// and with nothing to tell of its end by.
func (c *check) callsGiven(t *code.Task) bool {
	v := code.Var(c.Info, t.Call.Fun)
	if _, ok := ast.Unparen(t.Call.Fun).(*ast.Ident); !ok || !code.IsLocal(v) || c.CtxArg(t.Call) == nil {
		return false
	}
	for _, o := range c.Origins(v) {
		if isLit(o) {
			return false
		}
	}
	for _, arg := range t.Call.Args {
		switch c.Info.TypeOf(arg).Underlying().(type) {
		case *types.Chan, *types.Pointer, *types.Signature:
			return false
		}
	}
	return true
}

func (c *check) looseTimer(t *code.Task) {
	ofCtx := code.IsCall(c.Info, t.Call, "context", "AfterFunc")
	if t.Lit == nil {
		if ofCtx && !c.wakesCond(t.Fn) {
			return
		}
		if id, ok := ast.Unparen(t.Fn).(*ast.Ident); !ofCtx && (!ok || code.Var(c.Info, id) == nil || code.IsNamed(c.Info.TypeOf(id), "context", "CancelFunc")) {
			return
		}
	}
	switch kind, _ := t.At.ParentEdge(); kind {
	case edge.ExprStmt_X:
	case edge.AssignStmt_Rhs:
		as := t.At.Parent().Node().(*ast.AssignStmt)
		if id, ok := as.Lhs[0].(*ast.Ident); !ok || id.Name != "_" || ofCtx { // that is meant
			return
		}
	default:
		return
	}
	if ofCtx {
		if v := code.Var(c.Info, t.Call.Args[0]); v == nil || !code.IsLocal(v) || len(c.Origins(v)) > 0 {
			return // a context of the function's own, which ends with it, or of something else, for which it runs
		}
	}
	decl, _ := code.DeclAround(t.At)
	around := c.TaskAround(t.At)
	ctx, request := c.ctxAround(t.At)
	if decl == nil || around == nil && ctx == nil && request == nil || c.joins(t) || uses(c, t.At.Node(), "context", "WithoutCancel") || c.commentAbove(t.At.Node(), onItsOwn) {
		return
	}
	shape := "afterfunc"
	if around == nil && !ofCtx && !c.worksWith(t) {
		shape = "alone"
	}
	c.report(t.At.Node(), shape, "what AfterFunc starts belongs to no group, and nobody keeps what stops it: it may run when the work around it is over")
}

// wakesCond tells whether a function is Broadcast or Signal of a condition.
func (c *check) wakesCond(fn ast.Expr) bool {
	sel, ok := ast.Unparen(fn).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, _ := c.Info.Uses[sel.Sel].(*types.Func)
	return code.Is(f, "sync", "Cond.Broadcast") || code.Is(f, "sync", "Cond.Signal")
}

// ctxAround gives the nearest context parameter of the functions around a place, and the nearest
// request that an HTTP handler is given.
func (c *check) ctxAround(cur inspector.Cursor) (ctx, request *types.Var) {
	for fn := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		ft, _ := code.FuncParts(fn.Node())
		handler := false
		for _, field := range ft.Params.List {
			handler = handler || code.IsNamed(c.Info.TypeOf(field.Type), "net/http", "ResponseWriter")
		}
		for _, field := range ft.Params.List {
			for _, name := range field.Names {
				v, ok := c.Info.Defs[name].(*types.Var)
				if !ok || name.Name == "_" {
					continue
				}
				if ctx == nil && code.IsContext(v.Type()) {
					ctx = v
				}
				if request == nil && handler && code.IsNamed(v.Type(), "net/http", "Request") {
					request = v
				}
			}
		}
	}
	return ctx, request
}

// mentionsRequest tells whether what is started uses r.Context(), or a variable made of it.
func (c *check) mentionsRequest(t *code.Task, r *types.Var) (found bool) {
	for _, arg := range t.Call.Args { // handed over whole
		if id, ok := ast.Unparen(arg).(*ast.Ident); ok && c.Info.Uses[id] == types.Object(r) {
			return true
		}
	}
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if c.observes(n) || says(code.Callee(c.Info, n)) {
				return false
			}
			if code.IsCall(c.Info, n, "net/http", "Request.Context") {
				found = true
			}
		case *ast.Ident:
			v, _ := c.Info.Uses[n].(*types.Var)
			if v == nil || !code.IsLocal(v) || code.Within(t.At.Node(), n) {
				break
			}
			if code.IsContext(v.Type()) && !(t.At.Node().Pos() <= v.Pos() && v.Pos() < t.At.Node().End()) {
				found = found || c.ofRequest(v, 0)
			}
		}
		return !found
	})
	return found
}

func (c *check) ofRequest(v *types.Var, depth int) bool {
	if depth > 5 {
		return false
	}
	for _, e := range c.Origins(v) {
		found := false
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if code.IsCall(c.Info, n, "context", "WithoutCancel") {
					return false
				}
				found = found || code.IsCall(c.Info, n, "net/http", "Request.Context")
			case *ast.Ident:
				if w, ok := c.Info.Uses[n].(*types.Var); ok && w != v && code.IsLocal(w) && code.IsContext(w.Type()) {
					found = found || c.ofRequest(w, depth+1)
				}
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
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

// watches tells whether all that a goroutine waits for is the end of a context, or is waited for
// together with that, in a select on its own level. What comes before must not be able to wait.
func (c *check) watches(t *code.Task) bool {
	if t.Lit == nil {
		return false
	}
	for _, stmt := range t.Lit.Body.List {
		switch s := stmt.(type) {
		case *ast.DeferStmt, *ast.DeclStmt:
			continue
		case *ast.AssignStmt:
			if len(s.Rhs) == 1 {
				if call, ok := s.Rhs[0].(*ast.CallExpr); ok && code.IsCall(c.Info, call, "time", "NewTimer", "NewTicker", "After", "Tick", "Now") {
					continue
				}
			}
		case *ast.ExprStmt:
			if c.DoneOf(s.X) != nil {
				return true
			}
			if call, ok := s.X.(*ast.CallExpr); ok && code.IsCall(c.Info, call, "sync", "Map.Store") {
				continue
			}
		case *ast.SelectStmt:
			for _, cc := range s.Body.List {
				if _, ok := c.DoneClause(cc.(*ast.CommClause)); ok {
					return true
				}
			}
		}
		return false
	}
	return false
}

var closers = map[string]bool{
	"Close": true, "Stop": true, "Shutdown": true, "Wait": true, "Cancel": true, "Done": true, "Terminate": true, "Kill": true, "Quit": true, "Destroy": true, "Release": true,
	"GracefulStop": true, "Unsubscribe": true, "Disconnect": true, "CloseNow": true, "Join": true, "stop": true, "close": true, "shutdown": true,
}

// belongsToObject tells whether a function is a method of something that can be
// closed, or returns such a thing.
func belongsToObject(c *check, decl *ast.FuncDecl) bool {
	fn, ok := c.Info.Defs[decl.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := fn.Signature()
	if sig.Recv() != nil && closable(sig.Recv().Type()) {
		return true
	}
	for r := range sig.Results().Variables() {
		if closable(r.Type()) {
			return true
		}
		if _, ok := r.Type().Underlying().(*types.Signature); ok { // a stop function
			return true
		}
		if _, ok := r.Type().Underlying().(*types.Chan); ok {
			return true
		}
	}
	return false
}

func closable(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.Pointer); !ok && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	if code.IsContext(t) || code.IsError(t) {
		return false
	}
	set := types.NewMethodSet(t)
	for m := range set.Methods() {
		if name := m.Obj().Name(); closers[name] {
			return true
		}
	}
	return false
}

func starts(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"start", "run", "serve", "watch", "listen", "new", "init", "open", "launch", "spawn", "go", "begin", "subscribe", "setup", "async", "detach", "background", "monitor", "schedule", "loop", "register", "connect", "dial", "poll"} {
		if strings.HasPrefix(name, word) || strings.HasSuffix(name, word) {
			return true
		}
	}
	return strings.Contains(name, "async") || strings.Contains(name, "background") || strings.Contains(name, "detach")
}
