// Cancel functions that are not called: the context and what was registered with
// its parents stay until those end. cancel_rounds.go has those that are deferred in a loop,
// cancel_meant.go those that nobody need call, cancel_replaced.go those in a field that another one takes the place of,
// cancel_kept.go those that are kept where nobody calls them, cancel_helper.go those that a function of the package gives.

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

// Cancel finds cancel functions that are dropped, forgotten on some path, or
// called too late.
var Cancel = register(&Rule{
	Name:  "cancel",
	Title: "a cancel function is not called",
	Why: "A derived context stays registered with its parent, with its timer, until the cancel function is called or the parent ends. " +
		"Standard vet's lostcancel asks for a mention of the function on every path; this rule also sees the one that is " +
		"mentioned and never called, kept in a field that nobody calls, or deferred in a loop, where all of them wait for the function to return.",
	Wrong: `
func probe(ctx context.Context, hosts []string, ping func(context.Context, string) error) (bad int) {
	for _, host := range hosts {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if ping(ctx, host) != nil {
			bad++
		}
	}
	return bad
}
`,
	Right: `
func probe(ctx context.Context, hosts []string, ping func(context.Context, string) error) (bad int) {
	for _, host := range hosts {
		if pingOne(ctx, host, ping) != nil {
			bad++
		}
	}
	return bad
}

func pingOne(ctx context.Context, host string, ping func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return ping(ctx, host)
}
`,
	Exempt: "`main`; a function that is handed on, stored in an exported field or captured by a literal, from where on others have to call it; a loop that goes round again only after a failure: one that ends in `return`, or returns if an error is nil; " +
		"a loop over what is there that gives the context to a goroutine, which goes on after the round; " +
		"a method that does something again where it, or who calls it, calls anything that stops or closes something; " +
		"a dropped function of a context whose parent the function has made too, and cancels; a dropped function of a context without a limit of time, of `context.Background()`, which nothing knows; one with a comment that says why it is not called, above the statement, on its line or right below.",
	Shapes: []Shape{
		{Name: "blank", Severity: Error, What: "the function is assigned to _"},
		{Name: "never", Severity: Error, What: "a local variable holds the function and nothing calls it or hands it on"},
		{Name: "path", Severity: Error, What: "the function returns somewhere without having called it"},
		{Name: "loop", Severity: Warning, What: "the call is deferred in a loop, to the end of the whole function"},
		{Name: "field", Severity: Warning, What: "an unexported field holds the function, or a map or list, and nothing in the package calls it"},
		{Name: "overwritten", Severity: Warning, What: "a local variable gets another such function before the first one is called"},
		{Name: "replaced", Severity: Warning, What: "a method that does something again, by its name, puts the function into a field and does not call the one that is there"},
		{Name: "afterfunc", Severity: Warning, What: "the stop function of context.AfterFunc is dropped: in a loop, where what the function uses is local and closed, or is the caller's and is given a deadline"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if code.IsCall(c.Info, call, "context", "AfterFunc") {
			c.afterFunc(cur, call)
			continue
		}
		derive, i := c.derivation(call, 0)
		if derive == nil || c.inMain(cur) {
			continue
		}
		fn := code.Callee(c.Info, call)
		name := fn.Name()
		if derive == call {
			name = fn.Pkg().Name() + "." + name
		}
		var lhs ast.Expr
		switch n := cur.Parent().Node().(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) > i && len(n.Rhs) == 1 {
				lhs = n.Lhs[i]
			}
		case *ast.ValueSpec:
			if len(n.Names) > i && len(n.Values) == 1 {
				lhs = n.Names[i]
			}
		}
		if lhs == nil {
			continue
		}
		if id, ok := lhs.(*ast.Ident); ok && id.Name == "_" {
			if c.endsWithParent(cur, call) || c.saysDropped(cur.Parent().Node()) || c.leavesNothing(derive) {
				continue
			}
			until := "its parent ends"
			switch by := code.CalleeName(derive); {
			case !strings.HasPrefix(by, "WithTimeout") && !strings.HasPrefix(by, "WithDeadline"):
				if by == "NotifyContext" {
					until = "a signal comes, or " + until
				}
			case c.ofNone(derive): // nothing else knows it
				until = "its time is over"
			default:
				until = "its time is over, or " + until
			}
			c.report(id, "blank", "the cancel function of "+name+" is dropped: the context stays until "+until)
			continue
		}
		v := code.Var(c.Info, lhs)
		switch {
		case v == nil:
		case v.IsField():
			if !v.Exported() && len(c.released(v, true)) == 0 {
				c.report(lhs, "field", "nothing calls "+v.Name()+", the cancel function of "+name)
			} else {
				c.replaced(cur, lhs, v, name)
			}
		case code.IsLocal(v):
			c.cancelVar(cur, lhs, v, name, c.leavesNothing(derive))
			c.replaced(cur, lhs, v, name)
		}
	}
})

// cancelVar looks at what becomes of a cancel function in a local variable. Of a harmless one nothing stays behind.
func (c *check) cancelVar(cur inspector.Cursor, lhs ast.Expr, v *types.Var, name string, harmless bool) {
	uses := c.released(v, false)
	if len(uses) == 0 && v.Kind() == types.ResultVar || c.saysDropped(cur.Parent().Node()) {
		return
	}
	if len(uses) == 0 {
		c.report(lhs, "never", "nothing calls "+v.Name()+", the cancel function of "+name)
		return
	}
	fn, ok := code.FuncAround(cur)
	if !ok {
		return
	}
	if declared, _ := c.DeclaredIn(v); declared != fn { // of the function around
		return
	}
	if c.lost(fn, cur.Parent().Node(), v, uses) {
		c.report(lhs, "path", v.Name()+", the cancel function of "+name+", is not called on every path")
		return
	}
	if store := c.deadEnd(v, fn.Node()); store != nil && !harmless {
		c.report(lhs, "field", "nothing calls what "+store.Name()+" has: the cancel function of "+name)
		return
	}
	if !harmless && !c.endsWithParent(cur, cur.Node().(*ast.CallExpr)) && c.overwritten(fn, cur.Parent().Node(), v, uses) {
		c.report(lhs, "overwritten", v.Name()+" gets another function before this one of "+name+" is called: the context stays until its parent ends")
		return
	}
	if !c.outlivesRound(cur) && !c.forTasks(cur) {
		c.deferInLoop(cur, lhs, v, uses, "loop", "cancel functions of "+name)
	}
}

// released gives the mentions of a variable that may call or hand on what it
// holds: all but its assignments, comparisons and _ = v. Of a field only those count that read it.
func (c *check) released(v *types.Var, field bool) (uses []inspector.Cursor) {
	for _, use := range c.Uses[v] {
		kind, _ := use.ParentEdge()
		at := use
		if kind == edge.SelectorExpr_Sel {
			at = use.Parent()
		}
		switch c.UseOf(use) {
		case code.Assigned:
			continue
		case code.Read:
			if field {
				break
			}
			switch up, _ := at.ParentEdge(); up {
			case edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.AssignStmt_Rhs:
				continue
			}
		}
		if kind == edge.KeyValueExpr_Key {
			continue
		}
		uses = append(uses, use)
	}
	return uses
}

// lost tells whether the function may return after the definition without having
// come by one of the uses.
func (c *check) lost(fn inspector.Cursor, def ast.Node, v *types.Var, uses []inspector.Cursor) (lost bool) {
	f := code.FlowOf(c.cfgs, fn.Node())
	if f == nil {
		return false
	}
	for _, use := range uses { // a literal that was there before sees the new value
		if in, _ := code.FuncAround(use); in != fn && (code.Deferred(use) || in.Node().Pos() < def.Pos()) {
			return false
		}
	}
	f.After(def, func(step ast.Node) bool {
		for _, use := range uses {
			if code.Within(use.Node(), step) {
				return false
			}
		}
		if e, ok := step.(ast.Expr); ok && isNil(e, token.NEQ) && code.Var(c.Info, ast.Unparen(e).(*ast.BinaryExpr).X) == v {
			return false // if cancel != nil { cancel() }
		}
		if code.Has(step, func(n ast.Node) bool { // a new value: that is another definition's matter
			as, ok := n.(*ast.AssignStmt)
			if !ok {
				return false
			}
			for _, l := range as.Lhs {
				if code.Var(c.Info, l) == v {
					return true
				}
			}
			return false
		}) {
			return false
		}
		if ret, ok := step.(*ast.ReturnStmt); ok {
			if !returnsNamed(c.Info, fn.Node(), ret, v) {
				lost = true
			}
		}
		return !lost
	})
	return lost
}

// returnsNamed tells whether a bare return gives back v, a named result.
func returnsNamed(info *types.Info, fn ast.Node, ret *ast.ReturnStmt, v *types.Var) bool {
	typ, _ := code.FuncParts(fn)
	if typ.Results == nil || len(ret.Results) > 0 {
		return false
	}
	for _, field := range typ.Results.List {
		for _, name := range field.Names {
			if info.Defs[name] == v {
				return true
			}
		}
	}
	return false
}

// endsIn tells whether the last statement is of that kind.
func endsIn[S ast.Stmt](list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	_, ok := list[len(list)-1].(S)
	return ok
}

// isNil tells whether a condition is x == nil, or x != nil.
func isNil(cond ast.Expr, op token.Token) bool {
	b, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || b.Op != op {
		return false
	}
	id, ok := ast.Unparen(b.Y).(*ast.Ident)
	return ok && id.Name == "nil"
}

func deferAround(cur inspector.Cursor) (inspector.Cursor, bool) {
	for d := range cur.Enclosing((*ast.DeferStmt)(nil)) {
		return d, true
	}
	return inspector.Cursor{}, false
}

// afterFunc reports a dropped stop function where that matters: the function is
// registered again and again, or acts on what the function around closes.
func (c *check) afterFunc(cur inspector.Cursor, call *ast.CallExpr) {
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.ExprStmt_X:
	case edge.AssignStmt_Rhs:
		if id, ok := cur.Parent().Node().(*ast.AssignStmt).Lhs[0].(*ast.Ident); !ok || id.Name != "_" {
			return
		}
	default:
		return
	}
	v := code.Var(c.Info, call.Args[0])
	if v == nil || !code.IsLocal(v) || !code.IsParam(c.Info, v) && c.derivedIn(v, cur) {
		return
	}
	matters := false
	if loop, ok := code.LoopAround(cur); ok && v.Pos() < loop.Node().Pos() {
		matters = true
	}
	if lit, ok := ast.Unparen(call.Args[1]).(*ast.FuncLit); ok {
		ast.Inspect(lit.Body, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			o, _ := c.Info.Uses[id].(*types.Var)
			if o == nil || o == v || !code.IsLocal(o) || code.Within(c.declOf(o), lit) {
				return true
			}
			for _, use := range c.Uses[o] { // closed when the function around ends
				if code.Deferred(use) && c.UseOf(use) == code.Method {
					matters = true
				}
			}
			return true
		})
	}
	if matters || !c.derivedIn(v, cur) && c.spoilsNextUse(cur, call.Args[1]) {
		c.report(call, "afterfunc", "the stop function of context.AfterFunc is dropped: what it runs stays registered with "+v.Name()+" when this is over")
	}
}

// derivedIn tells whether a context is one that the function around a place has derived itself: what is registered with it is over when the function ends it.
func (c *check) derivedIn(v *types.Var, cur inspector.Cursor) bool {
	fn, _ := code.FuncAround(cur)
	in, ok := c.DeclaredIn(v)
	return ok && in == fn && slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return ok && ends(c.Info, call)
	})
}

// declOf gives a node at the place where a variable is declared.
func (c *check) declOf(v *types.Var) ast.Node { return &ast.BadExpr{From: v.Pos(), To: v.Pos()} }

func (c *check) inMain(cur inspector.Cursor) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	decl, ok := fn.Node().(*ast.FuncDecl)
	return ok && decl.Recv == nil && decl.Name.Name == "main" && c.Pkg.Name() == "main"
}
