// Groups that belong to an object: a struct keeps a cancel function and a
// WaitGroup, one function derives a context and starts goroutines, and another
// cancels and waits. Both fields become one group, made by braid.Open.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// owner is a struct with such a pair of fields.
type owner struct {
	f          *finder
	name       string
	cancel, wg *types.Var
	fields     [2]*ast.Field

	file  *edit.File
	open  *ast.AssignStmt // ctx, s.cancel = context.WithCancel(parent)
	self  ast.Expr        // s
	ctx   *types.Var
	block inspector.Cursor // that open is in
	tasks []*task
	adds  []ast.Stmt
	stops [][2]ast.Stmt // s.cancel(), s.wg.Wait()
}

func (f *finder) owners() {
	for cur := range f.Root.Preorder((*ast.TypeSpec)(nil)) {
		spec := cur.Node().(*ast.TypeSpec)
		st, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		o := &owner{f: f, name: spec.Name.Name}
		for _, field := range st.Fields.List {
			if len(field.Names) != 1 || field.Names[0].IsExported() {
				continue
			}
			v, _ := f.Info.Defs[field.Names[0]].(*types.Var)
			if v == nil {
				continue
			}
			_, pointer := v.Type().(*types.Pointer)
			switch {
			case code.IsNamed(v.Type(), "context", "CancelFunc"):
				if o.cancel != nil {
					o.cancel = nil
					break
				}
				o.cancel, o.fields[0] = v, field
			case code.IsNamed(v.Type(), "sync", "WaitGroup") && !pointer:
				o.wg, o.fields[1] = v, field
			}
		}
		if o.cancel == nil || o.wg == nil {
			continue
		}
		if why := o.parse(); why == "" {
			if edits := o.edits(); edits != nil {
				for _, t := range o.tasks {
					f.tied[t.stmt] = true
				}
				f.add(Finding{
					At: o.open, Shape: Owner, Edits: edits,
					Message: "the goroutines of " + o.name + " are a group that belongs to it: braid.Open",
				})
			}
		}
	}
}

// parse accounts for every use of both fields, or says that one is out of the ordinary.
func (o *owner) parse() string {
	for _, use := range o.f.Uses[o.cancel] {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			return "set in a literal"
		}
		kind, _ := use.Parent().ParentEdge()
		up := use.Parent().Parent()
		switch kind {
		case edge.AssignStmt_Lhs:
			as := up.Node().(*ast.AssignStmt)
			if o.open != nil || len(as.Lhs) != 2 || as.Lhs[1] != ast.Expr(sel) || len(as.Rhs) != 1 || as.Tok != token.ASSIGN {
				return "set in another way"
			}
			call, ok := as.Rhs[0].(*ast.CallExpr)
			id, ok2 := as.Lhs[0].(*ast.Ident)
			if !ok || !ok2 || !code.IsCall(o.f.Info, call, "context", "WithCancel") {
				return "set to something else"
			}
			o.open, o.self, o.block = as, sel.X, up.Parent()
			o.ctx, _ = o.f.Info.Uses[id].(*types.Var)
			o.file = edit.At(o.f.pass, as.Pos())
			if _, ok := sel.X.(*ast.Ident); !ok || o.ctx == nil || !code.IsLocal(o.ctx) || o.file == nil {
				return "not of a variable"
			}
		case edge.CallExpr_Fun:
			stmt := up.Parent()
			next, ok := stmt.NextSibling()
			if _, alone := stmt.Node().(*ast.ExprStmt); !alone || !ok {
				return "called alone"
			}
			wait, ok := next.Node().(*ast.ExprStmt)
			if !ok || !o.isWait(wait.X, sel.X) {
				return "called without waiting"
			}
			o.stops = append(o.stops, [2]ast.Stmt{stmt.Node().(ast.Stmt), wait})
		default:
			return "used in another way"
		}
	}
	if o.open == nil || len(o.stops) == 0 {
		return "never set or called"
	}
	// The context is the tasks': it is not derived again, and nobody else keeps it.
	waits := 0
	for _, use := range o.f.Uses[o.wg] {
		if _, ok := use.Parent().Node().(*ast.SelectorExpr); !ok {
			return "set in a literal"
		}
		up := use.Parent().Parent()
		method, ok := up.Node().(*ast.SelectorExpr)
		if !ok {
			return "handed on"
		}
		call, ok := up.Parent().Node().(*ast.CallExpr)
		if !ok || call.Fun != ast.Expr(method) {
			return "handed on"
		}
		stmt := up.Parent().Parent()
		switch method.Sel.Name {
		case "Wait":
			waits++
		case "Add":
			next, ok := stmt.NextSibling()
			n, isConst := code.IntValue(o.f.Info, call.Args[0])
			if _, alone := stmt.Node().(*ast.ExprStmt); !alone || !ok || !isConst || n != 1 {
				return "counted in another way"
			}
			gs, ok := next.Node().(*ast.GoStmt)
			if !ok || !o.here(gs) {
				return "counted elsewhere"
			}
			lit, ok := gs.Call.Fun.(*ast.FuncLit)
			if !ok || len(gs.Call.Args) > 0 || lit.Type.Results != nil || len(lit.Body.List) == 0 {
				return "a task is no literal without arguments"
			}
			d, ok := lit.Body.List[0].(*ast.DeferStmt)
			if !ok || !o.isDone(d.Call) {
				return "Done is not deferred first"
			}
			o.adds = append(o.adds, stmt.Node().(ast.Stmt))
			o.tasks = append(o.tasks, &task{stmt: gs, call: gs.Call, lit: lit, done: d, bare: true})
		case "Done":
		case "Go":
			lit, ok := call.Args[0].(*ast.FuncLit)
			s, alone := stmt.Node().(*ast.ExprStmt)
			if !ok || !alone || !o.here(s) {
				return "started elsewhere"
			}
			o.tasks = append(o.tasks, &task{stmt: s, call: call, lit: lit})
		default:
			return "used in another way"
		}
	}
	if waits != len(o.stops) || len(o.tasks) == 0 {
		return "waited for in another way"
	}
	if !o.stays() {
		return "the context's variable would be left without a use"
	}
	dones := 0
	for _, use := range o.f.Uses[o.wg] {
		if m, ok := use.Parent().Parent().Node().(*ast.SelectorExpr); ok && m.Sel.Name == "Done" {
			dones++
		}
	}
	if dones != len(o.adds) {
		return "Done called elsewhere"
	}
	for _, t := range o.tasks {
		if !o.f.mentions(t.lit.Body, o.ctx) || o.f.unfit(t.lit) != "" {
			return "a task does not take the context"
		}
	}
	return o.alone()
}

// stays tells whether the context's variable is still used when the tasks have a
// parameter of their own instead.
func (o *owner) stays() bool {
	if code.IsParam(o.f.Info, o.ctx) {
		return true
	}
	for _, use := range o.f.Uses[o.ctx] {
		inTask := false
		for _, t := range o.tasks {
			inTask = inTask || code.Within(use.Node(), t.lit)
		}
		if !inTask && o.f.UseOf(use) != code.Assigned {
			return true
		}
	}
	return false
}

// here tells whether a statement is behind the opening, in the same block.
func (o *owner) here(s ast.Stmt) bool {
	return s.Pos() > o.open.Pos() && code.Within(s, o.block.Node())
}

func (o *owner) isWait(e, self ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	m, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || m.Sel.Name != "Wait" || code.Var(o.f.Info, m.X) != o.wg {
		return false
	}
	f, ok := m.X.(*ast.SelectorExpr)
	return ok && code.Var(o.f.Info, f.X) != nil && code.Var(o.f.Info, f.X) == code.Var(o.f.Info, self)
}

func (o *owner) isDone(call *ast.CallExpr) bool {
	m, ok := call.Fun.(*ast.SelectorExpr)
	return ok && m.Sel.Name == "Done" && code.Var(o.f.Info, m.X) == o.wg
}

func (o *owner) edits() []analysis.TextEdit {
	at := o.open.Pos()
	if !o.file.Universe(at, "nil", "error") || !o.file.Since("go1.22") {
		return nil
	}
	braid, imports1, ok1 := o.file.Import(code.Braid, "braid", at)
	context, imports2, ok2 := o.file.Import("context", "context", at)
	parts := []ast.Node{o.fields[0], o.fields[1]}
	for _, s := range o.stops {
		parts = append(parts, s[0])
	}
	for _, n := range parts {
		if f := edit.At(o.f.pass, n.Pos()); f == nil || f.Name() != o.file.Name() {
			return nil // its parts are in several files
		}
	}
	if !ok1 || !ok2 || o.file.Dots("sync") || o.file.Dots("context") || o.taken("group") || o.positional() {
		return nil
	}
	out := append(imports1, imports2...)
	self := o.file.Text(o.self)
	field := self + ".group"
	parent := o.file.Text(o.open.Rhs[0].(*ast.CallExpr).Args[0])
	out = append(out,
		edit.Replace(o.fields[0].Pos(), o.fields[0].End(), "group *%s.Group", braid),
		o.file.Delete(o.fields[1]),
		edit.Replace(o.open.Pos(), o.open.End(), "%s, %s = %s.Open(%s)", field, o.ctx.Name(), braid, parent))
	for _, s := range o.adds {
		out = append(out, o.file.Delete(s))
	}
	g := &group{f: o.f, file: o.file, kind: waitGroup, v: o.wg} // for its tasks alone
	for _, t := range o.tasks {
		again, ok := o.f.again(t.lit, o.ctx)
		if !ok {
			return nil
		}
		out = append(out, again...)
		if !o.f.idle(t.body(), o.ctx, deepest) {
			t.opts = ", " + braid + ".Always" // an object that is stopped at once ran it
		}
		edits, why := g.edits(t, field, context, o.ctx.Name()+" ")
		if why != "" {
			return nil
		}
		out = append(out, edits...)
	}
	for _, s := range o.stops {
		sel := s[0].(*ast.ExprStmt).X.(*ast.CallExpr).Fun.(*ast.SelectorExpr)
		out = append(out,
			edit.Replace(s[0].Pos(), s[0].End(), "_ = %s.group.Close()", o.file.Text(sel.X)),
			o.file.Delete(s[1]))
	}
	return out
}
