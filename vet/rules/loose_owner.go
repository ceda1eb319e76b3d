// Whom a goroutine belongs to: an object, a request, or something else that it waits for. Part of the rule loose.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// endsWithCtx tells whether a function selects on the end of a context, on its own level.
func (c *check) endsWithCtx(body *ast.BlockStmt) bool {
	return code.Has(body, func(n ast.Node) bool {
		clause, ok := n.(*ast.CommClause)
		if !ok {
			return false
		}
		_, is := c.DoneClause(clause)
		return is && endsIn[*ast.ReturnStmt](clause.Body)
	})
}

// ofObject tells whether all contexts that a goroutine uses are made of one that an object keeps: they end with that.
func (c *check) ofObject(t *code.Task) bool {
	ctxs, kept := 0, 0
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || !code.IsContext(c.Info.TypeOf(e)) {
			return true
		}
		v := code.Var(c.Info, e)
		if v == nil || code.Within(c.declOf(v), t.At.Node()) {
			return true
		}
		ctxs++
		if c.ofField(v, 0) {
			kept++
		}
		return false
	})
	return ctxs > 0 && kept == ctxs
}

func (c *check) ofField(v *types.Var, depth int) bool {
	if v.IsField() {
		return true
	}
	if depth > 5 {
		return false
	}
	origins := c.Origins(v)
	for _, o := range origins {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return false
		}
		parent := code.Var(c.Info, call.Args[0])
		if parent == nil || parent == v || !code.IsContext(parent.Type()) || !c.ofField(parent, depth+1) {
			return false
		}
	}
	return len(origins) > 0
}

// waitsForOthers tells whether a goroutine waits, on its own level, for something else than the function that starts it: it watches over that,
// and ends when that does. A server ends with its listener, a pipe that it closes with its reader, and with os.Exit all ends.
func (c *check) waitsForOthers(t *code.Task) bool {
	return code.Has(t.Lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			return n.Op == token.ARROW && !isTimer(c.Info, n.X)
		case *ast.RangeStmt:
			_, ok := under(c.Info.TypeOf(n.X)).(*types.Chan)
			return ok && !isTimer(c.Info, n.X)
		case *ast.CallExpr:
			name := code.CalleeName(n)
			return name == "Wait" && len(n.Args) == 0 || strings.HasPrefix(name, "Serve") || strings.HasPrefix(name, "ListenAndServe") || code.IsCall(c.Info, n, "os", "Exit")
		}
		return false
	}) || c.closesPipe(t)
}

// closesPipe tells whether a goroutine closes its end of a pipe by a defer.
func (c *check) closesPipe(t *code.Task) (closes bool) {
	ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		closes = closes || ok && strings.HasPrefix(code.CalleeName(call), "Close") && code.IsNamed(receiver(c, call), "io", "PipeWriter")
		return !closes
	})
	return closes
}

// callsGiven tells whether a go statement calls a function value that came from elsewhere, with a context
// and with nothing to tell of its end by.
func (c *check) callsGiven(t *code.Task) bool {
	v := code.Var(c.Info, t.Call.Fun)
	if _, ok := ast.Unparen(t.Call.Fun).(*ast.Ident); !ok || !code.IsLocal(v) || c.CtxArg(t.Call) == nil {
		return false
	}
	for _, o := range c.Origins(v) {
		if isLit(o) {
			return false
		}
	}
	for _, arg := range t.Call.Args {
		switch c.Info.TypeOf(arg).Underlying().(type) {
		case *types.Chan, *types.Pointer, *types.Signature:
			return false
		}
	}
	return true
}

// ctxAround gives the nearest context parameter of the functions around a place, and the nearest
// request that an HTTP handler is given.
func (c *check) ctxAround(cur inspector.Cursor) (ctx, request *types.Var) {
	for fn := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		ft, _ := code.FuncParts(fn.Node())
		handler := false
		for _, field := range ft.Params.List {
			handler = handler || code.IsNamed(c.Info.TypeOf(field.Type), "net/http", "ResponseWriter")
		}
		for _, field := range ft.Params.List {
			for _, name := range field.Names {
				v, ok := c.Info.Defs[name].(*types.Var)
				if !ok || name.Name == "_" {
					continue
				}
				if ctx == nil && code.IsContext(v.Type()) {
					ctx = v
				}
				if request == nil && handler && code.IsNamed(v.Type(), "net/http", "Request") {
					request = v
				}
			}
		}
	}
	return ctx, request
}

// mentionsRequest tells whether what is started uses r.Context(), or a variable made of it.
func (c *check) mentionsRequest(t *code.Task, r *types.Var) (found bool) {
	for _, arg := range t.Call.Args { // handed over whole
		if id, ok := ast.Unparen(arg).(*ast.Ident); ok && c.Info.Uses[id] == types.Object(r) {
			return true
		}
	}
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if c.observes(n) || says(code.Callee(c.Info, n)) || c.endsOtherwise(n) {
				return false
			}
			if code.IsCall(c.Info, n, "net/http", "Request.Context") {
				found = true
			}
		case *ast.Ident:
			v, _ := c.Info.Uses[n].(*types.Var)
			if v == nil || !code.IsLocal(v) || code.Within(t.At.Node(), n) {
				break
			}
			if code.IsContext(v.Type()) && !(t.At.Node().Pos() <= v.Pos() && v.Pos() < t.At.Node().End()) {
				found = found || c.ofRequest(v, 0)
			}
		}
		return !found
	})
	return found
}

// endsOtherwise tells whether a call makes a context of another and a channel, which says when it ends.
func (c *check) endsOtherwise(call *ast.CallExpr) bool {
	return code.IsContext(firstResult(c, call)) && slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		_, ok := under(c.Info.TypeOf(e)).(*types.Chan)
		return ok
	})
}

func (c *check) ofRequest(v *types.Var, depth int) bool {
	if depth > 5 {
		return false
	}
	for _, e := range c.Origins(v) {
		found := false
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if code.IsCall(c.Info, n, "context", "WithoutCancel") {
					return false
				}
				found = found || code.IsCall(c.Info, n, "net/http", "Request.Context")
			case *ast.Ident:
				if w, ok := c.Info.Uses[n].(*types.Var); ok && w != v && code.IsLocal(w) && code.IsContext(w.Type()) {
					found = found || c.ofRequest(w, depth+1)
				}
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// watches tells whether all that a goroutine waits for is the end of a context, or is waited for
// together with that, in a select on its own level. What comes before must not be able to wait.
func (c *check) watches(t *code.Task) bool {
	if t.Lit == nil {
		return false
	}
	for _, stmt := range t.Lit.Body.List {
		switch s := stmt.(type) {
		case *ast.DeferStmt, *ast.DeclStmt:
			continue
		case *ast.AssignStmt:
			if len(s.Rhs) == 1 {
				if call, ok := s.Rhs[0].(*ast.CallExpr); ok && code.IsCall(c.Info, call, "time", "NewTimer", "NewTicker", "After", "Tick", "Now") {
					continue
				}
			}
		case *ast.ExprStmt:
			if c.DoneOf(s.X) != nil {
				return true
			}
			if call, ok := s.X.(*ast.CallExpr); ok && code.IsCall(c.Info, call, "sync", "Map.Store") {
				continue
			}
		case *ast.SelectStmt:
			for _, cc := range s.Body.List {
				if _, ok := c.DoneClause(cc.(*ast.CommClause)); ok {
					return true
				}
			}
		}
		return false
	}
	return false
}

var closers = map[string]bool{
	"Close": true, "Stop": true, "Shutdown": true, "Wait": true, "Cancel": true, "Done": true, "Terminate": true, "Kill": true, "Quit": true, "Destroy": true, "Release": true,
	"GracefulStop": true, "Unsubscribe": true, "Disconnect": true, "CloseNow": true, "Join": true, "stop": true, "close": true, "shutdown": true,
}

// belongsToObject tells whether a function is a method of something that can be
// closed, or returns such a thing.
func belongsToObject(c *check, decl *ast.FuncDecl) bool {
	fn, ok := c.Info.Defs[decl.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := fn.Signature()
	if sig.Recv() != nil && closable(sig.Recv().Type()) {
		return true
	}
	for r := range sig.Results().Variables() {
		if closable(r.Type()) {
			return true
		}
		if _, ok := r.Type().Underlying().(*types.Signature); ok { // a stop function
			return true
		}
		if _, ok := r.Type().Underlying().(*types.Chan); ok {
			return true
		}
	}
	return false
}

func closable(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.Pointer); !ok && !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	if code.IsContext(t) || code.IsError(t) {
		return false
	}
	set := types.NewMethodSet(t)
	for m := range set.Methods() {
		if name := m.Obj().Name(); closers[name] {
			return true
		}
	}
	return false
}

func starts(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"start", "run", "serve", "watch", "listen", "new", "init", "open", "launch", "spawn", "go", "begin", "subscribe", "setup", "async", "detach", "background", "monitor", "schedule", "loop", "register", "connect", "dial", "poll"} {
		if strings.HasPrefix(name, word) || strings.HasSuffix(name, word) {
			return true
		}
	}
	return strings.Contains(name, "async") || strings.Contains(name, "background") || strings.Contains(name, "detach")
}
