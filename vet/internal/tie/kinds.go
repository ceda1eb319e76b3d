// The go statements that no group was made of: each is sorted by what it is for,
// which says what it wants to become.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

func (f *finder) kinds() {
	for cur := range f.Root.Preorder((*ast.GoStmt)(nil)) {
		n := cur.Node().(*ast.GoStmt)
		if f.tied[n] {
			continue
		}
		shape, message := f.kindOf(cur, n)
		f.add(Finding{At: n, Shape: shape, Message: message})
	}
}

func (f *finder) kindOf(cur inspector.Cursor, n *ast.GoStmt) (shape, message string) {
	lit, _ := ast.Unparen(n.Call.Fun).(*ast.FuncLit)
	switch {
	case lit != nil && f.watches(lit.Body):
		return Watch, "a watchdog: context.AfterFunc calls a function when a context dies, and a task with braid.Background ends with its group"
	case lit != nil && f.promises(cur, lit):
		return Promise, "a promise: braid.Fork gives its result, or its failure, to who waits for the task"
	}
	if ch := f.heard(cur, n); ch != nil {
		return Reshape, "the function that starts this goroutine hears of it over " + ch.Name() + ": make it the body of a braid.Run, and this a task"
	}
	if how := f.endsHere(cur, n); how != "" {
		return Reshape, "the function that starts this goroutine ends it " + how + ": make it the body of a braid.Run, and this a task"
	}
	if owner, end := f.ownerOf(cur, n); owner != "" {
		return Owner, "this goroutine belongs to " + owner + ", which has a " + end + ": open a group with it (braid.Open), and close that in " + end
	}
	return Reshape, "nothing here waits for this goroutine: make the function that starts it the body of a braid.Run, or give it a group of the caller's"
}

// watches tells whether all that a body does is to wait for one of several
// channels, a context's Done among them, and to act once: no loop, one select.
func (f *finder) watches(body *ast.BlockStmt) bool {
	waits := func(e ast.Expr) bool {
		u, ok := ast.Unparen(e).(*ast.UnaryExpr)
		return ok && u.Op == token.ARROW && f.DoneOf(u.X) != nil
	}
	for _, s := range body.List {
		switch s := s.(type) {
		case *ast.DeferStmt:
			continue
		case *ast.ExprStmt: // <-ctx.Done(); act
			return waits(s.X)
		case *ast.SelectStmt:
			for _, c := range s.Body.List {
				if e, ok := c.(*ast.CommClause).Comm.(*ast.ExprStmt); ok && waits(e.X) {
					return true
				}
			}
		}
		return false
	}
	return false
}

// promises tells whether a body ends in one send, to a channel that the function
// around makes.
func (f *finder) promises(cur inspector.Cursor, lit *ast.FuncLit) bool {
	sends, loops := 0, false
	var to *types.Var
	code.Shallow(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SendStmt:
			sends++
			to = code.Var(f.Info, n.Chan)
		case *ast.ForStmt, *ast.RangeStmt:
			ast.Inspect(n, func(n ast.Node) bool {
				_, send := n.(*ast.SendStmt)
				loops = loops || send
				return true
			})
		}
		return true
	})
	if sends == 0 || loops || to == nil || !code.IsLocal(to) || code.IsParam(f.Info, to) {
		return false
	}
	decl, around := code.DeclAround(cur)
	if decl == nil || !code.Within(f.declOf(to), around.Node()) {
		return false
	}
	return !code.Within(f.declOf(to), lit)
}

// heard gives a channel of the function's own over which it hears of a goroutine: that one is given the channel, sends to it or
// closes it, and the function around receives.
func (f *finder) heard(cur inspector.Cursor, n *ast.GoStmt) *types.Var {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return nil
	}
	_, body := code.FuncParts(fn.Node())
	tells := map[*types.Var]bool{}
	for _, arg := range n.Call.Args {
		tells[code.Var(f.Info, arg)] = true
	}
	if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
		ast.Inspect(lit.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SendStmt:
				tells[code.Var(f.Info, n.Chan)] = true
			case *ast.CallExpr:
				if f.Builtin(n) == "close" {
					tells[code.Var(f.Info, n.Args[0])] = true
				}
			}
			return true
		})
	}
	var ch *types.Var
	hears := func(e ast.Expr) {
		if v := code.Var(f.Info, e); code.IsLocal(v) && !code.IsParam(f.Info, v) && tells[v] && code.Within(f.declOf(v), body) {
			ch = v
		}
	}
	code.Shallow(body, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.GoStmt:
			return false
		case *ast.UnaryExpr:
			if m.Op == token.ARROW {
				hears(m.X)
			}
		case *ast.RangeStmt:
			if _, is := f.Info.TypeOf(m.X).Underlying().(*types.Chan); is {
				hears(m.X)
			}
		}
		return ch == nil
	})
	return ch
}

func (f *finder) declOf(v *types.Var) ast.Node { return at(v.Pos()) }

// at is a place as a node without length.
type at token.Pos

func (a at) Pos() token.Pos { return token.Pos(a) }
func (a at) End() token.Pos { return token.Pos(a) }

// ownerOf gives the type that a go statement's function belongs to, and the method that ends it: the type of the package whose method the goroutine
// is, the receiver of the function around, or what that makes.
func (f *finder) ownerOf(cur inspector.Cursor, n *ast.GoStmt) (owner, end string) {
	decl, _ := code.DeclAround(cur)
	if decl == nil {
		return "", ""
	}
	fn, _ := f.Info.Defs[decl.Name].(*types.Func)
	if fn == nil {
		return "", ""
	}
	var candidates []types.Type
	if m := code.Callee(f.Info, n.Call); m != nil && m.Pkg() == f.pass.Pkg && m.Signature().Recv() != nil {
		candidates = append(candidates, m.Signature().Recv().Type())
	}
	sig := fn.Signature()
	if sig.Recv() != nil {
		candidates = append(candidates, sig.Recv().Type())
	} else if name := strings.ToLower(fn.Name()); strings.HasPrefix(name, "new") || strings.HasPrefix(name, "open") || strings.HasPrefix(name, "start") {
		for v := range sig.Results().Variables() {
			candidates = append(candidates, v.Type())
		}
	}
	for _, t := range candidates {
		name := types.TypeString(t, func(*types.Package) string { return "" })
		for _, end := range []string{"Close", "Stop", "Shutdown", "Wait", "close", "stop", "shutdown"} {
			o, _, _ := types.LookupFieldOrMethod(t, true, f.pass.Pkg, end)
			if m, ok := o.(*types.Func); ok && m != code.Callee(f.Info, n.Call) {
				return strings.TrimPrefix(name, "*"), end
			}
		}
	}
	for _, t := range candidates {
		if end := f.endOf(t, n); end != "" {
			name := types.TypeString(t, func(*types.Package) string { return "" })
			return strings.TrimPrefix(name, "*"), end
		}
	}
	return "", ""
}
