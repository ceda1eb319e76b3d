// What holds the source back: limits of groups, slots, acquired things, waits. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// hasSlot tells whether a task is started in a clause of a select that has received from a channel, or sent to it, and
// that says what to do if it cannot: the channel counts how many there may be.
func (c *check) hasSlot(loop inspector.Cursor, t *code.Task) bool {
	for cur := range t.At.Enclosing((*ast.CommClause)(nil)) {
		clause := cur.Node().(*ast.CommClause)
		if !code.Within(clause, loop.Node()) {
			return false
		}
		if clause.Comm == nil {
			continue
		}
		if _, isDone := c.DoneClause(clause); isDone {
			continue
		}
		if _, brings := clause.Comm.(*ast.AssignStmt); brings { // what it has received is what it is started for
			continue
		}
		for _, other := range cur.Parent().Node().(*ast.BlockStmt).List {
			if other.(*ast.CommClause).Comm == nil {
				return true
			}
		}
	}
	return false
}

// onceAKey tells whether a task is started only if a map does not have a key yet: there is one for each key,
// not for each of what comes in.
func (c *check) onceAKey(loop inspector.Cursor, t *code.Task) bool {
	for cur := range t.At.Enclosing((*ast.IfStmt)(nil)) {
		if !code.Within(cur.Node(), loop.Node()) {
			return false
		}
		u, ok := ast.Unparen(cur.Node().(*ast.IfStmt).Cond).(*ast.UnaryExpr)
		if !ok || u.Op != token.NOT || !code.Within(t.At.Node(), cur.Node().(*ast.IfStmt).Body) {
			continue
		}
		for _, e := range c.Origins(code.Var(c.Info, u.X)) {
			if ix, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
				if _, ok := under(c.Info.TypeOf(ix.X)).(*types.Map); ok {
					return true
				}
			}
		}
	}
	return false
}

// limited tells whether something in a round may hold it back, or the group has a limit.
func (c *check) limited(loop inspector.Cursor, t *code.Task) bool {
	if t.Owner != nil && c.groupLimited(t, loop) {
		return true
	}
	return c.heldBack(bodyOfLoop(loop), t)
}

// heldBack tells whether something in a round, or in a function that starts a task, may hold that back.
func (c *check) heldBack(body *ast.BlockStmt, t *code.Task) bool {
	found, recvs := false, 0
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.ReturnStmt: // on the way out nothing is held back
			return false
		case *ast.SendStmt:
			found = true
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				if ch, ok := c.Info.TypeOf(n.X).Underlying().(*types.Chan); ok && c.DoneOf(n) == nil {
					if carries(ch.Elem()) {
						recvs++
					} else if s, ok := ch.Elem().Underlying().(*types.Struct); ok && s.NumFields() == 0 && n.Pos() > t.At.Node().End() {
						found = true // waits for the end of what it has started
					} else if ok && !c.inSelect(n, body) {
						found = true // a token
					}
				}
			}
		case *ast.CallExpr:
			switch name := code.CalleeName(n); {
			case name == "Wait" || name == "WaitN" || name == "Take" || name == "Get" && len(n.Args) <= 1 && strings.Contains(strings.ToLower(types.ExprString(n.Fun)), "sem"),
				strings.Contains(name, "Acquire"), strings.HasPrefix(strings.ToLower(name), "acquire"), name == "Allow", name == "Reserve", name == "GoWait", name == "TryGo" && t.Call == n,
				strings.Contains(strings.ToLower(name), "throttle"), strings.Contains(strings.ToLower(name), "limit"):
				found = true
			}
		case *ast.BinaryExpr:
			switch n.Op {
			case token.LSS, token.LEQ, token.GTR, token.GEQ:
				text := strings.ToLower(types.ExprString(n))
				found = found || strings.Contains(text, "max") || strings.Contains(text, "limit") || strings.Contains(text, "cap")
			}
		}
		return !found
	})
	return found || recvs > 1
}

func (c *check) inSelect(n, body ast.Node) (found bool) {
	ast.Inspect(body, func(m ast.Node) bool {
		if clause, ok := m.(*ast.CommClause); ok && clause.Comm != nil && code.Within(n, clause.Comm) {
			found = true
		}
		return !found
	})
	return found
}

// groupLimited tells whether the group of a task has a limit, or may have one that was set out of sight. As many as a loop has rounds is none.
func (c *check) groupLimited(t *code.Task, loop inspector.Cursor) bool {
	v := code.Var(c.Info, t.Owner)
	if v == nil {
		return true
	}
	if t.Kind == code.WaitGroup || code.IsNamed(v.Type(), code.Conc, "WaitGroup") {
		return false
	}
	for _, use := range c.Uses[v] {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && (sel.Sel.Name == "SetLimit" || sel.Sel.Name == "WithMaxGoroutines") {
			call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
			if ok && len(call.Args) == 1 {
				if n, known := code.IntValue(c.Info, call.Args[0]); known && (n < 0 || n >= endless) {
					continue // that is none
				}
				if r, ok := loop.Node().(*ast.RangeStmt); ok && c.isLenOf(call.Args[0], r.X) {
					continue
				}
			}
			return true
		}
	}
	origins := c.Origins(v)
	switch {
	case v.Kind() == types.ParamVar:
		run := c.bodyOf(v)
		r, _ := loop.Node().(*ast.RangeStmt)
		return run == nil || c.mentionsLimit(run) && (r == nil || !c.limitIsLen(run, r.X))
	case len(origins) == 0 && code.IsNamed(v.Type(), code.Errgroup, "Group") && code.IsLocal(v):
		return false // var g errgroup.Group
	case len(origins) == 0:
		return true
	}
	for _, e := range origins {
		if !makesGroup(c, e) || c.mentionsLimit(e) {
			return true
		}
	}
	return false
}

// bodyOf gives the call whose body has the group as its parameter.
func (c *check) bodyOf(v *types.Var) *ast.CallExpr {
	for _, t := range c.Tasks {
		if t.Lit != nil && t.Lit.Type.Pos() <= v.Pos() && v.Pos() < t.Lit.Type.End() {
			return t.Call
		}
	}
	return nil
}

// limitIsLen tells whether the limit of a group is the length of what it is for.
func (c *check) limitIsLen(call *ast.CallExpr, list ast.Expr) bool {
	return slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
		opt, ok := ast.Unparen(arg).(*ast.CallExpr)
		return ok && code.IsCall(c.Info, opt, code.Braid, "Limit") && c.isLenOf(opt.Args[0], list)
	})
}

// isLenOf tells whether a number is the length of a list, which no function changes between the two.
func (c *check) isLenOf(n, list ast.Expr) bool {
	if v := code.Var(c.Info, n); code.IsLocal(v) {
		if made := c.Only(v); made != nil {
			n = made
		}
	}
	return c.isLen(n) && types.ExprString(ast.Unparen(n).(*ast.CallExpr).Args[0]) == types.ExprString(list) && rootOf(c.Info, ast.Unparen(n).(*ast.CallExpr).Args[0]) == rootOf(c.Info, list)
}

// endless is a limit that nobody comes to.
const endless = math.MaxInt32

// mentionsLimit tells whether something, but for literals in it, says how many there may be at once.
func (c *check) mentionsLimit(n ast.Node) (found bool) {
	code.Shallow(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if len(n.Args) == 1 && limitNames[code.CalleeName(n)] {
				most, known := code.IntValue(c.Info, n.Args[0])
				found = found || !known || most < endless
				if sel, ok := unparen[*ast.SelectorExpr](n.Fun); ok { // pool.New().WithMaxGoroutines(…)
					found = found || c.mentionsLimit(sel.X)
				}
				return false
			}
		case *ast.Ident:
			found = found || limitNames[n.Name]
		}
		return !found
	})
	return found
}

var limitNames = map[string]bool{"Limit": true, "WithMaxGoroutines": true, "SetLimit": true}

// servesOthers tells whether a place is in an exported Serve or Accept that is given its listener.
func (c *check) servesOthers(at inspector.Cursor) bool {
	decl, _ := code.DeclAround(at)
	if decl == nil || !decl.Name.IsExported() || !strings.HasPrefix(decl.Name.Name, "Serve") && !strings.HasPrefix(decl.Name.Name, "Accept") {
		return false
	}
	for _, field := range decl.Type.Params.List {
		if t := c.Info.TypeOf(field.Type); t != nil && has(t, "Accept") {
			return true
		}
	}
	return false
}
