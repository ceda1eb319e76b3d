// Calls without a context that have a twin with one, where one is in scope.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// WithCtx gives calls the context that is in scope.
var WithCtx = register(&Rule{
	Name:      "withctx",
	Migration: true,
	Title:     "a call could be given the context in scope",
	Why: "The standard library has many calls in two forms, an old one without a context and one with it. " +
		"A function that was given a context and uses the old form cannot be cancelled while the call lasts.",
	Wrong: `
func version(ctx context.Context, db *sql.DB) (string, error) {
	var v string
	err := db.QueryRow("select version()").Scan(&v)
	return v, err
}
`,
	Right: `
func version(ctx context.Context, db *sql.DB) (string, error) {
	var v string
	err := db.QueryRowContext(ctx, "select version()").Scan(&v)
	return v, err
}
`,
	Exempt: "Contexts that are no parameter of the function itself, since a derived one may be cancelled while what the call gave is still in use. " +
		"Deferred calls, which may run when the context is dead. Requests that are given another context later, or that go to a function along with this one. Commands that are started and not waited for in the same expression or variable.",
	Shapes: []Shape{
		{Name: "request", Severity: Note, What: "http.NewRequest, with a fix"},
		{Name: "command", Severity: Note, What: "exec.Command that is run to its end, with a fix"},
		{Name: "sql", Severity: Note, What: "a call of package database/sql, with a fix"},
		{Name: "net", Severity: Note, What: "a dial or a lookup of package net, with a fix"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		fn := code.Callee(c.Info, call)
		if fn == nil || fn.Pkg() == nil {
			continue
		}
		switch fn.Pkg().Path() {
		case "net/http", "os/exec", "database/sql", "net":
			c.ctxArg(cur, call, fn)
		}
	}
})

// The methods of package database/sql with a twin; Begin's takes options too.
var sqlTwins = map[string]bool{"Query": true, "QueryRow": true, "Exec": true, "Prepare": true, "Ping": true}

var lookups = map[string]bool{
	"LookupHost": true, "LookupAddr": true, "LookupCNAME": true, "LookupMX": true, "LookupNS": true, "LookupSRV": true, "LookupTXT": true,
}

func (c *check) ctxArg(cur inspector.Cursor, call *ast.CallExpr, fn *types.Func) {
	r := c.ReachAt(cur)
	around, ok := code.FuncAround(cur)
	if r == nil || !ok || r.Request || code.Deferred(cur) || c.spreads(call) {
		return
	}
	if typ, _ := code.FuncParts(around.Node()); code.CtxParam(c.Info, typ) != r.Ctx {
		return
	}
	file := edit.At(c.Pass, call.Pos())
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if file == nil || !isSel || !file.Means(r.Ctx.Name(), r.Ctx, call.Pos()) || c.set(r.Ctx) {
		return
	}
	ctx := r.Ctx.Name()
	if len(call.Args) > 0 {
		ctx += ", "
	}
	first := call.Lparen + 1
	name := sel.Sel
	renamed := func(to string) []analysis.TextEdit {
		return []analysis.TextEdit{edit.Replace(name.Pos(), name.End(), "%s", to), edit.Insert(first, "%s", ctx)}
	}
	recv := fn.Signature().Recv()
	switch {
	case code.Is(fn, "net/http", "NewRequest"):
		later, ok := c.contextLater(file, cur, r.Ctx)
		if !ok {
			return
		}
		c.tell(call, "request", "the request does not end with the context: http.NewRequestWithContext", append(renamed("NewRequestWithContext"), later...))
	case code.Is(fn, "os/exec", "Command"):
		if c.runToItsEnd(cur) {
			c.tell(call, "command", "the command does not end with the context: exec.CommandContext", renamed("CommandContext"))
		}
	case fn.Pkg().Path() == "database/sql" && recv != nil && sqlTwins[fn.Name()] && c.hasTwin(sel, fn, fn.Name()+"Context"):
		c.tell(call, "sql", "the call does not end with the context: "+fn.Name()+"Context", renamed(fn.Name()+"Context"))
	case code.Is(fn, "database/sql", "DB.Begin") && c.hasTwin(sel, fn, "BeginTx"):
		c.tell(call, "sql", "the transaction does not end with the context: BeginTx", []analysis.TextEdit{
			edit.Replace(name.Pos(), name.End(), "BeginTx"), edit.Insert(first, "%s, nil", ctx)})
	case code.Is(fn, "net", "Dial"):
		net := file.Text(sel.X)
		c.tell(call, "net", "the dial does not end with the context: net.Dialer.DialContext", []analysis.TextEdit{
			edit.Replace(call.Pos(), first, "(&%s.Dialer{}).DialContext(%s", net, ctx)})
	case code.Is(fn, "net", "Dialer.Dial") && c.hasTwin(sel, fn, "DialContext"):
		c.tell(call, "net", "the dial does not end with the context: DialContext", renamed("DialContext"))
	case recv == nil && fn.Pkg().Path() == "net" && lookups[fn.Name()]:
		c.tell(call, "net", "the lookup does not end with the context: net.DefaultResolver."+fn.Name(), []analysis.TextEdit{
			edit.Insert(name.Pos(), "DefaultResolver."), edit.Insert(first, "%s", ctx)})
	}
}

// contextLater looks at what becomes of a request: where it is given the context after it was made the edits
// take that out, since it has it from the start now. It is false if it gets another context, or goes
// along with the context to a function that may give it.
func (c *check) contextLater(file *edit.File, cur inspector.Cursor, ctx *types.Var) (edits []analysis.TextEdit, ok bool) {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	if !ok {
		return nil, true
	}
	v := code.Var(c.Info, as.Lhs[0])
	if v == nil {
		return nil, true
	}
	for _, use := range c.Uses[v] {
		if call, ok := use.Parent().Node().(*ast.CallExpr); ok && slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return code.Var(c.Info, e) == ctx }) {
			return nil, false
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "WithContext" {
			continue
		}
		call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
		if !ok || call.Fun != ast.Expr(sel) || code.Var(c.Info, call.Args[0]) != ctx || !code.IsLocal(v) || len(c.Origins(v)) > 2 {
			return nil, false
		}
		to, alone := use.Parent().Parent().Parent().Node().(*ast.AssignStmt)
		_, named := use.Parent().Parent().Parent().Node().(*ast.ValueSpec)
		switch {
		case alone && len(to.Lhs) == 1 && to.Tok == token.ASSIGN && code.Var(c.Info, to.Lhs[0]) == v:
			edits = append(edits, file.Delete(to))
		case alone, named, len(c.Origins(v)) > 1:
			return nil, false // another variable would be the same request then
		default:
			edits = append(edits, edit.Replace(sel.X.End(), call.End(), ""))
		}
	}
	return edits, true
}

// set tells whether a variable is given another value somewhere.
func (c *check) set(v *types.Var) bool {
	for _, use := range c.Uses[v] {
		if c.UseOf(use) == code.Assigned {
			return true
		}
	}
	return false
}

// hasTwin tells whether what a method is called on has another one of that name which is of the same type as the first: one that wraps it may have its own.
func (c *check) hasTwin(sel *ast.SelectorExpr, fn *types.Func, name string) bool {
	o, _, _ := types.LookupFieldOrMethod(c.Info.TypeOf(sel.X), true, c.Pkg, name)
	twin, ok := o.(*types.Func)
	return ok && twin.Pkg() == fn.Pkg() && types.Identical(twin.Signature().Recv().Type(), fn.Signature().Recv().Type())
}

// spreads tells whether the only argument of a call gives several: no other goes beside it.
func (c *check) spreads(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	_, is := c.Info.TypeOf(call.Args[0]).(*types.Tuple)
	return is
}

// runToItsEnd tells whether a command is run by Run, Output or CombinedOutput, and
// by nothing else: one that is started may be meant to go on.
func (c *check) runToItsEnd(cur inspector.Cursor) bool {
	runs := map[string]bool{"Run": true, "Output": true, "CombinedOutput": true}
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.SelectorExpr_X:
		return runs[cur.Parent().Node().(*ast.SelectorExpr).Sel.Name]
	case edge.AssignStmt_Rhs:
		as := cur.Parent().Node().(*ast.AssignStmt)
		if len(as.Lhs) != 1 {
			return false
		}
		v := code.Var(c.Info, as.Lhs[0])
		if v == nil || !code.IsLocal(v) || c.Escapes(v) {
			return false
		}
		run := false
		for _, use := range c.Uses[v] {
			sel, ok := use.Parent().Node().(*ast.SelectorExpr)
			switch {
			case !ok:
				if c.UseOf(use) != code.Assigned {
					return false
				}
			case runs[sel.Sel.Name]:
				run = true
			case sel.Sel.Name == "Start" || sel.Sel.Name == "Cancel" || sel.Sel.Name == "Process":
				return false
			}
		}
		return run
	}
	return false
}
