// Tickers, timers and signal registrations that outlive the function that made
// them for itself.

package rules

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"go/version"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Unstopped finds tickers, timers and signal channels that are not stopped.
var Unstopped = register(&Rule{
	Name:  "unstopped",
	Title: "a ticker, timer or signal channel is not stopped",
	Why: "A ticker goes on after the function that made it has returned. Since Go 1.23 the garbage collector takes one that nobody " +
		"can reach; until it runs, and in older programs for ever, each call leaves one behind. `signal.Notify` is never undone by itself: the " +
		"signal stays captured, and the program no longer dies of it.\n\nWhat the collector takes is no bug: in code for Go 1.23 and later only " +
		"a ticker that nothing stops at all is found by default, and as a note.",
	Wrong: `
func beat(ctx context.Context, send func()) {
	t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
			send()
		case <-ctx.Done():
			return
		}
	}
}
`,
	Right: `
func beat(ctx context.Context, send func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			send()
		case <-ctx.Done():
			return
		}
	}
}
`,
	Exempt: "`main`; a function that never returns, or is left in a loop over its signals only; signals that nobody receives, which are swallowed; what is handed on, stored in an exported field or captured by a literal; a timer that has fired on every way out; one of `time.AfterFunc` that only logs, cancels, closes or says that it has fired, or that nobody keeps and that aborts what the function starts or waits for; from Go 1.23 on timers, " +
		"`time.Tick`, a ticker that is stopped on some paths, and one in a field of a new object, which goes with that, unless a loop without end ranges over it.",
	Shapes: []Shape{
		{Name: "ticker", Severity: Note, What: "nothing stops a ticker of the function's own, or one that takes the place of another whose Stop was deferred"},
		{Name: "tickerpath", Severity: Warning, What: "a ticker of the function's own is not stopped on every path, before Go 1.23"},
		{Name: "timer", Severity: Note, What: "nothing stops a timer of the function's own, which may still run when it returns, before Go 1.23"},
		{Name: "timerpath", Severity: Note, Off: true, What: "a timer of the function's own is not stopped on every path, before Go 1.23"},
		{Name: "tick", Severity: Note, What: "time.Tick, which cannot be stopped, in a function that returns, before Go 1.23"},
		{Name: "collected", Severity: Note, Off: true, What: "all of these from Go 1.23 on, where the garbage collector takes them"},
		{Name: "fires", Severity: Note, What: "a timer of time.AfterFunc, of the function's own, that is only set anew, or not stopped on a way out through an error although it does something to what the function was given, or that nobody keeps although it aborts what the function was given and works with: it fires after the function has returned"},
		{Name: "loop", Severity: Warning, What: "Stop is deferred in a loop, to the end of the whole function"},
		{Name: "field", Severity: Warning, What: "an unexported field holds a ticker and nothing in the package stops it"},
		{Name: "signal", Severity: Warning, What: "signal.Notify for a channel of the function's own without signal.Stop"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		switch {
		case code.IsCall(c.Info, call, "time", "NewTicker"):
			c.unstopped(cur, "ticker")
		case code.IsCall(c.Info, call, "time", "NewTimer"):
			c.unstopped(cur, "timer")
		case code.IsCall(c.Info, call, "time", "AfterFunc") && len(call.Args) == 2: // else it is given what a call gives
			c.firesLate(cur)
		case code.IsCall(c.Info, call, "time", "Tick"):
			c.tick(cur, call)
		case code.IsCall(c.Info, call, "os/signal", "Notify"):
			c.notify(cur, call)
		}
	}
})

func (c *check) unstopped(cur inspector.Cursor, shape string) {
	fn, ok := code.FuncAround(cur)
	if !ok || c.inMain(cur) {
		return
	}
	kind, _ := cur.ParentEdge()
	if kind == edge.SelectorExpr_X && shape == "ticker" { // time.NewTicker(d).C
		if up := cur.Parent(); isRangeOver(up) && !left(up.Parent().Node().(*ast.RangeStmt).Body) {
			return // nobody closes the channel
		}
		if c.returnsAfter(fn, cur.Node()) {
			c.report(cur.Node(), shape, "nothing can stop this ticker: keep it in a variable and defer its Stop")
		}
		return
	}
	if kind == edge.SelectorExpr_X && shape == "timer" {
		c.timerEachRound(cur, fn)
		return
	}
	var lhs ast.Expr
	switch n := cur.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(n.Lhs) == 1 && len(n.Rhs) == 1 {
			lhs = n.Lhs[0]
		}
	case *ast.ValueSpec:
		if len(n.Names) == 1 {
			lhs = n.Names[0]
		}
	case *ast.KeyValueExpr:
		lhs = n.Key
	}
	if lhs == nil {
		return
	}
	v := code.Var(c.Info, lhs)
	switch {
	case v == nil:
	case v.IsField():
		if shape == "ticker" && !v.Exported() && v.Pkg() == c.Pkg && len(c.stops(v)) == 0 {
			shape := "field"
			if c.collected(cur) && !c.rangedForEver(v) && c.ofNew(lhs) { // it goes with its object
				shape = "collected"
			}
			c.report(cur.Node(), shape, "nothing in the package stops the ticker in "+v.Name())
		}
	case code.IsLocal(v):
		if declared, _ := c.DeclaredIn(v); declared != fn {
			return
		}
		kind, uses := shape, c.stops(v)
		if len(uses) > 0 {
			shape += "path"
		}
		if kind == "timer" {
			uses = append(uses, c.fires(v)...)
		}
		if c.ticksForEver(fn, v) {
			return
		}
		if c.lost(fn, cur.Parent().Node(), v, uses) {
			how := " is not stopped on every path: defer its Stop here"
			if shape == kind {
				how = " is never stopped: defer its Stop here"
			} else if kind == "ticker" && c.onlyFirstStopped(fn, cur.Parent(), v, uses) {
				shape, how = kind, ", once it is this one, is never stopped: what was deferred stops the one before; give that another interval by Reset"
			}
			if shape != "ticker" && c.collected(cur) {
				shape = "collected"
			}
			c.report(cur.Node(), shape, v.Name()+how)
			return
		}
		c.deferInLoop(cur, cur.Node(), v, uses, "loop", kind+"s made")
	}
}

// onlyFirstStopped tells whether all that stops a ticker was deferred, as a call of Stop itself, before the variable was given this one: the ticker
// that is stopped is the one which the variable had then.
func (c *check) onlyFirstStopped(fn, def inspector.Cursor, v *types.Var, uses []inspector.Cursor) bool {
	flow := code.FlowOf(c.cfgs, fn.Node())
	return !slices.ContainsFunc(uses, func(use inspector.Cursor) bool {
		call := use.Parent().Parent()
		kind, _ := call.ParentEdge()
		return kind != edge.DeferStmt_Call || c.comesTo(flow, def.Node(), use.Node(), v)
	})
}

// collected tells whether the file is for a Go whose garbage collector takes timers and tickers that
// nobody can reach.
func (c *check) collected(cur inspector.Cursor) bool {
	v := c.Pass.Pkg.GoVersion()
	if own := c.Info.FileVersions[c.FileOf(cur.Node().Pos())]; own != "" {
		v = own
	}
	return v == "" || version.Compare(v, "go1.23") >= 0
}

// ticksForEver tells whether the function loops over a ticker's channel, which nobody closes, or for ever, and leaves that loop in no way but
// behind a Stop.
func (c *check) ticksForEver(fn inspector.Cursor, v *types.Var) bool {
	for cur := range fn.Preorder((*ast.RangeStmt)(nil), (*ast.ForStmt)(nil)) {
		if in, _ := code.FuncAround(cur); in != fn {
			continue
		}
		switch n := cur.Node().(type) {
		case *ast.RangeStmt:
			x := ast.Unparen(n.X)
			if sel, ok := x.(*ast.SelectorExpr); ok && sel.Sel.Name == "C" {
				x = sel.X
			}
			if code.Var(c.Info, x) == v && (!left(n.Body) || c.stoppedFirst(cur, v)) {
				return true
			}
		case *ast.ForStmt: // for ; true; <-ticker.C
			if tv := c.Info.Types[n.Cond]; n.Cond != nil && tv.Value != nil && constant.BoolVal(tv.Value) && c.mentions(n, v) && !left(n.Body) {
				return true
			}
		}
	}
	return false
}

// stoppedFirst tells whether the ticker is stopped right before each statement that leaves a loop.
func (c *check) stoppedFirst(loop inspector.Cursor, v *types.Var) bool {
	for cur := range loop.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		if b, ok := cur.Node().(*ast.BranchStmt); ok && b.Tok == token.CONTINUE && b.Label == nil {
			continue
		}
		before, ok := cur.PrevSibling()
		if !ok {
			return false
		}
		es, _ := before.Node().(*ast.ExprStmt)
		if es == nil {
			return false
		}
		call, ok := es.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Stop" || code.Var(c.Info, sel.X) != v {
			return false
		}
	}
	return true
}

// isRangeOver tells whether a place is what a loop ranges over.
func isRangeOver(cur inspector.Cursor) bool {
	kind, _ := cur.ParentEdge()
	return kind == edge.RangeStmt_X
}

// ofNew tells whether a field is set where its object is made.
func (c *check) ofNew(lhs ast.Expr) bool {
	sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
	if !ok {
		return true // a key of a literal
	}
	root := rootOf(c.Info, sel)
	return code.IsLocal(root) && root.Kind() == types.LocalVar
}

// rangedForEver tells whether some loop over the channel of a ticker in a field has no other way out: what keeps it is kept by the
// loop itself.
func (c *check) rangedForEver(v *types.Var) bool {
	for _, use := range c.Uses[v] {
		for r := range use.Enclosing((*ast.RangeStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
			n, ok := r.Node().(*ast.RangeStmt)
			if ok && code.Within(use.Node(), n.X) && !left(n.Body) {
				return true
			}
			break
		}
	}
	return false
}

// left tells whether there is a way out of a loop in its body.
func left(loop *ast.BlockStmt) (out bool) {
	code.Shallow(loop, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			out = true
		case *ast.BranchStmt:
			out = out || n.Tok == token.BREAK || n.Tok == token.GOTO
		}
		return !out
	})
	return out
}

// stops gives the mentions of a ticker or timer that stop it or hand it on.
func (c *check) stops(v *types.Var) (uses []inspector.Cursor) {
	for _, use := range c.released(v, false) {
		at := use
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			at = use.Parent()
		}
		if sel, ok := at.Parent().Node().(*ast.SelectorExpr); ok && sel.X == at.Node() && sel.Sel.Name != "Stop" {
			if in, _ := code.FuncAround(use); !v.IsField() {
				if declared, _ := c.DeclaredIn(v); in != declared { // captured: the literal's matter
					uses = append(uses, use)
				}
			}
			continue
		}
		uses = append(uses, use)
	}
	return uses
}

// fires gives the receives from a timer's channel: after one it runs no more.
func (c *check) fires(v *types.Var) (uses []inspector.Cursor) {
	for _, use := range c.Uses[v] {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel.Name == "C" {
			if u, ok := use.Parent().Parent().Node().(*ast.UnaryExpr); !ok || u.X != sel {
				uses = append(uses, use) // the channel goes elsewhere
				continue
			}
			uses = append(uses, use)
		}
	}
	return uses
}

// tick reports time.Tick in a function that returns, but not in main.
func (c *check) tick(cur inspector.Cursor, call *ast.CallExpr) {
	fn, ok := code.FuncAround(cur)
	if !ok || c.inMain(cur) {
		return
	}
	if kind, _ := cur.ParentEdge(); kind == edge.ReturnStmt_Results {
		return
	}
	if isRangeOver(cur) && !left(cur.Parent().Node().(*ast.RangeStmt).Body) {
		return
	}
	if v := c.assignedTo(cur); v != nil && (c.ticksForEver(fn, v) || slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		in, _ := code.FuncAround(use)
		return in != fn // captured by what may go on
	})) {
		return
	}
	if c.returnsAfter(fn, call) {
		shape := "tick"
		if c.collected(cur) {
			shape = "collected"
		}
		c.report(call, shape, "time.Tick cannot be stopped and this function returns: use time.NewTicker and defer its Stop")
	}
}

func (c *check) returnsAfter(fn inspector.Cursor, at ast.Node) (returns bool) {
	f := code.FlowOf(c.cfgs, fn.Node())
	if f == nil {
		return false
	}
	f.After(at, func(step ast.Node) bool {
		if _, ok := step.(*ast.ReturnStmt); ok {
			returns = true
		}
		return !returns
	})
	return returns
}

// notify reports a local signal channel that is never given to signal.Stop.
func (c *check) notify(cur inspector.Cursor, call *ast.CallExpr) {
	fn, ok := code.FuncAround(cur)
	if !ok || c.Pkg.Name() == "main" || len(call.Args) == 0 {
		return
	}
	if decl, _ := code.DeclAround(cur); decl != nil && decl.Name.Name == "init" {
		return
	}
	v := code.Var(c.Info, call.Args[0])
	if !code.IsLocal(v) || code.IsParam(c.Info, v) {
		return
	}
	if declared, _ := c.DeclaredIn(v); declared != fn || !c.returnsAfter(fn, call) {
		return
	}
	for loop := range fn.Preorder((*ast.ForStmt)(nil)) { // a condition that is always true
		n := loop.Node().(*ast.ForStmt)
		if tv, ok := c.Info.Types[n.Cond]; ok && tv.Value != nil && n.Pos() > call.Pos() {
			return
		}
	}
	if uses(c, fn.Node(), "os/signal", "Reset") {
		return
	}
	received := false
	for _, use := range c.Uses[v] {
		if r, ok := use.Parent().Node().(*ast.RangeStmt); ok && r.X == use.Node() && !left(r.Body) {
			return // nobody closes the channel
		}
		if c.UseOf(use) != code.Argument {
			received = true
		}
		switch c.UseOf(use) {
		case code.Argument:
			if use.Parent().Node() != call {
				return
			}
		case code.Stored, code.Returned, code.Assigned:
			return
		}
		if in, _ := code.FuncAround(use); in != fn {
			return // a goroutine goes on listening
		}
	}
	if !received {
		return // they are swallowed for good
	}
	c.report(call, "signal", "the signals stay captured when this function returns: defer signal.Stop("+v.Name()+"), or use signal.NotifyContext")
}
