// Cancellations that are turned into success.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Swallowed finds functions and tasks that were cut short and say nil.
var Swallowed = register(&Rule{
	Name:  "swallowed",
	Title: "a cancellation is swallowed",
	Why: "A function that is cut short and returns nil tells its caller that all was done. The caller goes on with half the work; a group " +
		"takes the task for one that succeeded. And a loop that logs the error of a cancelled call and tries again never ends: the next call fails at once.",
	Wrong: `
func copyAll(ctx context.Context, in <-chan string, put func(context.Context, string) error) error {
	for {
		select {
		case s, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(ctx, s); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
`,
	Right: `
func copyAll(ctx context.Context, in <-chan string, put func(context.Context, string) error) error {
	for {
		select {
		case s, ok := <-in:
			if !ok {
				return nil
			}
			if err := put(ctx, s); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
`,
	Exempt: "A loop without end that is left in no other way than by its context, or by what tells it to stop or to go one round only: there nil says that it was told to stop, and so it does after a call whose only error is that the context has ended; a function that is only handed to others as a value, or called by a go statement or as the last word of such a function, so that nobody in sight goes on with its nil; a function that gives back a value or a bool beside nil, or that has no error to give and says nil where it logs a failure too; " +
		"a branch that does something with the error, or that has a comment on a line of its own, or one that says why it is ignored; a function whose documentation says that it returns nil when the context has ended, or of whose sequence it says that it ends then; a sequence that comes to an end in no other way than with its context, a channel, or an error; the last question of a function, behind which only nil is returned; a context that the function derived itself (its own timeout, or one that its own work ends); a loop that something else may end, or whose condition asks an object, a time or a switch beside the context; a cancellation in a function of whose error no caller does more than log it; an error that counts only while the context lives, of what goes on until it is stopped, by its name, or of a command whose output is not kept; io.EOF, where the documentation says that the end of the context gives it; " +
		"what comes one by one and is closed by a call whose error is looked at.",
	Shapes: []Shape{
		{Name: "error", Severity: Warning, What: "`if err != nil { return nil }` after a call that was given the context, or `if err == nil { … }` or `if err != nil && ctx.Err() == nil { … }` with nothing but `return nil` behind it"},
		{Name: "logged", Severity: Note, Off: true, What: "the same with the error logged, also where the branch runs into `return nil`"},
		{Name: "deferred", Severity: Warning, What: "a deferred function sets the error to nil, whatever it was, or whenever the context of a loop over things at hand has ended"},
		{Name: "done", Severity: Warning, What: "`case <-ctx.Done(): return nil`, or the same for ctx.Err(), where nil is also success, or what skips the rest of a walk over files, or gives io.EOF where that is also the regular end"},
		{Name: "service", Severity: Note, Off: true, What: "the same in a function with a loop without end that returns nil for no other reason, or because it is told to by a signal or a switch"},
		{Name: "break", Severity: Warning, What: "a loop is left because the context has ended, and nil is returned behind it, or the error of what flushes, closes or commits what was done"},
		{Name: "midway", Severity: Warning, What: "in a loop over things that are at hand nil is returned for an error that is a cancellation, and behind the loop too"},
		{Name: "sequence", Severity: Warning, What: "a sequence that yields errors, and comes to an end otherwise, just ends when the context has ended"},
		{Name: "rows", Severity: Warning, What: "a loop over what Next gives until there is no more or the context has ended, where nobody asks Err which it was, and nil is returned behind it"},
		{Name: "shadowed", Severity: Warning, What: "an error is returned that nothing sets, while that of a call which was given the context is in another of the same name, and only logged"},
		{Name: "spin", Severity: Error, What: "a loop without end skips the errors of calls that were given the context, and never looks at the context"},
		{Name: "loop", Severity: Note, Off: true, What: "a loop over many things skips those errors, and nil is returned behind it, or nothing is"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.IfStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.CommClause)(nil), (*ast.SelectStmt)(nil), (*ast.DeferStmt)(nil), (*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.ReturnStmt)(nil)) {
		if c.exempt(cur.Node().Pos()) {
			continue
		}
		switch n := cur.Node().(type) {
		case *ast.IfStmt:
			if ctx := c.endedCond(n); ctx != nil {
				c.cutShort(cur, ctx, n.Body.List)
			} else if ctx := c.endedBesides(n.Cond); ctx != nil {
				c.cutShort(cur, ctx, n.Body.List)
			} else {
				c.onlyAlive(cur, n.Init, n.Cond, n, n.Body.List)
				c.ignored(cur, n.Init, n.Cond, n, n.Body.List)
				c.onlyLogged(cur, n)
				c.onlySuccess(cur, n)
				c.midway(cur, n)
			}
		case *ast.SwitchStmt:
			ctx := c.ErrOf(n.Tag)
			for _, s := range n.Body.List {
				clause := s.(*ast.CaseClause)
				switch {
				case ctx != nil && len(clause.List) > 0 && !slices.ContainsFunc(clause.List, func(e ast.Expr) bool { return isNilIdent(c.Info, e) }):
					c.cutShort(cur, ctx, clause.Body)
				case n.Tag == nil && len(clause.List) == 1:
					if len(n.Body.List) == 1 {
						c.onlyAlive(cur, n.Init, clause.List[0], clause, clause.Body)
					}
					c.ignored(cur, n.Init, clause.List[0], clause, clause.Body)
				}
			}
		case *ast.SelectStmt:
			c.cutPause(cur, n)
		case *ast.DeferStmt:
			c.deferredNil(cur, n)
		case *ast.CommClause:
			if n.Comm == nil {
				continue
			}
			if es, ok := n.Comm.(*ast.ExprStmt); ok {
				if ctx := c.DoneOf(es.X); ctx != nil {
					c.cutShort(cur, ctx, n.Body)
				}
			}
		case *ast.ForStmt:
			c.whileLives(cur, n)
			c.neverAskedWhy(cur, n)
			c.tryAgain(cur, n.Cond == nil)
		case *ast.RangeStmt:
			c.tryAgain(cur, false)
		case *ast.ReturnStmt:
			c.neverSet(cur, n)
		}
	}
})

// errFunc gives the innermost function around a place if its last result is an
// error, and a context is in reach that it was given.
func (c *check) errFunc(cur inspector.Cursor) (fn inspector.Cursor, r *code.Reach) {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return fn, nil
	}
	typ, _ := code.FuncParts(fn.Node())
	if code.ErrResult(c.Info, typ) < 0 {
		return fn, nil
	}
	r = c.reach(cur)
	if r == nil || r.Request || c.deferSets(fn, typ) {
		return fn, nil
	}
	return fn, r
}

// deferSets tells whether a deferred literal has the last word on the error.
func (c *check) deferSets(fn inspector.Cursor, typ *ast.FuncType) bool {
	last := typ.Results.List[len(typ.Results.List)-1]
	for _, name := range last.Names {
		for _, use := range c.Uses[c.Info.Defs[name]] {
			if in, _ := code.FuncAround(use); in != fn && c.UseOf(use) == code.Assigned && code.Deferred(use) {
				return true
			}
		}
	}
	return false
}

// nilReturn gives the return statement at the end of a branch if it gives nil for
// the error and nothing for the other results.
func (c *check) nilReturn(list []ast.Stmt) *ast.ReturnStmt {
	if len(list) == 0 {
		return nil
	}
	ret, ok := list[len(list)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) == 0 || !isNilIdent(c.Info, ret.Results[len(ret.Results)-1]) {
		return nil
	}
	for _, e := range ret.Results[:len(ret.Results)-1] {
		if !c.zero(e) {
			return nil
		}
	}
	return ret
}

func isNilIdent(info *types.Info, e ast.Expr) bool {
	tv, ok := info.Types[e]
	return ok && tv.IsNil()
}

// zero tells whether an expression is the zero value, but not false: that says something.
func (c *check) zero(e ast.Expr) bool {
	e = ast.Unparen(e)
	if tv, ok := c.Info.Types[e]; ok {
		if tv.IsNil() {
			return true
		}
		if tv.Value != nil {
			s := tv.Value.ExactString()
			return s == "0" || s == `""`
		}
	}
	if v := code.Var(c.Info, e); code.IsLocal(v) && v.Kind() == types.LocalVar { // var zero T
		return len(c.Origins(v)) == 0 && !slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool { return c.UseOf(use) != code.Returned })
	}
	lit, ok := e.(*ast.CompositeLit)
	return ok && len(lit.Elts) == 0
}

// cutShort looks at a branch that is taken because the context has ended.
func (c *check) cutShort(cur inspector.Cursor, ctx ast.Expr, body []ast.Stmt) {
	if c.cutSequence(cur, ctx, body) {
		return
	}
	fn, r := c.errFunc(cur)
	if r == nil || len(body) == 0 || c.saysWhy(cur.Node()) || c.promised(cur) {
		return
	}
	v := code.Var(c.Info, ctx)
	if v == nil || v.IsField() || c.derivedHere(v, fn) || code.IsLocal(v) && !c.Given(v) || c.boolResult(fn) {
		return
	}
	if c.cutWalk(cur, fn, v, body) || c.cutAsEOF(cur, fn, v, body) {
		return
	}
	ret := c.nilReturn(body)
	if ret == nil {
		ret = c.bareNil(cur, body)
	}
	if ret == nil {
		ret = c.finishedHere(fn, body)
	}
	if ret != nil {
		if c.keeps(body[:len(body)-1]) || c.nothingLeft(cur) {
			return
		}
		shape := "done"
		if c.service(cur, fn, ret) {
			shape = "service"
		}
		c.report(ret, shape, "this is reached because "+v.Name()+" has ended, and nil says that all was done: return context.Cause("+v.Name()+")")
		return
	}
	br, ok := body[len(body)-1].(*ast.BranchStmt)
	if !ok || br.Tok != token.BREAK || c.keeps(body[:len(body)-1]) {
		return
	}
	loop, ok := brokenLoop(cur, br)
	if !ok {
		return
	}
	if f, ok := loop.Node().(*ast.ForStmt); ok && f.Cond == nil && c.breaks(loop) == 1 {
		return // left in no other way, but that it is told to stop
	}
	if c.behind(loop) != nil || c.finishedBehind(loop) != nil {
		shape := "break"
		if c.unheard(fn, 0) || c.neverFails(fn) {
			shape = "service"
		}
		told := "nil is returned"
		if c.behind(loop) == nil {
			told = "only the error of what finishes the work is returned"
		}
		c.report(br, shape, "the loop is left because "+v.Name()+" has ended, and "+told+" behind it: return context.Cause("+v.Name()+")")
	}
}

// boolResult tells whether the function gives a bool back, which may say that it was cut short.
func (c *check) boolResult(fn inspector.Cursor) bool {
	typ, _ := code.FuncParts(fn.Node())
	for _, f := range typ.Results.List {
		if b, ok := c.Info.TypeOf(f.Type).Underlying().(*types.Basic); ok && b.Info()&types.IsBoolean != 0 {
			return true
		}
	}
	return false
}

// keeps tells whether statements do more than log, stop and close: something may be told of the end.
func (c *check) keeps(list []ast.Stmt) bool {
	for _, s := range list {
		es, ok := s.(*ast.ExprStmt)
		if !ok {
			return true
		}
		call, ok := es.X.(*ast.CallExpr)
		if !ok || !c.logs(call) && !ending.MatchString(code.CalleeName(call)) {
			return true
		}
	}
	return false
}

// brokenLoop gives the loop that a break leaves.
func brokenLoop(cur inspector.Cursor, br *ast.BranchStmt) (inspector.Cursor, bool) {
	if br.Label == nil {
		if _, ok := cur.Node().(*ast.CommClause); ok {
			return cur, false // only the select
		}
		for l := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.SelectStmt)(nil), (*ast.FuncLit)(nil)) {
			switch l.Node().(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				return l, true
			}
			return l, false
		}
		return cur, false
	}
	for l := range cur.Enclosing((*ast.LabeledStmt)(nil)) {
		if s := l.Node().(*ast.LabeledStmt); s.Label.Name == br.Label.Name {
			inner, ok := l.FirstChild()
			for c := range l.Children() {
				if c.Node() == s.Stmt {
					inner = c
				}
			}
			return inner, ok
		}
	}
	return cur, false
}

// breaks counts the break and goto statements in a loop, but for those in a branch of a switch that an object keeps for its end.
func (c *check) breaks(loop inspector.Cursor) (n int) {
	for cur := range loop.Preorder((*ast.BranchStmt)(nil), (*ast.FuncLit)(nil)) {
		b, ok := cur.Node().(*ast.BranchStmt)
		if in, _ := code.FuncAround(cur); ok && code.Within(loop.Node(), in.Node()) && (b.Tok == token.BREAK || b.Tok == token.GOTO) && !c.onSwitch(cur) {
			n++
		}
	}
	return n
}

// onSwitch tells whether a place is in a branch that asks a flag of an object, which others set: s.stopped.Load(), or a field.
func (c *check) onSwitch(cur inspector.Cursor) bool {
	for at := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil)) {
		n, ok := at.Node().(*ast.IfStmt)
		if !ok {
			return false
		}
		if call, ok := ast.Unparen(n.Cond).(*ast.CallExpr); ok {
			sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			return ok && code.IsCall(c.Info, call, "sync/atomic", "Bool.Load") && isField(code.Var(c.Info, sel.X))
		}
		return isField(code.Var(c.Info, n.Cond))
	}
	return false
}

func isField(v *types.Var) bool { return v != nil && v.IsField() }

// behind gives the return of nil that a loop runs into, if nothing on the way
// asks about the context.
func (c *check) behind(loop inspector.Cursor) *ast.ReturnStmt {
	at := loop
	if kind, _ := at.ParentEdge(); kind == edge.LabeledStmt_Stmt {
		at = at.Parent()
	}
	for {
		sib, ok := at.NextSibling()
		if !ok {
			return nil
		}
		at = sib
		s, ok := at.Node().(ast.Stmt)
		if !ok || c.LooksAtCtx(s) {
			return nil
		}
		if ret, ok := s.(*ast.ReturnStmt); ok {
			if len(ret.Results) > 0 && isNilIdent(c.Info, ret.Results[len(ret.Results)-1]) {
				return ret
			}
			return nil
		}
	}
}
