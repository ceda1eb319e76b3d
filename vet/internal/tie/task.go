// Tasks: go statements with their Add and Done, and calls of a group's Go. Each
// becomes a call of braid's Go with the same body.

package tie

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

type task struct {
	stmt ast.Stmt      // the go statement, or that with the call of Go
	call *ast.CallExpr // the call that is started, or that of Go
	lit  *ast.FuncLit
	done ast.Stmt // the call of Done, or nil
	bare bool     // a go statement
	opts string   // for braid's Go, each behind a comma
}

// body is what the task does but for its Done.
func (t *task) body() []ast.Stmt {
	body := t.lit.Body.List
	switch {
	case t.done == nil:
		return body
	case body[0] == t.done:
		return body[1:]
	}
	return body[:len(body)-1]
}

// unfit gives what forbids to run a function as a task of braid's, or "".
func (f *finder) unfit(lit *ast.FuncLit) (why string) {
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			fn := code.Callee(f.Info, n)
			switch {
			case f.exits(n, deepest):
				why = "a task ends itself with runtime.Goexit, which braid would pass on to the caller"
			case code.Is(fn, "runtime", "LockOSThread"):
				why = "a task locks its OS thread: give it braid.OwnGoroutine"
			}
		case *ast.Ident:
			if o := f.Info.Uses[n]; o != nil && (code.IsNamed(o.Type(), "testing", "common") || code.IsNamed(o.Type(), "testing", "T") ||
				code.IsNamed(o.Type(), "testing", "B") || code.IsNamed(o.Type(), "testing", "F") || code.IsNamed(o.Type(), "testing", "TB")) {
				if _, ok := o.(*types.Var); ok {
					why = "a task has the test in its hands, and could end it"
				}
			}
		}
		return why == ""
	})
	return why
}

// doneOf finds the Done of a task: deferred as its first statement, or called as
// its last if nothing leaves the function before that. Anything else, a Done in
// mid-body above all, lets the join go on before the task has ended.
func (g *group) doneOf(lit *ast.FuncLit) (done ast.Stmt, why string) {
	list := lit.Body.List
	isDone := func(call *ast.CallExpr) bool {
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Done" && code.Var(g.f.Info, sel.X) == g.v
	}
	count := 0
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && g.f.Info.Uses[id] == types.Object(g.v) {
			count++
		}
		return true
	})
	if count != 1 {
		if count == 0 {
			return nil, "a task does not call Done itself"
		}
		return nil, "a task does more with the WaitGroup than to call Done once"
	}
	if d, ok := list[0].(*ast.DeferStmt); ok && isDone(d.Call) {
		return d, ""
	}
	if e, ok := list[len(list)-1].(*ast.ExprStmt); ok {
		if call, ok := e.X.(*ast.CallExpr); ok && isDone(call) {
			code.Shallow(lit.Body, func(n ast.Node) bool {
				switch n.(type) {
				case *ast.ReturnStmt:
					why = "a task may return without having called Done"
				case *ast.DeferStmt: // it may recover, and Done would not be called
					why = "a task with deferred calls does not defer Done"
				}
				return true
			})
			return e, why
		}
	}
	return nil, "a task calls Done in the middle: what comes after it is not waited for"
}

// edits rewrites a task as group.Go(func(PARAM context.Context) error { … }).
func (g *group) edits(t *task, group, context, param string) ([]analysis.TextEdit, string) {
	file := g.file
	var out []analysis.TextEdit
	results := "error"
	if g.kind.errors() {
		results = file.Text(t.lit.Type.Results) // they may have names
	}
	head := fmt.Sprintf("%s.Go(func(%s%s.Context) %s {", group, param, context, results)
	tail := t.opts + ")"
	if t.bare {
		before, why := g.arguments(t, context)
		if why != "" {
			return nil, why
		}
		switch {
		case before == "":
		case g.alone(t):
			head = before + "\n" + head
		default:
			head, tail = "{\n"+before+"\n"+head, tail+"\n}"
		}
	}
	out = append(out,
		edit.Replace(t.stmt.Pos(), t.lit.Body.Lbrace+1, "%s", head),
		edit.Replace(t.lit.Body.Rbrace+1, t.stmt.End(), "%s", tail))
	body := t.body()
	if t.done != nil {
		out = append(out, file.Delete(t.done))
	}
	if g.kind.errors() {
		return out, ""
	}
	if !file.Universe(t.stmt.Pos(), "nil", "error") {
		return nil, "nil or error is not what it was"
	}
	why := ""
	code.Shallow(t.lit.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			if !file.Universe(r.Pos(), "nil") {
				why = "nil is not what it was"
			}
			out = append(out, edit.Insert(r.End(), " nil"))
		}
		return true
	})
	if len(body) == 0 || !terminates(g.f.Info, body[len(body)-1]) {
		if !file.Universe(t.lit.Body.Rbrace, "nil") {
			why = "nil is not what it was"
		}
		out = append(out, file.AtEnd(t.lit.Body, "return nil"))
	}
	return out, why
}

// arguments gives the statement that evaluates the arguments of a go statement's
// function before the task is handed over, as the go statement did.
func (g *group) arguments(t *task, context string) (string, string) {
	info := g.f.Info
	var names, values []string
	i := 0
	for _, field := range t.lit.Type.Params.List {
		if _, ok := field.Type.(*ast.Ellipsis); ok {
			return "", "a task has a variadic parameter"
		}
		for _, name := range field.Names {
			if i >= len(t.call.Args) {
				return "", "a task's arguments are the results of a call"
			}
			arg := t.call.Args[i]
			i++
			v, _ := info.Defs[name].(*types.Var)
			same := types.Identical(g.f.ownType(arg), info.TypeOf(field.Type))
			if id, ok := ast.Unparen(arg).(*ast.Ident); ok && same && name.Name == id.Name && v != nil {
				if u, _ := info.Uses[id].(*types.Var); u != nil && !hasParts(u.Type()) && g.f.stable(u) && g.f.stable(v) {
					continue // the body may as well read it itself
				}
			}
			value := g.file.Text(arg)
			if !same {
				value = g.conversion(field.Type) + "(" + value + ")"
			}
			if v != nil && len(g.f.Uses[v]) > 0 && g.f.onlySet(v) {
				return "", "a task only sets its parameter " + v.Name()
			}
			names, values = append(names, name.Name), append(values, value)
			if name.Name != "_" && v != nil && len(g.f.Uses[v]) == 0 {
				names[len(names)-1] = "_" // unlike a parameter, a variable has to be used
			}
		}
	}
	if i != len(t.call.Args) {
		return "", "a task's parameters have no names"
	}
	if len(names) == 0 {
		return "", ""
	}
	op := "="
	for _, n := range names {
		if n != "_" {
			op = ":="
		}
		if n == context || n == "error" || n == "nil" {
			return "", isTaken(n)
		}
	}
	return strings.Join(names, ", ") + " " + op + " " + strings.Join(values, ", "), ""
}

// alone tells whether a task's parameters can be variables of the block that its go statement is in:
// no others there have their names, and nothing behind it mentions them.
func (g *group) alone(t *task) bool {
	cur, ok := g.f.Root.FindNode(t.stmt)
	scope := g.f.pass.Pkg.Scope().Innermost(t.stmt.Pos())
	if kind, _ := cur.ParentEdge(); !ok || scope == nil || kind != edge.BlockStmt_List || code.Has(g.around(), isGoto) {
		return false
	}
	names := map[string]bool{}
	for _, field := range t.lit.Type.Params.List {
		for _, name := range field.Names {
			names[name.Name] = true
			if scope.Lookup(name.Name) != nil {
				return false
			}
		}
	}
	for next, ok := cur.NextSibling(); ok; next, ok = next.NextSibling() {
		for id := range next.Preorder((*ast.Ident)(nil)) {
			if names[id.Node().(*ast.Ident).Name] {
				return false
			}
		}
	}
	return true
}

func isGoto(n ast.Node) bool {
	b, ok := n.(*ast.BranchStmt)
	return ok && b.Tok == token.GOTO
}

// terminates tells whether no statement is reached behind this one.
func terminates(info *types.Info, s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.GOTO
	case *ast.ForStmt:
		if s.Cond != nil {
			return false
		}
		leaves := false
		code.Shallow(s.Body, func(n ast.Node) bool {
			if b, ok := n.(*ast.BranchStmt); ok && b.Tok != token.CONTINUE {
				leaves = true
			}
			return true
		})
		return !leaves
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := call.Fun.(*ast.Ident)
		return ok && info.Uses[id] == types.Universe.Lookup("panic")
	}
	return false
}
