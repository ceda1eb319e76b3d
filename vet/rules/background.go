// A fresh context where there is one in reach: what it is given to is not
// cancelled with the rest.

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
		"a context with a cancel function that others are given, or whose function waits for the end of the one in reach.",
	Shapes: []Shape{
		{Name: "call", Severity: Warning, What: "a call whose result, besides an error, is looked at is given context.Background()"},
		{Name: "effect", Severity: Note, Off: true, What: "a call that gives nothing but an error: what it does may be meant to be done whatever becomes of the caller"},
		{Name: "todo", Severity: Warning, What: "context.TODO() where a context is in reach"},
		{Name: "variable", Severity: Warning, What: "a variable is context.TODO(), or one named ctx is context.Background(), and calls are given it"},
		{Name: "derived", Severity: Warning, What: "a context is derived from Background by With…"},
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
		if c.saysSo(cur.Node()) || r.Task == nil && c.handedToGo(cur) {
			continue
		}
		if kind == edge.AssignStmt_Rhs {
			if v := c.assignedTo(cur); v != nil && c.inPlaceOf(cur, call, v) {
				c.report(call, "variable", "context."+code.CalleeName(call)+"() does not end with "+r.Name()+", which is in reach: use that, or context.WithoutCancel")
			}
			continue
		}
		outer := cur.Parent().Node().(*ast.CallExpr)
		if up, _ := cur.Parent().ParentEdge(); up == edge.GoStmt_Call || up == edge.DeferStmt_Call || c.makesToKeep(cur.Parent(), outer) || c.goesAlong(cur.Parent(), outer, r) || c.stoppedElsewhere(cur.Parent(), outer) || c.endsWithChannel(cur.Parent(), outer) {
			continue
		}
		if c.observes(outer) || c.endingNow(cur, outer) || c.KeepsCtx(code.Callee(c.Info, outer)) {
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
		}
		c.report(call, shape, name+" does not end with "+r.Name()+", which is in reach: use that, or context.WithoutCancel")
	}
})

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

// givesBack tells whether a context that a call makes is in what the function returns: making one is its work.
func (c *check) givesBack(cur inspector.Cursor) bool {
	v := c.assignedTo(cur)
	return v != nil && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		for up := range use.Enclosing((*ast.ReturnStmt)(nil), (*ast.BlockStmt)(nil)) {
			ret, ok := up.Node().(*ast.ReturnStmt)
			if !ok {
				return false
			}
			return slices.ContainsFunc(ret.Results, func(e ast.Expr) bool {
				return code.IsContext(c.Info.TypeOf(e)) && code.Within(use.Node(), e)
			})
		}
		return false
	})
}

// handedToGo tells whether a place is in a function without result that is handed to some Go: nobody asks what has become of it.
func (c *check) handedToGo(cur inspector.Cursor) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	lit, ok := fn.Node().(*ast.FuncLit)
	call, handed := fn.Parent().Node().(*ast.CallExpr)
	return ok && handed && lit.Type.Results == nil && c.Task[lit] == nil && code.CalleeName(call) == "Go"
}

// makesToKeep tells whether a call makes something that outlives the function, which keeps it in a field or gives it back: its context is for that.
func (c *check) makesToKeep(cur inspector.Cursor, call *ast.CallExpr) bool {
	fn := code.Callee(c.Info, call)
	if fn == nil || !strings.HasPrefix(fn.Name(), "New") && !strings.HasPrefix(fn.Name(), "new") {
		return false
	}
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.ReturnStmt_Results, edge.KeyValueExpr_Value:
		return true
	case edge.AssignStmt_Rhs:
		v := code.Var(c.Info, lhsOf(cur))
		if v == nil || code.IsContext(v.Type()) || code.IsNamed(v.Type(), "net/http", "Request") {
			return false
		}
		if !code.IsLocal(v) || v.Kind() == types.ResultVar {
			return true
		}
		return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			how := c.UseOf(use)
			return how == code.Stored || how == code.Returned || how == code.Argument
		})
	}
	return false
}

// stoppedElsewhere tells whether a method is called in a task of something that the function around, or another task, stops.
func (c *check) stoppedElsewhere(cur inspector.Cursor, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	t := c.TaskAround(cur)
	if !ok || t == nil {
		return false
	}
	v := code.Var(c.Info, sel.X)
	return code.IsLocal(v) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		other, ok := use.Parent().Node().(*ast.SelectorExpr)
		return ok && closers[other.Sel.Name] && !code.Within(other, t.Call) && other.Sel.Name != "Wait" && other.Sel.Name != "Done"
	})
}

// endsWithChannel tells whether a call is given a local channel that a goroutine of the function closes when a context has ended.
func (c *check) endsWithChannel(cur inspector.Cursor, call *ast.CallExpr) bool {
	return slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		v := code.Var(c.Info, e)
		if _, ok := under(c.Info.TypeOf(e)).(*types.Chan); !ok || !code.IsLocal(v) {
			return false
		}
		return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
			close, ok := use.Parent().Node().(*ast.CallExpr)
			in, _ := code.FuncAround(use)
			return ok && c.Builtin(close) == "close" && !code.Within(cur.Node(), in.Node()) && c.LooksAtCtx(in.Node())
		})
	})
}

// goesAlong tells whether what a call gives is handed on together with the context in reach, or is a command that others may wait for.
func (c *check) goesAlong(cur inspector.Cursor, call *ast.CallExpr, r *code.Reach) bool {
	v := c.assignedTo(cur)
	if v == nil || code.IsContext(v.Type()) || code.IsNamed(v.Type(), "net/http", "Request") || isData(v.Type()) {
		return false
	}
	command := code.IsCall(c.Info, call, "os/exec", "CommandContext")
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		if c.UseOf(use) != code.Argument {
			return false
		}
		to := use.Parent().Node().(*ast.CallExpr)
		return command || slices.ContainsFunc(to.Args, func(e ast.Expr) bool { w := code.Var(c.Info, e); return w != nil && w == r.Ctx })
	})
}

// isData tells whether a type has nothing in it that could know a context: numbers, texts and lists.
func isData(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return true
	case *types.Slice:
		return isData(u.Elem())
	}
	return false
}

// inPlaceOf tells whether a variable is declared as a fresh context, keeps it, and is given to calls that are
// not about the end of things.
func (c *check) inPlaceOf(cur inspector.Cursor, call *ast.CallExpr, v *types.Var) bool {
	if as := cur.Parent().Node().(*ast.AssignStmt); as.Tok != token.DEFINE || code.CalleeName(call) == "Background" && v.Name() != "ctx" {
		return false
	}
	if _, all := c.Made(v); !all || len(c.Origins(v)) != 1 || c.endingNow(cur, &ast.CallExpr{Fun: ast.NewIdent("_")}) || c.onlyEnds(v) {
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

var ending = regexp.MustCompile(`(?i)^(shutdown|clos|stop|clean|rollback|releas|unlock|abort|delet|remov|revok|kill|flush|sync|disconnect|leav|deregister|unregister|teardown|destroy|drain|finish|detach|undo|bg|background|grace|free|purg)` +
	`|(Shutdown|Close|Stop|Cleanup|Clean|Rollback|Release|Unlock|Abort|Flush|Drain|Teardown|Grace|Detach|Background|Async)`)

// endingNow tells whether a place is about the end of things: by the name of the
// function called or around, or since the context is known to have ended.
func (c *check) endingNow(cur inspector.Cursor, call *ast.CallExpr) bool {
	if name := code.CalleeName(call); ending.MatchString(name) {
		return true
	}
	decl, _ := code.DeclAround(cur)
	if decl != nil && ending.MatchString(decl.Name.Name) {
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

// lastDerived gives the last of the calls that make a context of one another.
func (c *check) lastDerived(cur inspector.Cursor) inspector.Cursor {
	for {
		kind, i := cur.ParentEdge()
		if kind != edge.CallExpr_Args || i != 0 {
			return cur
		}
		if up, ok := cur.Parent().Node().(*ast.CallExpr); !ok || !code.IsContext(firstResult(c, up)) {
			return cur
		}
		cur = cur.Parent()
	}
}

// endsItself tells whether a context that is made of Background is ended in an order of its own: by a call of
// its cancel function that is not just deferred, where the function knows of the end of the context in reach.
func (c *check) endsItself(cur inspector.Cursor, r *code.Reach) bool {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	name := code.CalleeName(cur.Node().(*ast.CallExpr))
	if !ok || len(as.Lhs) != 2 || strings.Contains(name, "Timeout") || strings.Contains(name, "Deadline") {
		return false
	}
	cancel := code.Var(c.Info, as.Lhs[1])
	if cancel == nil {
		return false
	}
	if cancel.IsField() { // an object's
		return true
	}
	for _, use := range c.Uses[cancel] { // others end it
		switch c.UseOf(use) {
		case code.Called:
			in, _ := code.FuncAround(use)
			if lit, ok := in.Node().(*ast.FuncLit); ok && in != r.Func && !code.Deferred(use) && (c.Task[lit] == nil || c.Task[lit].Kind == code.Timer || c.Task[lit].Kind == code.Bare) {
				return true
			}
		case code.Stored, code.Returned, code.Argument:
			return true
		}
	}
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	for x := range fn.Preorder((*ast.UnaryExpr)(nil)) { // it waits for the end itself
		u := x.Node().(*ast.UnaryExpr)
		if e := c.DoneOf(u); u.Op == token.ARROW && e != nil && code.Var(c.Info, e) == r.Ctx {
			return true
		}
	}
	return false
}

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
