// Panics that are recovered and forgotten.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
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
	Exempt: "A recovered value that is raised again, sent, stored or handed to anything but a log, a panic that is counted where a condition asks for the count, or dropped behind a comment that says why; `_ = recover()` in a function that does nothing but send to a channel, which may be closed; functions that end the program or the goroutine; a function outside of tasks that takes no context and gives no error.",
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
		fn, ok := code.FuncAround(cur)
		if !ok {
			continue
		}
		if isDeferredLit(fn) {
			if fate := c.fateOf(cur, fn); fate != handled {
				c.afterRecover(call, fn.Parent(), fate, "this recover")
			}
			continue
		}
		decl, ok := fn.Node().(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fate := c.fateOf(cur, fn); fate != handled {
			for _, use := range c.Uses[c.Info.Defs[decl.Name]] {
				if at, ok := deferredCall(use); ok && !c.exempt(use.Node().Pos()) {
					c.afterRecover(at.Node(), at, fate, "the recover of "+decl.Name.Name)
				}
			}
		}
	}
})

// afterRecover reports a recover, or the deferred call of a function with one, by what becomes of the function
// that defers it.
func (c *check) afterRecover(at ast.Node, deferred inspector.Cursor, fate fate, what string) {
	fn, ok := code.FuncAround(deferred)
	if !ok {
		return
	}
	typ, _ := code.FuncParts(fn.Node())
	task := taskOf(c, fn)
	switch {
	case code.ErrResult(c.Info, typ) >= 0:
		if !c.setsResult(typ, deferred) && !(fate == silent && c.guardsClose(deferred, fn)) {
			c.report(at, "success", "after "+what+" the function returns nil: set its error result to what was recovered")
		}
	case typ.Results != nil && len(typ.Results.List) > 0:
	case fate == silent && c.guardsSend(at, fn):
	case fate == silent && (task != nil && task.Kind != code.Timer || code.CtxParam(c.Info, typ) != nil):
		c.report(at, "silent", "what was recovered is dropped: nobody learns that this has panicked")
	case task != nil:
		c.report(at, "logged", "whoever waits for this task takes it for done, although it has panicked")
	}
}

// guardsSend tells whether a recover that is assigned to _ is of a function that does nothing but send, under a lock or not: it is there for a channel that
// whoever receives may have closed.
func (c *check) guardsSend(at ast.Node, fn inspector.Cursor) bool {
	cur, ok := c.Root.FindNode(at)
	if !ok {
		return false
	}
	if as, ok := cur.Parent().Node().(*ast.AssignStmt); !ok || len(as.Lhs) != 1 || !isBlank(as.Lhs[0]) {
		return false
	}
	_, body := code.FuncParts(fn.Node())
	sends, other := false, false
	for at := range fn.Preorder((*ast.SendStmt)(nil), (*ast.CallExpr)(nil)) {
		if in, _ := code.FuncAround(at); in != fn || !code.Within(at.Node(), body) {
			continue
		}
		call, isCall := at.Node().(*ast.CallExpr)
		switch {
		case !isCall:
			sends = true
		case isLitCall(call), code.IsCall(c.Info, call, "sync", "Mutex.Lock", "Mutex.Unlock", "RWMutex.Lock", "RWMutex.Unlock", "RWMutex.RLock", "RWMutex.RUnlock", "WaitGroup.Done"),
			code.IsCall(c.Info, call, "time", "After", "NewTimer", "Timer.Stop"), c.ErrOf(call) != nil, c.DoneOf(call) != nil:
		default:
			other = true
		}
	}
	return sends && !other
}

// guardsClose tells whether all that a function does behind a deferred recover is to close a channel: it is there for one that somebody has closed.
func (c *check) guardsClose(deferred, fn inspector.Cursor) bool {
	_, body := code.FuncParts(fn.Node())
	from := deferred.Node().End()
	for up := range deferred.Enclosing((*ast.DeferStmt)(nil)) {
		from = up.Node().End()
		break
	}
	closes, other := false, false
	code.Shallow(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && call.Pos() >= from {
			if c.Builtin(call) == "close" {
				closes = true
			} else {
				other = true
			}
		}
		return !other
	})
	return closes && !other
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// isLitCall tells whether a literal is called where it is written.
func isLitCall(call *ast.CallExpr) bool {
	_, ok := ast.Unparen(call.Fun).(*ast.FuncLit)
	return ok
}

// deferredCall gives the call that a mention of a function is the callee of, if that is deferred.
func deferredCall(use inspector.Cursor) (inspector.Cursor, bool) {
	at := use
	if kind, _ := at.ParentEdge(); kind == edge.SelectorExpr_Sel {
		at = at.Parent()
	}
	if kind, _ := at.ParentEdge(); kind != edge.CallExpr_Fun {
		return at, false
	}
	at = at.Parent()
	kind, _ := at.ParentEdge()
	return at, kind == edge.DeferStmt_Call
}

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

// fateOf tells what becomes of a recovered value in the deferred function.
func (c *check) fateOf(cur, lit inspector.Cursor) fate {
	_, body := code.FuncParts(lit.Node())
	var v *types.Var
	switch n := cur.Parent().Node().(type) {
	case *ast.BinaryExpr:
		if s, ok := cur.Parent().Parent().Node().(*ast.IfStmt); ok && code.Has(s.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			return ok && !c.logs(call)
		}) {
			return handled
		}
	case *ast.ExprStmt:
	case *ast.AssignStmt:
		id, ok := n.Lhs[0].(*ast.Ident)
		if !ok {
			return handled
		}
		if id.Name != "_" {
			if v = code.Var(c.Info, id); !code.IsLocal(v) || !code.Within(c.declOf(v), body) {
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
			if n == cur.Node() || c.Builtin(n) == "len" || c.partOfLog(at, v) {
				continue
			}
			fn := code.Callee(c.Info, n)
			switch name := code.CalleeName(n); {
			case strings.HasPrefix(name, "Panic") || strings.HasPrefix(name, "Fatal"):
				return handled
			case c.logs(n), c.onlyCounted(n):
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
	at := c.Fset.Position(cur.Node().Pos()).Line
	if slices.ContainsFunc(c.FileOf(body.Pos()).Comments, func(g *ast.CommentGroup) bool {
		return code.Within(g, body) && c.Fset.Position(g.End()).Line < at
	}) {
		return handled // by who wrote why
	}
	return silent
}

// setsResult tells whether the deferred call, or its literal, assigns to a named result or is given its address.
func (c *check) setsResult(typ *ast.FuncType, lit inspector.Cursor) bool {
	for _, f := range typ.Results.List {
		for _, name := range f.Names {
			for _, use := range c.Uses[c.Info.Defs[name]] {
				if !code.Within(use.Node(), lit.Node()) {
					continue
				}
				if how := c.UseOf(use); how == code.Assigned || how == code.Argument {
					return true
				}
			}
		}
	}
	return false
}
