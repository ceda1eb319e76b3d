// WaitGroup.Add in the goroutine that it counts: Wait may come before it.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// LateAdd finds goroutines that count themselves.
var LateAdd = register(&Rule{
	Name:  "lateadd",
	Title: "a goroutine adds itself to its WaitGroup",
	Why: "`Wait` returns at once while nothing is counted. If the goroutine itself calls `Add`, `Wait` may be called before it has come to it, and " +
		"returns although the goroutine runs. The count must go up before the `go` statement, which `WaitGroup.Go` does. " +
		"It makes no difference whether the goroutine is a literal, a function that is given the WaitGroup, or a method of the object that has it; the vet pass " +
		"`waitgroup` of the Go tools sees only a literal's first statement.",
	Wrong: `
func worker(wg *sync.WaitGroup) {
	wg.Add(1)
	defer wg.Done()
}

func workers() {
	var wg sync.WaitGroup
	for range 4 {
		go worker(&wg)
	}
	wg.Wait()
}
`,
	Right: `
func worker() {}

func workers() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(worker)
	}
	wg.Wait()
}
`,
	Exempt: "A goroutine that is counted already where it is started, and adds others; not one that adds itself and defers its `Done`, and starts itself again.",
	Shapes: []Shape{
		{Name: "literal", Severity: Error, What: "in the literal of a go statement"},
		{Name: "named", Severity: Error, What: "in a function or method that a go statement starts, also by a variable or as all that a literal runs, or in a literal that it starts by a variable"},
	},
}, func(c *check) {
	told := map[token.Pos]bool{}
	for _, t := range c.Tasks {
		if t.Kind != code.Bare && t.Kind != code.Timer {
			continue
		}
		start, ok := code.FuncAround(t.At)
		if !ok {
			continue
		}
		fn, shape := c.startedBy(t)
		if fn == nil {
			continue
		}
		c.addsWithin(t, start, told)
		first := map[*types.Var]bool{}
		for _, add := range ownAdds(c, fn) {
			outside := c.outside(add.wg, fn, t.Call)
			if outside == nil || first[outside] {
				continue // counted by an Add before, if that comes in time
			}
			first[outside] = true
			again := start.Node() == fn && add.own // it starts itself, and what it adds is for itself
			if !again && countedBefore(c, start, t.At.Node().Pos(), outside) || told[add.call.Pos()] {
				continue
			}
			if !add.done && !waitedIn(c, start, outside) {
				continue
			}
			told[add.call.Pos()] = true
			c.tellLate(add, shape, t)
		}
	}
})

// tellLate reports an Add that runs in the goroutine which a task is.
func (c *check) tellLate(add ownAdd, shape string, t *code.Task) {
	c.report(add.call, shape, fmt.Sprintf("Add runs in the goroutine that it counts (line %d starts it): Wait may return before; add before the go statement, or use WaitGroup.Go",
		c.Fset.Position(t.At.Node().Pos()).Line))
}

// startedBy gives the function that a task runs, if it is in sight: its literal; of a go statement also a function or method that it calls, and what is in a
// local variable.
func (c *check) startedBy(t *code.Task) (fn ast.Node, shape string) {
	if t.Lit != nil {
		return t.Lit, "literal"
	}
	if t.Kind != code.Bare {
		return nil, ""
	}
	if f := code.Callee(c.Info, t.Call); f != nil {
		return c.declared(f), "named"
	}
	v := code.Var(c.Info, t.Call.Fun)
	if !code.IsLocal(v) {
		return nil, ""
	}
	switch e := c.Only(v).(type) {
	case *ast.FuncLit:
		return e, "named"
	case *ast.Ident:
		f, _ := c.Info.Uses[e].(*types.Func)
		return c.declared(f), "named"
	case *ast.SelectorExpr: // the method of an object
		if s := c.Info.Selections[e]; s != nil && s.Kind() == types.MethodVal {
			return c.declared(s.Obj().(*types.Func)), "named"
		}
	}
	return nil, ""
}

// declared gives the declaration of a function of the package, or nil.
func (c *check) declared(fn *types.Func) ast.Node {
	if fn == nil {
		return nil
	}
	decl, ok := c.Decls[fn.Origin()]
	if !ok {
		return nil
	}
	return decl.Node()
}

// addsWithin finds functions that count themselves in a WaitGroup of the function around, and are all that a go statement's literal runs, apart from what it
// defers.
func (c *check) addsWithin(t *code.Task, start inspector.Cursor, told map[token.Pos]bool) {
	if t.Lit == nil || t.Kind != code.Bare {
		return
	}
	for _, stmt := range t.Lit.Body.List {
		run, ok := stmt.(*ast.ExprStmt)
		if _, deferred := stmt.(*ast.DeferStmt); !ok && !deferred {
			return
		}
		if !ok {
			continue
		}
		call := callOf(run.X)
		fn := c.declared(code.Callee(c.Info, call))
		if fn == nil {
			return
		}
		for _, add := range ownAdds(c, fn) {
			wg := c.outside(add.wg, fn, call)
			if wg != nil {
				wg = c.outside(wg, t.Lit, t.Call)
			}
			if wg != nil && add.own && !told[add.call.Pos()] && waitedIn(c, start, wg) && !countedBefore(c, start, t.At.Node().Pos(), wg) {
				told[add.call.Pos()] = true
				c.tellLate(add, "named", t)
				return
			}
		}
	}
}

type ownAdd struct {
	call *ast.CallExpr
	wg   *types.Var
	done bool // the function calls Done too, on its own level
	own  bool // and defers that right behind the Add
}

// ownAdds gives the calls of Add on a function's own level.
func ownAdds(c *check, fn ast.Node) (adds []ownAdd) {
	_, body := code.FuncParts(fn)
	dones := map[*types.Var]bool{}
	method := func(call *ast.CallExpr) *types.Var {
		if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
			return counterOf(c, sel)
		}
		return nil
	}
	visit := func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch v := method(call); {
			case v == nil:
			case code.IsCall(c.Info, call, "sync", "WaitGroup.Add") && len(call.Args) == 1:
				if n, ok := code.IntValue(c.Info, call.Args[0]); !ok || n > 0 {
					adds = append(adds, ownAdd{call: call, wg: v})
				}
			case code.IsCall(c.Info, call, "sync", "WaitGroup.Done"):
				dones[v] = true
			}
		}
		return true
	}
	code.Shallow(body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok {
			if lit, ok := d.Call.Fun.(*ast.FuncLit); ok {
				code.Shallow(lit, visit)
			}
		}
		return visit(n)
	})
	for i := range adds {
		adds[i].done = dones[adds[i].wg] && !forAnother(c, adds[i].call)
		for j, stmt := range body.List[:max(0, len(body.List)-1)] {
			d, ok := body.List[j+1].(*ast.DeferStmt)
			adds[i].own = adds[i].own || code.Within(adds[i].call, stmt) && ok && code.IsCall(c.Info, d.Call, "sync", "WaitGroup.Done") && method(d.Call) == adds[i].wg
		}
	}
	return adds
}

// counterOf gives the WaitGroup whose method a selector is: a variable or field, or the field that it is embedded as.
func counterOf(c *check, sel *ast.SelectorExpr) *types.Var {
	s := c.Info.Selections[sel]
	if s == nil || len(s.Index()) < 2 {
		return code.Var(c.Info, sel.X)
	}
	t := s.Recv()
	var field *types.Var
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		field = st.Field(i)
		t = field.Type()
	}
	return field
}

// forAnother tells whether something is started soon after an Add, in the same block: then it counts that.
func forAnother(c *check, add *ast.CallExpr) bool {
	cur, ok := c.Root.FindNode(add)
	if !ok {
		return false
	}
	at, ok := cur.Parent().NextSibling()
	for range 3 {
		if !ok {
			return false
		}
		if _, is := at.Node().(*ast.DeferStmt); is {
			return false // its own Done
		}
		starts := false
		ast.Inspect(at.Node(), func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.DeferStmt:
				return false
			case *ast.GoStmt:
				starts = true
			case *ast.CallExpr:
				starts = starts || len(n.Args) > 0 && isLit(n.Args[0])
			}
			return !starts
		})
		if starts {
			return true
		}
		at, ok = at.NextSibling()
	}
	return false
}

func isLit(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.FuncLit)
	return ok
}

// outside gives the WaitGroup as it is known where the goroutine is started: the same
// variable or field, or the argument in the place of a parameter. nil if it is the goroutine's own.
func (c *check) outside(wg *types.Var, fn ast.Node, call *ast.CallExpr) *types.Var {
	if wg.IsField() || !code.IsLocal(wg) {
		return wg
	}
	if !(fn.Pos() <= wg.Pos() && wg.Pos() < fn.End()) {
		return wg
	}
	ft, _ := code.FuncParts(fn)
	for i, arg := range call.Args {
		if p, ok := code.ParamAt(c.Info, ft, i); ok && p == wg {
			return code.Var(c.Info, arg)
		}
	}
	return nil
}

// countedBefore tells whether the function that starts the goroutine adds to the WaitGroup before.
func countedBefore(c *check, start inspector.Cursor, pos token.Pos, wg *types.Var) bool {
	for {
		if calls(c, start.Node(), wg, "Add", pos) || calls(c, start.Node(), wg, "Go", pos) {
			return true
		}
		lit, ok := start.Node().(*ast.FuncLit)
		if !ok {
			return false
		}
		// A goroutine that is itself counted may start others.
		if t := c.Task[lit]; t != nil && t.Kind == code.WaitGroup && code.Var(c.Info, t.Owner) == wg {
			return true
		}
		if start, ok = code.FuncAround(start); !ok {
			return false
		}
	}
}

func waitedIn(c *check, start inspector.Cursor, wg *types.Var) bool {
	return code.IsLocal(wg) && calls(c, start.Node(), wg, "Wait", start.Node().End())
}

// calls tells whether a function has a call of a method of the WaitGroup on its own level, before pos.
func calls(c *check, fn ast.Node, wg *types.Var, name string, pos token.Pos) (found bool) {
	_, body := code.FuncParts(fn)
	code.Shallow(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && call.Pos() < pos && code.IsCall(c.Info, call, "sync", "WaitGroup."+name) {
			if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && counterOf(c, sel) == wg {
				found = true
			}
		}
		return !found
	})
	return found
}
