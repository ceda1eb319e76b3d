// Contexts: which one is in reach at a place, where it comes from, and whether a
// call or an expression has to do with one.

package code

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Reach is the context that code at some place should heed.
type Reach struct {
	Ctx     *types.Var       // the context, or a *http.Request, whose Context it is
	Request bool             // Ctx is a request
	Func    inspector.Cursor // the innermost function around the place
	Task    *Task            // the innermost task around the place, up to the function that Ctx is declared in
}

// Name gives the expression that is the context.
func (r *Reach) Name() string {
	if r.Request {
		return r.Ctx.Name() + ".Context()"
	}
	return r.Ctx.Name()
}

// ReachAt gives the context in reach at a place, or nil if there is none that
// ought to be heeded: what is deferred, a cleanup, or run when a context has ended, runs
// after its context; a literal that is stored or returned runs at some other time.
func (x *Index) ReachAt(cur inspector.Cursor) *Reach {
	fn, ok := FuncAround(cur)
	if !ok {
		return nil
	}
	r := &Reach{Func: fn}
	var maker inspector.Cursor // of a task: it runs where the task is started
	for place := cur; ; {
		typ, _ := FuncParts(fn.Node())
		lit, ok := fn.Node().(*ast.FuncLit)
		uncut := ok && x.Uncut(x.Task[lit]) // a context that does not end is none to heed
		if v := CtxParam(x.Info, typ); v != nil && !uncut {
			r.Ctx = v
			return r
		}
		if ok && x.Task[lit] != nil && !uncut {
			if v := unnamedCtx(x.Info, typ); v != nil {
				r.Ctx = v
				return r
			}
		}
		if v := x.localCtx(typ, place.Node().Pos()); v != nil {
			r.Ctx = v
			return r
		}
		if v := requestParam(x.Info, typ); v != nil {
			r.Ctx, r.Request = v, true
			return r
		}
		if !ok {
			return nil
		}
		task := x.Task[lit]
		if task == nil {
			task = x.wrapped(fn, lit)
		}
		if task == nil {
			if task = x.TaskMade(fn); task != nil {
				maker, _ = FuncAround(fn)
			}
		}
		if task == nil && fn != maker && !x.runsInside(fn) || task != nil && task.Kind == Timer {
			return nil
		}
		if r.Task == nil {
			r.Task = task
		}
		place = fn
		if fn, ok = FuncAround(fn); !ok {
			return nil
		}
	}
}

// wrapped gives a task for a literal that is handed to a function which calls it on a goroutine of its own.
func (x *Index) wrapped(cur inspector.Cursor, lit *ast.FuncLit) *Task {
	kind, i := cur.ParentEdge()
	if kind != edge.CallExpr_Args {
		return nil
	}
	call := cur.Parent().Node().(*ast.CallExpr)
	if !x.Goes(Callee(x.Info, call), i) {
		return nil
	}
	return (&Task{Kind: Bare, At: cur.Parent(), Call: call, Fn: lit}).literal(x)
}

// unnamedCtx gives a variable for a context parameter that has no name, or is named _.
func unnamedCtx(info *types.Info, f *ast.FuncType) *types.Var {
	for _, field := range f.Params.List {
		if t := info.TypeOf(field.Type); IsContext(t) {
			return types.NewParam(field.Pos(), nil, "the context", t)
		}
	}
	return nil
}

// runsInside tells whether a literal that is no task runs while the function
// around it does: it is called in place, or an argument of a call that is no cleanup.
func (x *Index) runsInside(lit inspector.Cursor) bool {
	switch kind, _ := lit.ParentEdge(); kind {
	case edge.CallExpr_Fun:
		up, _ := lit.Parent().ParentEdge()
		return up != edge.DeferStmt_Call
	case edge.CallExpr_Args:
		call := lit.Parent().Node().(*ast.CallExpr)
		if up, _ := lit.Parent().ParentEdge(); up == edge.DeferStmt_Call {
			return false
		}
		name := CalleeName(call)
		switch name {
		case "Cleanup", "Defer", "OnceFunc", "OnceValue", "OnceValues", "HandleFunc", "HandlerFunc", "Handle", "append":
			return false
		}
		if laterCalled[name] || len(name) > 2 && strings.HasPrefix(name, "On") && name[2] >= 'A' && name[2] <= 'Z' { // OnOpen, OnMessage
			return false
		}
		// What a constructor is given it may keep.
		return !strings.HasPrefix(name, "New") && !strings.HasPrefix(name, "new")
	}
	return false
}

// laterCalled has names of functions that call what they are given at some other time.
var laterCalled = map[string]bool{
	"Submit": true, "Schedule": true, "Enqueue": true, "Register": true, "Subscribe": true, "Every": true,
}

// CalleeName gives the last part of the name that is called.
func CalleeName(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch e := fun.(type) {
	case *ast.IndexExpr:
		fun = e.X
	case *ast.IndexListExpr:
		fun = e.X
	}
	switch e := fun.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// localCtx gives the context variable of the function's own that is in scope at
// pos, declared last, and can be cancelled.
func (x *Index) localCtx(typ *ast.FuncType, pos token.Pos) *types.Var {
	var found *types.Var
	outermost := x.Info.Scopes[typ]
	for scope := outermost.Innermost(pos); scope != nil; scope = scope.Parent() {
		for _, name := range scope.Names() {
			v, ok := scope.Lookup(name).(*types.Var)
			if !ok || v.Pos() >= pos || name == "_" || !IsContext(v.Type()) {
				continue
			}
			if _, seen := scope.LookupParent(name, pos); seen != v { // not yet declared there
				continue
			}
			if (found == nil || v.Pos() > found.Pos()) && x.Cancellable(v) {
				found = v
			}
		}
		if found != nil || scope == outermost {
			return found
		}
	}
	return nil
}

// requestParam gives the request of an HTTP handler: a function that has a
// ResponseWriter too.
func requestParam(info *types.Info, f *ast.FuncType) *types.Var {
	handler := false
	for _, field := range f.Params.List {
		handler = handler || IsNamed(info.TypeOf(field.Type), "net/http", "ResponseWriter")
	}
	if !handler {
		return nil
	}
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if v, ok := info.Defs[name].(*types.Var); ok && name.Name != "_" && IsNamed(v.Type(), "net/http", "Request") {
				return v
			}
		}
	}
	return nil
}

// Cancellable tells whether a context variable is known to have a context that
// can end: a parameter, or something made of one, by With…, by NotifyContext or by a group. What is
// only made of Background, TODO and values is not, nor is one freed by WithoutCancel.
func (x *Index) Cancellable(v *types.Var) bool { return x.cancellable(v, 0) }

func (x *Index) cancellable(v *types.Var, depth int) bool {
	if depth > 10 {
		return false
	}
	if IsParam(x.Info, v) {
		return true
	}
	for _, e := range x.Origins(v) {
		if x.cancellableExpr(e, depth+1) {
			return true
		}
	}
	return false
}

func (x *Index) cancellableExpr(e ast.Expr, depth int) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := x.Info.Uses[e].(*types.Var)
		return v != nil && IsLocal(v) && x.cancellable(v, depth)
	case *ast.CallExpr:
		fn := Callee(x.Info, e)
		switch {
		case fn == nil || fn.Pkg() == nil:
			return false
		case fn.Pkg().Path() == "context":
			switch fn.Name() {
			case "Background", "TODO", "WithoutCancel":
				return false
			case "WithValue":
				return len(e.Args) > 0 && x.cancellableExpr(e.Args[0], depth)
			}
			return true
		case Is(fn, "os/signal", "NotifyContext"), Is(fn, Errgroup, "WithContext"), Is(fn, Braid, "Open"),
			Is(fn, "net/http", "Request.Context"):
			return true
		}
		for _, arg := range e.Args { // made by somebody of a context
			if IsContext(x.Info.TypeOf(arg)) && x.cancellableExpr(arg, depth) {
				return true
			}
		}
	}
	return false
}

// Given tells whether a context comes from outside the function: it is a
// parameter, a request's, the program's until a signal, or made of such a one.
func (x *Index) Given(v *types.Var) bool { return x.given(v, 0) }

func (x *Index) given(v *types.Var, depth int) bool {
	if IsParam(x.Info, v) {
		return true
	}
	if depth > 10 {
		return false
	}
	for _, o := range x.Origins(v) {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok {
			if w := Var(x.Info, o); w != nil && w != v && x.given(w, depth+1) {
				return true
			}
			continue
		}
		if fn := Callee(x.Info, call); Is(fn, "os/signal", "NotifyContext") || Is(fn, "net/http", "Request.Context") {
			return true
		}
		for _, arg := range call.Args {
			if w := Var(x.Info, arg); w != nil && w != v && IsContext(w.Type()) && x.given(w, depth+1) {
				return true
			}
		}
	}
	return false
}

// IsParam tells whether v is a parameter of a function, declared or literal.
func IsParam(info *types.Info, v *types.Var) bool {
	return v.Kind() == types.ParamVar
}

// MentionsCtx tells whether n has a context in it: an expression of its type.
func (x *Index) MentionsCtx(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && IsContext(x.Info.TypeOf(e)) {
			found = true
		}
		return !found
	})
	return found
}

// CtxArg gives the argument of a call that is a context which can end, or nil.
func (x *Index) CtxArg(call *ast.CallExpr) ast.Expr {
	for _, arg := range call.Args {
		if !IsContext(x.Info.TypeOf(arg)) {
			continue
		}
		switch arg := ast.Unparen(arg).(type) {
		case *ast.CallExpr:
			if IsCall(x.Info, arg, "context", "Background", "TODO", "WithoutCancel") {
				return nil
			}
		case *ast.Ident:
			if v, ok := x.Info.Uses[arg].(*types.Var); ok && (IsLocal(v) && !x.Cancellable(v) || x.fresh(v)) {
				return nil
			}
		}
		return arg
	}
	return nil
}

// fresh tells whether a variable of the package is context.Background or TODO, and nothing else.
func (x *Index) fresh(v *types.Var) bool {
	if IsLocal(v) || v.IsField() || v.Pkg() != x.Pass.Pkg || v.Exported() {
		return false
	}
	origins := x.Origins(v)
	for _, o := range origins {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok || !IsCall(x.Info, call, "context", "Background", "TODO") {
			return false
		}
	}
	return len(origins) > 0
}

// DoneOf gives the context expression of ctx.Done() (of <-ctx.Done() too), or
// nil; a variable that is ctx.Done()'s result counts.
func (x *Index) DoneOf(e ast.Expr) ast.Expr {
	e = ast.Unparen(e)
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		e = ast.Unparen(u.X)
	}
	if id, ok := e.(*ast.Ident); ok {
		if v, ok := x.Info.Uses[id].(*types.Var); ok && IsLocal(v) {
			for _, o := range x.Origins(v) {
				if call, ok := ast.Unparen(o).(*ast.CallExpr); ok {
					if ctx := x.method(call, "Done"); ctx != nil {
						return ctx
					}
				}
			}
		}
		return nil
	}
	if call, ok := e.(*ast.CallExpr); ok {
		return x.method(call, "Done")
	}
	return nil
}

// ErrOf gives the context expression of ctx.Err() or context.Cause(ctx), or nil.
func (x *Index) ErrOf(e ast.Expr) ast.Expr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if IsCall(x.Info, call, "context", "Cause") && len(call.Args) == 1 {
		return call.Args[0]
	}
	return x.method(call, "Err")
}

func (x *Index) method(call *ast.CallExpr, name string) ast.Expr {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if ok && sel.Sel.Name == name && len(call.Args) == 0 && IsContext(x.Info.TypeOf(sel.X)) {
		return sel.X
	}
	return nil
}

// LooksAtCtx tells whether n asks a context whether it has ended, or an error
// whether it is a cancellation: Done, Err, Cause, context.Canceled, context.DeadlineExceeded, or a
// status code of that name.
func (x *Index) LooksAtCtx(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = found || x.method(n, "Done") != nil || x.ErrOf(n) != nil
		case *ast.Ident:
			found = found || n.Name == "Canceled" || n.Name == "DeadlineExceeded"
		}
		return !found
	})
	return found
}
