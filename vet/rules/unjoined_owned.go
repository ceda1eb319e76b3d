// Groups whose joins are all in sight. Part of the rule unjoined.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

func isWaitable(t types.Type) bool {
	return code.IsNamed(t, "sync", "WaitGroup") || code.IsNamed(t, code.Errgroup, "Group") ||
		code.IsNamed(t, code.Conc, "WaitGroup") || code.IsNamed(t, code.ConcPool, "Pool") ||
		code.IsNamed(t, code.ConcPool, "ErrorPool") || code.IsNamed(t, code.ConcPool, "ContextPool") ||
		code.IsNamed(t, code.Braid, "Group")
}

// owned tells whether a group belongs to what is in sight: a local variable that is made
// here and is not handed to code that may wait for it, or an unexported field of which the same is true.
func (c *check) owned(v *types.Var) bool {
	if v.Kind() == types.ParamVar || v.Kind() == types.ResultVar || v.Kind() == types.RecvVar {
		return false
	}
	if v.Embedded() || !code.IsLocal(v) && (v.Exported() || !v.IsField() && code.IsNamed(v.Type(), "sync", "WaitGroup")) {
		return false
	}
	if _, isPointer := v.Type().(*types.Pointer); isPointer || code.IsNamed(v.Type(), code.Braid, "Group") {
		made, all := c.Made(v)
		if len(made) == 0 && len(c.Origins(v)) == 0 || all && len(made) == 0 {
			return false
		}
		for _, e := range c.Origins(v) {
			if !makesGroup(c, e) && !c.putAway(e, v) {
				return false
			}
		}
	}
	if code.IsNamed(v.Type(), code.Braid, "Group") && !code.IsLocal(v) {
		return false
	}
	for _, use := range c.Uses[v] {
		switch c.UseOf(use) {
		case code.Stored:
			if !c.onlyStarts(c.storedIn(use)) {
				return false
			}
		case code.Returned, code.MethodVal:
			return false
		case code.Argument:
			if !c.onlyDone(use) {
				return false
			}
		}
	}
	return true
}

// givenBack reports the return that gives the caller a group which was made for an errgroup's tasks here, by the function that has started them.
func (c *check) givenBack(u *groupUses) {
	if !code.IsLocal(u.v) || u.v.Kind() != types.LocalVar || !code.IsNamed(u.v.Type(), code.Errgroup, "Group") {
		return
	}
	in, ok := c.DeclaredIn(u.v)
	made := c.Origins(u.v)
	if !ok || len(made) == 0 || slices.ContainsFunc(made, func(e ast.Expr) bool { return !makesGroup(c, e) }) {
		return
	}
	for _, use := range c.Uses[u.v] {
		if fn, ok := code.FuncAround(use); ok && fn == in && c.UseOf(use) == code.Returned {
			c.report(use.Node(), "given", u.v.Name()+" goes to the caller with its tasks still running: wait for it here, or take a group from the caller")
			return
		}
	}
}

// storedIn gives the unexported field of the package that a group is put into, or nil.
func (c *check) storedIn(use inspector.Cursor) *types.Var {
	for kind, _ := use.ParentEdge(); kind == edge.ParenExpr_X || kind == edge.UnaryExpr_X; kind, _ = use.ParentEdge() {
		use = use.Parent()
	}
	var f *types.Var
	switch kind, i := use.ParentEdge(); kind {
	case edge.KeyValueExpr_Value:
		f = code.Var(c.Info, use.Parent().Node().(*ast.KeyValueExpr).Key)
	case edge.AssignStmt_Rhs:
		if as := use.Parent().Node().(*ast.AssignStmt); len(as.Lhs) == len(as.Rhs) {
			f = code.Var(c.Info, as.Lhs[i])
		}
	}
	if f == nil || !f.IsField() || f.Exported() || f.Embedded() || f.Pkg() != c.Pkg {
		return nil
	}
	return f.Origin()
}

// onlyStarts tells whether all that the package does with the group in a field is to start something: who waits for it has it from elsewhere.
func (c *check) onlyStarts(f *types.Var) bool {
	if f == nil || !isWaitable(f.Type()) {
		return false
	}
	for _, use := range c.Uses[f] {
		kind, _ := use.ParentEdge()
		if kind == edge.KeyValueExpr_Key {
			continue
		}
		if kind != edge.SelectorExpr_Sel {
			return false
		}
		sel := use.Parent()
		switch kind, _ := sel.ParentEdge(); kind {
		case edge.AssignStmt_Lhs, edge.BinaryExpr_X, edge.BinaryExpr_Y:
			continue
		case edge.SelectorExpr_X:
			kind, _ := sel.Parent().ParentEdge()
			if name := sel.Parent().Node().(*ast.SelectorExpr).Sel.Name; kind == edge.CallExpr_Fun && (name == "Go" || name == "TryGo" || name == "Add" || name == "Done" || name == "SetLimit") {
				continue
			}
		}
		return false
	}
	return true
}

// putAway tells whether what a field is given is a group that the function made for it, started nothing in, and waits for nowhere.
func (c *check) putAway(e ast.Expr, f *types.Var) bool {
	g := code.Var(c.Info, e)
	if _, ok := ast.Unparen(e).(*ast.Ident); !ok || !f.IsField() || !code.IsLocal(g) {
		return false
	}
	for _, use := range c.Uses[g] {
		if c.UseOf(use) == code.Assigned || c.UseOf(use) == code.Stored && c.storedIn(use) == f {
			continue
		}
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); !ok || sel.Sel.Name != "SetLimit" {
			return false
		}
	}
	return c.owned(g)
}

func makesGroup(c *check, e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		_, ok := ast.Unparen(e.X).(*ast.CompositeLit)
		return ok
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		return c.Builtin(e) == "new" || code.IsCall(c.Info, e, code.Errgroup, "WithContext") || code.IsCall(c.Info, e, code.Braid, "Open") ||
			code.IsCall(c.Info, e, code.Conc, "NewWaitGroup") || code.IsCall(c.Info, e, code.ConcPool, "New", "NewWithResults") || fluent(c, e)
	}
	return false
}

// fluent tells whether a call is pool.New().With…().With…().
func fluent(c *check, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	inner, ok := ast.Unparen(sel.X).(*ast.CallExpr)
	return ok && makesGroup(c, inner)
}

// onlyDone tells whether an argument goes to a literal or function of the package that does
// nothing with it but Add, Done and Go; or is the group that braid.Fork is told.
func (c *check) onlyDone(use inspector.Cursor) bool {
	for {
		kind, i := use.ParentEdge()
		switch kind {
		case edge.ParenExpr_X, edge.UnaryExpr_X:
			use = use.Parent()
			continue
		case edge.CallExpr_Args:
			call := use.Parent().Node().(*ast.CallExpr)
			if code.IsCall(c.Info, call, code.Braid, "Fork", "TryFork", "GoWith", "GoWaitWith") {
				return i == 0
			}
			var fn ast.Node
			if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
				fn = lit
			} else if f := code.Callee(c.Info, call); f != nil && !f.Signature().Variadic() {
				if decl, ok := c.Decls[f]; ok {
					fn = decl.Node()
				}
			}
			if fn == nil {
				return c.OnlyCounts(code.Callee(c.Info, call), i)
			}
			ft, _ := code.FuncParts(fn)
			p, ok := code.ParamAt(c.Info, ft, i)
			if !ok {
				return false
			}
			if p == nil {
				return true
			}
			for _, inner := range c.Uses[p] {
				if c.UseOf(inner) != code.Method {
					return false
				}
				switch inner.Parent().Node().(*ast.SelectorExpr).Sel.Name {
				case "Add", "Done", "Go":
				default:
					return false
				}
			}
			return true
		}
		return false
	}
}

// lastHeard tells whether the last that each goroutine of a group does is to send to a channel, or to close one, that the function which started it, once,
// receives from on each way: with that it has waited for it.
func (c *check) lastHeard(u *groupUses) bool {
	heard := 0
	for _, t := range c.Tasks {
		owner := t.Owner != nil && code.Var(c.Info, t.Owner) == u.v
		if !owner && !slices.ContainsFunc(u.dones, func(done inspector.Cursor) bool { return code.Within(done.Node(), t.At.Node()) }) {
			continue
		}
		if _, looped := code.LoopAround(t.At); looped || t.Lit == nil || len(t.Lit.Body.List) == 0 {
			return false
		}
		var ch *types.Var
		switch last := t.Lit.Body.List[len(t.Lit.Body.List)-1].(type) {
		case *ast.SendStmt:
			ch = code.Var(c.Info, last.Chan)
		case *ast.ExprStmt:
			if call, ok := last.X.(*ast.CallExpr); ok && c.Builtin(call) == "close" {
				ch = code.Var(c.Info, call.Args[0])
			}
		}
		if !code.IsLocal(ch) {
			return false
		}
		ops, in, _ := c.ChanOps(ch)
		if !slices.ContainsFunc(ops, func(op code.Op) bool {
			return op.Kind != code.Send && op.Kind != code.Close && !op.Async && op.Select == nil && op.At.Node().Pos() > t.At.Node().Pos() && onEachWay(op.At, in)
		}) {
			return false
		}
		heard++
	}
	return heard > 0
}

// onEachWay tells whether a place is in a statement of a function's own body, and in no branch of one.
func onEachWay(at, fn inspector.Cursor) bool {
	_, body := code.FuncParts(fn.Node())
	for up := range at.Enclosing((*ast.IfStmt)(nil), (*ast.ForStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.SelectStmt)(nil), (*ast.RangeStmt)(nil), (*ast.BinaryExpr)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		_, inner := code.FuncParts(up.Node())
		return inner == body
	}
	return false
}
