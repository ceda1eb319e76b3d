// Loops that burn a processor while they wait; busyloop_done.go has those that a context has ended.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// BusyLoop finds loops that wait without blocking.
var BusyLoop = register(&Rule{
	Name:  "busyloop",
	Title: "a loop waits without blocking",
	Why: "A loop that only asks whether something has happened takes a whole processor until it has; of a plain variable it may never learn. " +
		"The commonest are by mistake: a `default` in a select that was meant to wait, a `break` that leaves the select and not the loop, a `ctx.Done()` clause that goes on, " +
		"so that a cancelled loop runs hot for ever.",
	Wrong: `
func drain(ctx context.Context, in <-chan int, use func(int)) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
			break
		}
	}
}
`,
	Right: `
func drain(ctx context.Context, in <-chan int, use func(int)) {
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
			return
		}
	}
}
`,
	Exempt: "Package runtime and its kin; loops that compare and swap; a `default` with work in it, or a loop with anything else in it that may take time; a loop that only takes locks, and looks at nothing under them.",
	Shapes: []Shape{
		{Name: "done", Severity: Error, What: "the clause for ctx.Done() of an endless loop does not leave it"},
		{Name: "default", Severity: Warning, What: "a select with an empty default in a loop that does nothing else"},
		{Name: "flag", Severity: Warning, What: "a loop that only looks at variables, atomics or under a mutex; where there is a context, also one that counts its rounds meanwhile"},
		{Name: "empty", Severity: Warning, What: "for {}"},
	},
}, func(c *check) {
	switch c.Pkg.Path() {
	case "runtime", "internal/runtime/atomic", "sync/atomic", "internal/sync", "sync":
		return
	}
	for cur := range c.Root.Preorder((*ast.ForStmt)(nil)) {
		n := cur.Node().(*ast.ForStmt)
		switch {
		case len(n.Body.List) == 0 && n.Cond == nil:
			c.report(n, "empty", "this loop burns a processor for ever: block with select {}")
		case (n.Cond == nil || n.Init == nil && n.Post == nil && c.asksCtx(n.Cond)) && c.onlySelects(n):
			c.emptyDefault(n)
		case c.onlyLooks(cur):
			if !c.emptyDefault(n) && !c.commentIn(n, spinning) {
				c.report(n, "flag", "this loop burns a processor until what it looks at changes: wait for a channel or a sync.Cond")
			}
		}
		c.deadDone(n)
	}
})

// spinning matches comments that say that a loop spins on purpose.
var spinning = regexp.MustCompile(`(?i)\bspin|yield|momentar`)

// commentIn tells whether a comment in a node, or right above it, has certain words.
func (c *check) commentIn(n ast.Node, words *regexp.Regexp) bool {
	return c.commentAbove(n, words) || slices.ContainsFunc(c.FileOf(n.Pos()).Comments, func(g *ast.CommentGroup) bool {
		return code.Within(g, n) && words.MatchString(g.Text())
	})
}

// asksCtx tells whether a condition only asks a context whether it has ended, and looks at variables.
func (c *check) asksCtx(cond ast.Expr) bool {
	only := true
	ast.Inspect(cond, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			only = only && c.looking(n)
		case *ast.UnaryExpr:
			only = only && n.Op != token.ARROW
		}
		return only
	})
	return only && c.LooksAtCtx(cond)
}

// onlySelects tells whether a loop has nothing in it that takes time but one select, which never blocks.
func (c *check) onlySelects(loop *ast.ForStmt) bool {
	selects := 0
	for _, s := range loop.Body.List {
		if c.neverBlocks(loop, s) {
			selects++
		} else if !c.onlyCounts(s) {
			return false
		}
	}
	return selects == 1
}

// neverBlocks tells whether a statement is a select whose default does nothing and
// does not leave the loop.
func (c *check) neverBlocks(loop *ast.ForStmt, s ast.Stmt) bool {
	sel, ok := s.(*ast.SelectStmt)
	if !ok {
		return false
	}
	for _, cl := range sel.Body.List {
		if cl := cl.(*ast.CommClause); cl.Comm == nil {
			return c.quiet(loop, cl.Body)
		}
	}
	return false
}

// emptyDefault reports a select whose default does nothing, in a loop that does
// nothing else; it tells whether there is a select.
func (c *check) emptyDefault(loop *ast.ForStmt) (found bool) {
	for _, s := range loop.Body.List {
		sel, ok := s.(*ast.SelectStmt)
		if !ok {
			continue
		}
		found = true
		for _, cl := range sel.Body.List {
			if cl := cl.(*ast.CommClause); cl.Comm == nil {
				c.report(cl, "default", "with this default the loop never blocks: leave the default out, or wait in it")
			}
		}
	}
	return found
}

// onlyLooks tells whether a loop does nothing but look: no call but of atomic
// loads, mutexes, runtime.Gosched, len, cap and ctx.Err; nothing assigned but its own variables and the count of its rounds; every
// select with a default, and what is looked at is something that others change.
func (c *check) onlyLooks(cur inspector.Cursor) bool {
	loop := cur.Node().(*ast.ForStmt)
	rounds := c.counter(cur)
	if (loop.Init != nil || loop.Post != nil) && rounds == nil || endsIn[*ast.ReturnStmt](loop.Body.List) {
		return false
	}
	ok, looks := true, false
	ast.Inspect(loop, func(n ast.Node) bool {
		if !ok {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt, *ast.SendStmt, *ast.RangeStmt, *ast.TypeSwitchStmt:
			ok = false
		case *ast.IncDecStmt:
			ok = rounds != nil && code.Var(c.Info, n.X) == rounds
		case *ast.ForStmt:
			ok = n == loop
		case *ast.SelectStmt:
			for _, cl := range n.Body.List {
				cl := cl.(*ast.CommClause)
				if cl.Comm == nil {
					looks = true
					ok = ok && c.quiet(loop, cl.Body)
				} else if !leaves(cl.Body) {
					ok = false
				}
			}
			ok = ok && looks
			return false
		case *ast.UnaryExpr:
			ok = n.Op != token.ARROW
		case *ast.AssignStmt:
			ok = n.Tok == token.DEFINE || n == loop.Init && rounds != nil
		case *ast.CallExpr:
			if !c.looking(n) {
				ok = false
			}
			if fn := code.Callee(c.Info, n); fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "sync/atomic" || fn.Pkg() == c.Pkg) {
				looks = true
			}
		case *ast.ReturnStmt, *ast.BranchStmt:
			return true
		}
		return ok
	})
	if !ok {
		return false
	}
	if looks {
		return true
	}
	return loop.Cond != nil && c.flag(loop.Cond) || len(loop.Body.List) > 0 && loop.Cond == nil && c.underMutex(loop) && asks(loop.Body)
}

// counter gives the variable in which a loop counts its rounds, where it has a context to look at and does not, and nothing else than its condition, which does
// not ask how many rounds there were, ends it; nil if there is no such.
func (c *check) counter(cur inspector.Cursor) (rounds *types.Var) {
	loop := cur.Node().(*ast.ForStmt)
	if loop.Cond == nil || code.Has(loop.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			return true
		case *ast.BranchStmt:
			return n.Tok != token.CONTINUE
		}
		return false
	}) {
		return nil
	}
	code.Has(loop, func(n ast.Node) bool {
		step, ok := n.(*ast.IncDecStmt)
		if ok {
			rounds = code.Var(c.Info, step.X)
		}
		return ok
	})
	if !code.IsLocal(rounds) || c.mentions(loop.Cond, rounds) || loop.Init != nil && !setsOnly(c.Info, loop.Init, rounds) || loop.Post != nil && !setsOnly(c.Info, loop.Post, rounds) {
		return nil
	}
	if r := c.reach(cur); r == nil || r.Request || !c.Given(r.Ctx) || c.LooksAtCtx(loop) {
		return nil
	}
	return rounds
}

// setsOnly tells whether a statement sets a variable, and nothing else.
func setsOnly(info *types.Info, s ast.Stmt, v *types.Var) bool {
	switch s := s.(type) {
	case *ast.IncDecStmt:
		return code.Var(info, s.X) == v
	case *ast.AssignStmt:
		return len(s.Lhs) == 1 && code.Var(info, s.Lhs[0]) == v
	}
	return false
}

// flag tells whether a condition is of variables that the loop's own goroutine does not change.
func (c *check) flag(cond ast.Expr) (vars bool) {
	ast.Inspect(cond, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if _, ok := c.Info.Uses[id].(*types.Var); ok {
				vars = true
			}
		}
		return true
	})
	return vars
}

func (c *check) underMutex(loop *ast.ForStmt) (locks bool) {
	ast.Inspect(loop.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if fn := code.Callee(c.Info, call); code.Is(fn, "sync", "Mutex.Lock") || code.Is(fn, "sync", "RWMutex.RLock") || code.Is(fn, "sync", "RWMutex.Lock") {
				locks = true
			}
		}
		return true
	})
	return locks
}

// asks tells whether a loop's body depends on anything: one that only takes locks and gives them back waits for nothing but these, and they block.
func asks(body *ast.BlockStmt) bool {
	return code.Has(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IfStmt, *ast.SwitchStmt:
			return true
		}
		return false
	})
}

// quiet tells whether a default's body does nothing that takes time, and does not leave the loop.
func (c *check) quiet(loop *ast.ForStmt, list []ast.Stmt) bool {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.BranchStmt:
			if s.Tok != token.CONTINUE && s.Tok != token.BREAK || s.Label != nil && (s.Tok == token.BREAK || !c.labels(loop, s.Label)) {
				return false
			}
		case *ast.EmptyStmt:
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); !ok || code.CalleeName(call) != "Gosched" && !c.onlyCounted(call) {
				return false
			}
		default:
			if !c.onlyCounts(s) {
				return false
			}
		}
	}
	return true
}

// labels tells whether a label is that of a loop.
func (c *check) labels(loop *ast.ForStmt, label *ast.Ident) bool {
	cur, ok := c.Root.FindNode(loop)
	if !ok {
		return false
	}
	l, ok := cur.Parent().Node().(*ast.LabeledStmt)
	return ok && l.Label.Name == label.Name
}

// leaves tells whether a clause's body ends in a return, or a jump that may leave the loop.
func leaves(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.GOTO || s.Tok == token.BREAK && s.Label != nil
	}
	return false
}
