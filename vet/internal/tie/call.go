// A goroutine whose one result comes over a channel to the block that starts it: braid.Call, or
// braid.Run where the result is an error, or nothing.
//
//	ch := make(chan T)
//	go func() { …; ch <- EXPR }()
//	…
//	v := <-ch

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// oneShot is a channel over which one goroutine says one thing, and then no more.
type oneShot struct {
	*group                  // its v is the channel
	task     *task          // the goroutine
	elem     types.Type     // T
	elemText string         // in the words of the file
	says     ast.Stmt       // ch <- EXPR, or close(ch)
	value    ast.Expr       // EXPR; nil if it closes the channel
	closes   ast.Stmt       // defer close(ch) beside it, or nil
	receive  *ast.UnaryExpr // <-ch
}

// calls finds them.
func (f *finder) calls(block inspector.Cursor, list []ast.Stmt, i int) {
	as, ok := list[i].(*ast.AssignStmt)
	if !ok || as.Tok != token.DEFINE || len(as.Lhs) != 1 || len(as.Rhs) != 1 {
		return
	}
	v, _ := f.Info.Defs[as.Lhs[0].(*ast.Ident)].(*types.Var)
	made, ok := as.Rhs[0].(*ast.CallExpr)
	if v == nil || !ok || f.Builtin(made) != "make" {
		return
	}
	ch, ok := v.Type().(*types.Chan)
	if !ok || len(made.Args) == 2 && f.Info.Types[made.Args[1]].Value == nil {
		return
	}
	typ, ok := made.Args[0].(*ast.ChanType)
	file := edit.At(f.pass, as.Pos())
	if !ok || file == nil {
		return
	}
	o := &oneShot{
		group: &group{f: f, v: v, file: file, kind: waitGroup, block: block, list: list, made: i, join: -1},
		elem:  ch.Elem(), elemText: file.Text(typ.Value),
	}
	if !o.parse() {
		return
	}
	if edits, what := o.edits(); edits != nil {
		f.tied[o.task.stmt] = true
		f.add(Finding{At: o.task.stmt, Shape: Call, Message: what, Edits: edits})
		o.span("goroutine")
	}
}

// parse accounts for every use of the channel.
func (o *oneShot) parse() bool {
	for _, use := range o.f.Uses[o.v] {
		var stmt ast.Stmt
		switch p := use.Parent().Node().(type) {
		case *ast.SendStmt:
			if p.Chan != use.Node() || o.value != nil {
				return false
			}
			o.says, o.value, stmt = p, p.Value, p
		case *ast.CallExpr:
			if o.f.Builtin(p) != "close" {
				return false
			}
			up, ok := use.Parent().Parent().Node().(ast.Stmt)
			if !ok || o.closes != nil {
				return false
			}
			o.closes, stmt = up, up
		case *ast.UnaryExpr:
			if p.Op != token.ARROW || o.receive != nil {
				return false
			}
			o.receive = p
			o.join = o.indexOf(p)
			if o.join < 0 || !o.received(use.Parent().Parent().Node()) {
				return false
			}
			continue
		default:
			return false
		}
		// The send, or the closing, is in the body of the one goroutine itself.
		fn, ok := code.FuncAround(use)
		if !ok {
			return false
		}
		lit, ok := fn.Node().(*ast.FuncLit)
		if !ok {
			return false
		}
		gs, ok := fn.Parent().Parent().Node().(*ast.GoStmt)
		if !ok || gs.Call.Fun != ast.Expr(lit) || len(gs.Call.Args) > 0 || lit.Type.Results != nil && len(lit.Type.Results.List) > 0 {
			return false
		}
		if o.task == nil {
			o.task = &task{stmt: gs, call: gs.Call, lit: lit, bare: true}
			o.first = o.indexOf(gs)
			if o.first < 0 || o.list[o.first] != ast.Stmt(gs) {
				return false
			}
		}
		if o.task.lit != lit || !directly(lit.Body, stmt) {
			return false
		}
	}
	if o.task == nil || o.receive == nil || o.first >= o.join || o.first <= o.made {
		return false
	}
	o.tasks = []*task{o.task}
	return o.saysLast() && o.f.unfit(o.task.lit) == "" && o.region(o.first, o.join) == "" && o.held() == ""
}

func directly(b *ast.BlockStmt, s ast.Stmt) bool {
	for _, t := range b.List {
		if t == s {
			return true
		}
	}
	return false
}

// received tells whether a statement is the receive and what is done with its value.
func (o *oneShot) received(parent ast.Node) bool {
	switch s := o.list[o.join].(type) {
	case *ast.ExprStmt:
		return s.X == ast.Expr(o.receive)
	case *ast.AssignStmt:
		_, ok := s.Lhs[0].(*ast.Ident)
		return ok && len(s.Lhs) == 1 && len(s.Rhs) == 1 && s.Rhs[0] == ast.Expr(o.receive) && (s.Tok == token.DEFINE || s.Tok == token.ASSIGN)
	case *ast.ReturnStmt:
		return len(s.Results) == 1 && s.Results[0] == ast.Expr(o.receive)
	case *ast.IfStmt:
		init, ok := s.Init.(*ast.AssignStmt)
		return ok && code.IsError(o.elem) && len(init.Lhs) == 1 && len(init.Rhs) == 1 && init.Rhs[0] == ast.Expr(o.receive) && !evaluated(init.Lhs[0])
	}
	return false
}

// saysLast tells whether the goroutine ends with what it says, on every way but a panic; what runs after that
// would be waited for, and is not.
func (o *oneShot) saysLast() bool {
	list := o.task.lit.Body.List
	last := list[len(list)-1]
	if o.value == nil {
		o.says, o.closes = o.closes, nil
		d, deferred := list[0].(*ast.DeferStmt)
		if o.says == nil || o.says != last && (!deferred || o.says != ast.Stmt(d)) {
			return false
		}
	} else if o.closes != nil {
		// ch <- EXPR; close(ch), or close deferred
		_, deferred := o.closes.(*ast.DeferStmt)
		if !deferred && (o.closes != last || len(list) < 2 || list[len(list)-2] != o.says) || deferred && o.says != last {
			return false
		}
	} else if o.says != last {
		return false
	}
	fine := true
	_, deferred := o.says.(*ast.DeferStmt)
	code.Shallow(o.task.lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			fine = fine && deferred
		case *ast.DeferStmt:
			fine = fine && (ast.Stmt(n) == o.says || ast.Stmt(n) == o.closes)
		}
		return true
	})
	return fine
}

// edits gives the new code, and says what it is.
func (o *oneShot) edits() ([]analysis.TextEdit, string) {
	file, place, lit := o.file, o.place(), o.task.lit
	braid, imports1, ok1 := file.Import(code.Braid, "braid", place)
	context, imports2, ok2 := file.Import("context", "context", place)
	if !ok1 || !ok2 || !file.Since("go1.22") || !file.Universe(place, "nil", "error") || !file.Universe(lit.Body.Rbrace, "nil") {
		return nil, ""
	}
	outer, _, why := o.contexts(context)
	taken := o.namesAround()
	name, ok3 := edit.Fresh(o.around(), taken, "g", "group", "tasks", "inner")
	if why != "" || !ok3 {
		return nil, ""
	}
	opts := ""
	if o.recovers() {
		opts = ", " + braid + ".CrashOnPanic"
	}
	out := append(imports1, imports2...)
	out = append(out, file.Delete(o.list[o.made]))
	if o.closes != nil {
		out = append(out, file.Delete(o.closes))
	}
	join := o.list[o.join]
	if o.value == nil || code.IsError(o.elem) {
		if code.IsError(o.elem) && o.value != nil && o.f.errorUses(o.receive) != "" {
			return nil, ""
		}
		before := file.Between(join.Pos(), o.receive.Pos())
		if o.value != nil && o.mentionsCtx() { // which the failure of the task, as before, does not end
			opts = ", " + braid + ".Supervised" + opts
		}
		_, alone := join.(*ast.ExprStmt)
		switch {
		case alone:
			before = "_ = "
		case o.value == nil: // the zero value of what never comes
			return nil, ""
		}
		out = append(out, edit.Insert(place, "%s%s.Run(%s, func(_ %s.Context, %s *%s.Group) error {\n", before, braid, outer, context, name, braid),
			edit.Replace(place, lit.Body.Lbrace+1, "%s.Go(func(%s.Context) error {", name, context),
			edit.Replace(lit.Body.Rbrace+1, o.task.stmt.End(), ")"),
			edit.Replace(join.Pos(), o.receive.End(), "return nil\n}%s)", opts))
		if o.value != nil {
			out = append(out, edit.Replace(o.says.Pos(), o.value.Pos(), "return "))
		} else {
			out = append(out, file.Delete(o.says))
			code.Shallow(lit.Body, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok {
					out = append(out, edit.Insert(r.End(), " nil"))
				}
				return true
			})
			out = append(out, file.AtEnd(lit.Body, "return nil"))
		}
		o.remember(name)
		return out, "a goroutine that is waited for over a channel is a task of braid.Run"
	}
	if _, ok := o.typeText(o.elem); !ok {
		return nil, ""
	}
	ctx, ok1 := edit.Fresh(o.around(), taken, "ctx", "gctx", "callCtx")
	handle, ok2 := edit.Fresh(o.around(), taken, "task", "promise", "answer")
	if !ok1 || !ok2 {
		return nil, ""
	}
	head, tail := "", ""
	switch s := join.(type) {
	case *ast.ExprStmt:
		head = "_, _ = "
	case *ast.AssignStmt:
		head = file.Text(s.Lhs[0]) + ", _ " + s.Tok.String() + " "
	case *ast.ReturnStmt:
		result, ok := edit.Fresh(o.around(), taken, "result", "value")
		if !ok {
			return nil, ""
		}
		head, tail = result+", _ := ", "\nreturn "+result
	default:
		return nil, ""
	}
	if strings.HasPrefix(head, "_, _ :=") {
		return nil, ""
	}
	o.remember(name)
	return append(out,
		edit.Insert(place, "%s%s.Call(%s, func(%s %s.Context, %s *%s.Group) (%s, error) {\n", head, braid, outer, ctx, context, name, braid, o.elemText),
		edit.Replace(place, lit.Body.Lbrace+1, "%s := %s.Fork(%s, func(%s.Context) (%s, error) {", handle, braid, name, context, o.elemText),
		edit.Replace(o.says.Pos(), o.value.Pos(), "return "),
		edit.Insert(o.says.End(), ", nil"),
		edit.Replace(lit.Body.Rbrace+1, o.task.stmt.End(), ")"),
		edit.Replace(join.Pos(), join.End(), "return %s.Wait(%s)\n}%s)%s", handle, ctx, opts, tail),
	), "a goroutine whose result comes over a channel is braid.Call, with a braid.Fork"
}

// mentionsCtx tells whether what is done while the goroutine runs has to do with a context.
func (o *oneShot) mentionsCtx() bool {
	for _, s := range o.list[o.first+1 : o.join] {
		if o.f.MentionsCtx(s) {
			return true
		}
	}
	return false
}

func (o *oneShot) remember(name string) {
	o.f.named = append(o.f.named, namedRegion{name, o.place(), o.list[o.join].End()})
}
