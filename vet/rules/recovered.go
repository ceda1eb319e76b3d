// Panics that are recovered and forgotten.

package rules

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Recovered finds deferred recovers after which a panic has never been.
var Recovered = register(&Rule{
	Name:  "recovered",
	Title: "a panic is recovered and comes out as success",
	Why: "After `recover()` the function returns with what its results hold: nil, if no deferred function sets them. Whoever waits takes the task that panicked for " +
		"one that succeeded, with half of its work done. Set a named error result, or do not recover: a group of braid's raises the panic again at its join.",
	Wrong: `
func work(g *errgroup.Group, f func() error) {
	g.Go(func() error {
		defer func() {
			if r := recover(); r != nil {
				log.Println("task panicked:", r)
			}
		}()
		return f()
	})
}
`,
	Right: `
func work(g *errgroup.Group, f func() error) {
	g.Go(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("task panicked: %v", r)
			}
		}()
		return f()
	})
}
`,
	Exempt: "A recovered value that is raised again, sent, stored or handed to anything but a log; functions that end the program or the goroutine; a function outside of tasks that takes no context and gives no error.",
	Shapes: []Shape{
		{Name: "success", Severity: Warning, What: "a function with an error result recovers, at most logs, and returns nil"},
		{Name: "silent", Severity: Warning, What: "a task or a function with a context drops what it has recovered without a word"},
		{Name: "logged", Severity: Note, Off: true, What: "a task without result logs its panic and is taken for done"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if c.Builtin(call) != "recover" || c.exempt(call.Pos()) {
			continue
		}
		lit, ok := code.FuncAround(cur)
		if !ok || !isDeferredLit(lit) {
			continue
		}
		fate := c.fateOf(cur, lit)
		if fate == handled {
			continue
		}
		fn, ok := code.FuncAround(lit)
		if !ok {
			continue
		}
		typ, _ := code.FuncParts(fn.Node())
		task := taskOf(c, fn)
		switch {
		case code.ErrResult(c.Info, typ) >= 0:
			if !c.setsResult(typ, lit) {
				c.report(call, "success", "after this recover the function returns nil: set its error result to what was recovered")
			}
		case typ.Results != nil && len(typ.Results.List) > 0:
		case fate == silent && (task != nil && task.Kind != code.Timer || code.CtxParam(c.Info, typ) != nil):
			c.report(call, "silent", "what was recovered is dropped: nobody learns that this has panicked")
		case task != nil:
			c.report(call, "logged", "whoever waits for this task takes it for done, although it has panicked")
		}
	}
})

// isDeferredLit tells whether a function is the literal of a defer statement.
func isDeferredLit(fn inspector.Cursor) bool {
	if _, ok := fn.Node().(*ast.FuncLit); !ok {
		return false
	}
	if kind, _ := fn.ParentEdge(); kind != edge.CallExpr_Fun {
		return false
	}
	kind, _ := fn.Parent().ParentEdge()
	return kind == edge.DeferStmt_Call
}

func taskOf(c *check, fn inspector.Cursor) *code.Task {
	lit, ok := fn.Node().(*ast.FuncLit)
	if !ok {
		return nil
	}
	return c.Task[lit]
}

type fate int

const (
	handled fate = iota
	logged       // at most a log hears of it
	silent
)

// fateOf tells what becomes of a recovered value in the deferred literal.
func (c *check) fateOf(cur, lit inspector.Cursor) fate {
	body := lit.Node().(*ast.FuncLit).Body
	var v *types.Var
	switch n := cur.Parent().Node().(type) {
	case *ast.ExprStmt, *ast.BinaryExpr:
	case *ast.AssignStmt:
		id, ok := n.Lhs[0].(*ast.Ident)
		if !ok {
			return handled
		}
		if id.Name != "_" {
			if v = code.Var(c.Info, id); !code.IsLocal(v) {
				return handled
			}
		}
	default:
		return handled
	}
	says := false
	for at := range lit.Preorder((*ast.CallExpr)(nil), (*ast.SendStmt)(nil), (*ast.AssignStmt)(nil), (*ast.ReturnStmt)(nil), (*ast.IncDecStmt)(nil), (*ast.GoStmt)(nil)) {
		switch n := at.Node().(type) {
		case *ast.CallExpr:
			if n == cur.Node() || c.Builtin(n) == "len" {
				continue
			}
			fn := code.Callee(c.Info, n)
			switch name := code.CalleeName(n); {
			case strings.HasPrefix(name, "Panic") || strings.HasPrefix(name, "Fatal"):
				return handled
			case c.logs(n):
				says = true
			case fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "fmt" || fn.Pkg().Path() == "runtime" && fn.Name() != "Goexit" || fn.Pkg().Path() == "runtime/debug"):
			case c.Info.Types[n.Fun].IsType(), c.Builtin(n) == "make", c.Builtin(n) == "string", ending.MatchString(code.CalleeName(n)),
				code.CalleeName(n) == "Done" || code.CalleeName(n) == "cancel":
			default:
				return handled
			}
		case *ast.SendStmt, *ast.IncDecStmt, *ast.GoStmt:
			return handled
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				w := code.Var(c.Info, l)
				if id, ok := l.(*ast.Ident); ok && id.Name == "_" {
					continue
				}
				if w == nil || w != v && !(code.IsLocal(w) && code.Within(c.declOf(w), body)) {
					return handled
				}
			}
		}
	}
	if says {
		return logged
	}
	return silent
}

// setsResult tells whether the deferred literal assigns to a named result.
func (c *check) setsResult(typ *ast.FuncType, lit inspector.Cursor) bool {
	for _, f := range typ.Results.List {
		for _, name := range f.Names {
			for _, use := range c.Uses[c.Info.Defs[name]] {
				if code.Within(use.Node(), lit.Node()) && c.UseOf(use) == code.Assigned {
					return true
				}
			}
		}
	}
	return false
}
