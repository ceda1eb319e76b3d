// Waits that nothing can end, by what is in sight: of a channel that nobody else has, of a count that
// nobody brings down. forever_lock.go has locks that are taken again by who holds them.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Forever finds waits that cannot end.
var Forever = register(&Rule{
	Name:  "forever",
	Title: "a wait that nothing can end",
	Why: "Some waits cannot end, whatever happens: for a channel that nobody else has, or that is nil; for a WaitGroup whose count nobody brings down; " +
		"for a condition that nobody signals; for a lock that the same goroutine holds. The goroutine stays, with all that it holds, and so does whoever waits for it.",
	Wrong: `
type cache struct {
	mu    sync.Mutex
	items map[string]int
}

func (c *cache) get(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.items[key]
}

func (c *cache) double(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return 2 * c.get(key)
}
`,
	Right: `
type cache struct {
	mu    sync.Mutex
	items map[string]int
}

func (c *cache) get(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.items[key]
}

func (c *cache) double(key string) int {
	return 2 * c.get(key)
}
`,
	Exempt: "`select {}`, and a channel of signals that is made to be received from and for nothing else; `main` and `init`, which may have nothing else to do; functions that say by their name that they block; a nil channel in a `select`, which switches its clause off; " +
		"channels, WaitGroups and conditions that code out of sight is given; locks that may have been given back on some way; two read locks.",
	Shapes: []Shape{
		{Name: "channel", Severity: Error, What: "a channel that is made in place, that nobody else has yet, or that is always nil"},
		{Name: "count", Severity: Error, What: "a local WaitGroup without a Done, a local Cond without a Signal"},
		{Name: "lock", Severity: Error, What: "a lock is taken that the goroutine holds, also by a method that is called; or that nobody gives back"},
		{Name: "kept", Severity: Error, What: "a lock that is given back on some ways out of a function, and kept on this one"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.UnaryExpr)(nil), (*ast.SendStmt)(nil), (*ast.RangeStmt)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				c.forever(cur, n.X)
			}
		case *ast.SendStmt:
			c.forever(cur, n.Chan)
		case *ast.RangeStmt:
			c.forever(cur, n.X)
		}
	}
	c.lockedTwice()
	for id, obj := range c.Info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || id.Name == "_" || !code.IsLocal(v) || v.Kind() != types.LocalVar {
			continue
		}
		switch {
		case code.IsNamed(v.Type(), "sync", "WaitGroup"):
			c.neverDone(v)
		case code.IsNamed(v.Type(), "sync", "Cond"):
			c.neverSignalled(v)
		case code.IsNamed(v.Type(), "sync", "Mutex"), code.IsNamed(v.Type(), "sync", "RWMutex"):
			c.neverUnlocked(v)
		}
	}
})

var blocks = regexp.MustCompile(`(?i)forever|block|hang|park|stuck|deadlock|leak`)

// meansIt tells whether a function is one that may wait for ever.
func (c *check) meansIt(cur inspector.Cursor) bool {
	decl, at := code.DeclAround(cur)
	if decl == nil {
		return true
	}
	in, _ := code.FuncAround(cur)
	return blocks.MatchString(decl.Name.Name) || decl.Recv == nil && in == at && (decl.Name.Name == "main" || decl.Name.Name == "init")
}

// forever looks at a receive, send or range.
func (c *check) forever(cur inspector.Cursor, ch ast.Expr) {
	if _, ok := under(c.Info.TypeOf(ch)).(*types.Chan); !ok || inComm(cur) || c.meansIt(cur) {
		return
	}
	switch e := ast.Unparen(ch).(type) {
	case *ast.CallExpr:
		if u, ok := cur.Node().(*ast.UnaryExpr); ok && c.Builtin(e) == "make" {
			if kind, _ := cur.ParentEdge(); kind == edge.ExprStmt_X && u.X == ch && !carries(under(c.Info.TypeOf(e)).(*types.Chan).Elem()) {
				return // that is how to wait for ever
			}
		}
		if c.Builtin(e) == "make" {
			if _, isSend := cur.Node().(*ast.SendStmt); !isSend || len(e.Args) == 1 {
				c.report(cur.Node(), "channel", "nobody else has this channel: this waits for ever")
			}
		} else if len(e.Args) == 1 && isNilIdent(c.Info, e.Args[0]) {
			c.report(cur.Node(), "channel", "a nil channel: this waits for ever")
		}
	case *ast.Ident:
		v := code.Var(c.Info, e)
		if !code.IsLocal(v) || v.Kind() != types.LocalVar {
			return
		}
		if len(c.Origins(v)) > 0 {
			c.alone(cur, v)
			return
		}
		if made, all := c.Made(v); !all || len(made) > 0 {
			return
		}
		for _, use := range c.Uses[v] { // its address may be taken, and it set there
			if u, ok := use.Parent().Node().(*ast.UnaryExpr); ok && u.Op == token.AND || c.UseOf(use) == code.Assigned {
				return
			}
			if r, ok := use.Parent().Node().(*ast.RangeStmt); ok && r.X != use.Node() {
				return
			}
		}
		c.report(cur.Node(), "channel", fmt.Sprintf("%s is never set, and nil: this waits for ever", v.Name()))
	}
}

// alone looks at a send or receive that a function does before anybody else has been given the channel it has made.
func (c *check) alone(cur inspector.Cursor, v *types.Var) {
	in, ok := c.DeclaredIn(v)
	fn, _ := code.FuncAround(cur)
	if _, isRange := cur.Node().(*ast.RangeStmt); !ok || in != fn || isRange || c.Capacity(v) != 0 || code.Deferred(cur) || c.madeToWait(v) {
		return
	}
	mentions := func(step ast.Node) (found bool) {
		ast.Inspect(step, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && c.Info.ObjectOf(id) == types.Object(v) {
				found = true
			}
			return !found
		})
		return found
	}
	steps, start := code.FlowOf(c.cfgs, fn.Node()).Reaching(cur.Node(), mentions)
	if start || len(steps) != 1 {
		return
	}
	as, ok := steps[0].(*ast.AssignStmt)
	if !ok || as.Tok != token.DEFINE || len(as.Lhs) != 1 || code.Var(c.Info, as.Lhs[0]) != v {
		return
	}
	c.report(cur.Node(), "channel", fmt.Sprintf("nobody else has %s yet: this waits for ever", v.Name()))
}

// madeToWait tells whether a channel of signals is made to be received from once, and for nothing else: that is how to wait for ever.
func (c *check) madeToWait(v *types.Var) bool {
	ch, ok := under(v.Type()).(*types.Chan)
	if !ok || carries(ch.Elem()) || len(c.Uses[v]) != 1 {
		return false
	}
	u, ok := c.Uses[v][0].Parent().Node().(*ast.UnaryExpr)
	return ok && u.Op == token.ARROW
}

// methods gives the calls of a variable's methods; all is false if it is used otherwise.
func (c *check) methods(v *types.Var) (calls map[string][]inspector.Cursor, all bool) {
	calls = map[string][]inspector.Cursor{}
	for _, use := range c.Uses[v] {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok || sel.X != use.Node() {
			return nil, false
		}
		if kind, _ := use.Parent().ParentEdge(); kind != edge.CallExpr_Fun {
			if kind != edge.SelectorExpr_X { // cond.L.Lock()
				return nil, false
			}
			calls["."+sel.Sel.Name] = append(calls["."+sel.Sel.Name], use)
			continue
		}
		calls[sel.Sel.Name] = append(calls[sel.Sel.Name], use.Parent().Parent())
	}
	return calls, true
}

// here tells whether a variable's value is made where it is declared, so that nobody else has it.
func (c *check) madeHere(v *types.Var) bool {
	if _, isPointer := v.Type().(*types.Pointer); !isPointer {
		return len(c.Origins(v)) == 0 || c.allMade(v)
	}
	return len(c.Origins(v)) > 0 && c.allMade(v)
}

func (c *check) allMade(v *types.Var) bool {
	for _, e := range c.Origins(v) {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && code.IsCall(c.Info, call, "sync", "NewCond") {
			continue
		}
		if !makesGroup(c, e) {
			return false
		}
	}
	return true
}

// neverDone: a count that goes up, is waited for, and never comes down.
func (c *check) neverDone(v *types.Var) {
	calls, all := c.methods(v)
	if !all || !c.madeHere(v) || len(calls["Wait"]) == 0 || len(calls["Done"]) > 0 || len(calls["Go"]) > 0 {
		return
	}
	up := false
	for _, add := range calls["Add"] {
		n, ok := code.IntValue(c.Info, add.Node().(*ast.CallExpr).Args[0])
		if !ok || n <= 0 {
			return
		}
		up = true
	}
	if wait := calls["Wait"][0]; up && !c.meansIt(wait) {
		c.report(wait.Node(), "count", fmt.Sprintf("nobody calls %s.Done: this waits for ever", v.Name()))
	}
}

func (c *check) neverSignalled(v *types.Var) {
	calls, all := c.methods(v)
	if !all || !c.madeHere(v) || len(calls["Wait"]) == 0 || len(calls["Signal"]) > 0 || len(calls["Broadcast"]) > 0 {
		return
	}
	if wait := calls["Wait"][0]; !c.meansIt(wait) {
		c.report(wait.Node(), "count", fmt.Sprintf("nobody signals %s: this waits for ever", v.Name()))
	}
}

// neverUnlocked: a lock that is taken more than once, and never given back.
func (c *check) neverUnlocked(v *types.Var) {
	calls, all := c.methods(v)
	if !all || !c.madeHere(v) || len(calls["Lock"]) == 0 || len(calls["Lock"])+len(calls["RLock"]) < 2 {
		return
	}
	for name := range calls {
		if name != "Lock" && name != "RLock" {
			return
		}
	}
	var last inspector.Cursor
	for _, call := range append(calls["Lock"], calls["RLock"]...) {
		if last.Inspector() == nil || call.Node().Pos() > last.Node().Pos() {
			last = call
		}
	}
	if !c.meansIt(last) && !c.told[last.Node().Pos()] {
		c.report(last.Node(), "lock", fmt.Sprintf("%s is taken more than once, and nobody gives it back: this waits for ever", v.Name()))
	}
}
