// A task that keeps its OS thread locked, on a goroutine that others use after it.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/braid-go/braid/vet/internal/code"
)

// OSThread finds tasks that lock their OS thread for good without OwnGoroutine.
var OSThread = register(&Rule{
	Name:  "osthread",
	Title: "a task locks its OS thread for good",
	Why: "Tasks share goroutines, one after the other. One that calls `runtime.LockOSThread` and ends without unlocking leaves the thread locked, with whatever was changed of it " +
		"(a network namespace, a user id, the state of a C library), to the tasks that come after. `braid.OwnGoroutine` gives it a goroutine that ends with it, and the runtime throws the thread away.",
	Wrong: `
func enter(g *braid.Group, setns func() error) {
	g.Go(func(ctx context.Context) error {
		runtime.LockOSThread()
		return setns()
	})
}
`,
	Right: `
func enter(g *braid.Group, setns func() error) {
	g.Go(func(ctx context.Context) error {
		runtime.LockOSThread()
		return setns()
	}, braid.OwnGoroutine)
}
`,
	Exempt: "Tasks that unlock it on every way out, also in `defer`; bodies, which run on the caller's goroutine; options that are not in sight.",
	Shapes: []Shape{
		{Name: "task", Severity: Error, What: "a task of Go, Fork and the like without OwnGoroutine"},
		{Name: "item", Severity: Error, What: "the function of Map, Each, First and the like, which takes no such option"},
	},
}, func(c *check) {
	for _, t := range c.Tasks {
		if t.Kind != code.BraidTask || t.Body {
			continue
		}
		fn := c.functionOf(t.Fn)
		if fn == nil || !locks(c, fn) || t.Call.Ellipsis.IsValid() || mentions(t.Call, "OwnGoroutine") {
			continue
		}
		if t.Owner == nil {
			c.report(t.Fn, "item", "this function locks its OS thread for good, and runs on a goroutine that goes on to others: use Run and Go with OwnGoroutine")
		} else if !hasVarOption(c, t.Call) {
			c.report(t.Fn, "task", "this task locks its OS thread for good, and other tasks run on its goroutine afterwards: it needs the option OwnGoroutine")
		}
	}
})

// funcOf gives the declaration of a function of the package that is a value.
func funcOf(c *check, e ast.Expr) *ast.FuncDecl {
	var id *ast.Ident
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	default:
		return nil
	}
	fn, _ := c.Info.Uses[id].(*types.Func)
	if cur, ok := c.Decls[fn]; ok {
		return cur.Node().(*ast.FuncDecl)
	}
	return nil
}

// locks tells whether a function locks its thread, itself or by a function of the package that does, and does not unlock it on every way out.
func locks(c *check, fn ast.Node) bool { return c.leavesLocked(fn, 0) }

func (c *check) leavesLocked(fn ast.Node, depth int) bool {
	_, body := code.FuncParts(fn)
	lock := c.threadCall(body, "LockOSThread", depth)
	if lock == nil {
		return false
	}
	locked := c.threadCall(body, "UnlockOSThread", depth) == nil
	code.FlowOf(c.cfgs, fn).After(lock, func(step ast.Node) bool {
		if c.threadCall(step, "UnlockOSThread", depth) != nil {
			return false
		}
		if ret, ok := step.(*ast.ReturnStmt); ok && !c.failedToLock(lock, ret) {
			locked = true
		}
		return !locked
	})
	return locked
}

// failedToLock tells whether a return is in the branch for the error of the helper that was to lock the thread.
func (c *check) failedToLock(helper ast.Node, ret *ast.ReturnStmt) bool {
	at, ok := c.Root.FindNode(ret)
	if _, isCall := helper.(*ast.CallExpr); !ok || !isCall {
		return false
	}
	for cur := range at.Enclosing((*ast.IfStmt)(nil)) {
		branch := cur.Node().(*ast.IfStmt)
		before, ok := cur.PrevSibling()
		if isNil(branch.Cond, token.NEQ) && code.Within(ret, branch.Body) && (branch.Init != nil && code.Within(helper, branch.Init) || ok && code.Within(helper, before.Node())) {
			return true
		}
	}
	return false
}

// threadCall gives the first mention of runtime's LockOSThread or UnlockOSThread in a node, or the first call of a function of the package that
// leaves the thread locked, or that unlocks it.
func (c *check) threadCall(n ast.Node, name string, depth int) (found ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			return false
		case *ast.FuncLit: // which a go statement may run
			return name == "UnlockOSThread"
		case *ast.SelectorExpr:
			if obj := c.Info.Uses[n.Sel]; obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "runtime" && n.Sel.Name == name && found == nil {
				found = n
			}
		case *ast.CallExpr:
			decl, ok := c.Decls[code.Callee(c.Info, n)]
			if !ok || depth > 0 || found != nil {
				break
			}
			helper := decl.Node().(*ast.FuncDecl)
			if locked := c.leavesLocked(helper, depth+1); name == "LockOSThread" && locked ||
				name == "UnlockOSThread" && !locked && c.threadCall(helper.Body, name, depth+1) != nil {
				found = n
			}
		}
		return found == nil
	})
	return found
}

// mentions tells whether a call's arguments, but for literals, name something.
func mentions(call *ast.CallExpr, name string) (found bool) {
	for _, arg := range call.Args {
		ast.Inspect(arg, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false
			}
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				found = true
			}
			return !found
		})
	}
	return found
}

// hasVarOption tells whether a call has an option that is a variable, of which nothing is known.
func hasVarOption(c *check, call *ast.CallExpr) bool {
	for _, arg := range call.Args {
		if v := code.Var(c.Info, arg); v != nil && code.IsNamed(v.Type(), code.Braid, "TaskOption") {
			return true
		}
	}
	return false
}
