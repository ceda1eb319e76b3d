// What is known of functions beyond their package: facts, which go along with a package
// to those that import it.

package code

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Fact is what a function does with its arguments.
type Fact struct {
	KeepsCtx bool  // its context goes to a goroutine that it does not wait for
	Counts   []int // the parameters, WaitGroups, with which it does no more than Add, Done and Go
	Goes     []int // the parameters, functions, that it does no more with than to call them on goroutines of their own
	Asks     bool  // it asks its context for values, and does no more with it
	Answers  bool  // its one result is a channel without room, to which a goroutine of its own cannot but send
	Streams  bool  // Answers, in a loop that nothing but its own end leaves
	Calm     bool  // its one result is an error, nil where its context is dead
}

// AFact marks it as one.
func (*Fact) AFact() {}

func (f *Fact) String() string {
	return fmt.Sprintf("keepsCtx=%t counts=%v goes=%v asks=%t answers=%t streams=%t calm=%t", f.KeepsCtx, f.Counts, f.Goes, f.Asks, f.Answers, f.Streams, f.Calm)
}

// KeepsCtx tells whether a function hands the context that it is given to a goroutine that goes on when it has
// returned: then it matters for how long that goroutine should live, and not the call. What the standard library does
// so is its own affair: a transaction that is begun ends with the context of the call.
func (x *Index) KeepsCtx(fn *types.Func) bool {
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	if first, _, _ := strings.Cut(fn.Pkg().Path(), "/"); fn.Pkg() != x.Pass.Pkg && !strings.Contains(first, ".") {
		return false
	}
	f := x.fact(fn)
	return f != nil && f.KeepsCtx
}

// Goes tells whether a function calls the function that is its i-th argument on a goroutine of its own, and does no more with it: it is a
// go statement by another name.
func (x *Index) Goes(fn *types.Func, i int) bool {
	f := x.fact(fn)
	return f != nil && slices.Contains(f.Goes, i)
}

// OnlyAsks tells whether a function asks the context that it is given for values, and does no more with it: no end of a
// context ends its work.
func (x *Index) OnlyAsks(fn *types.Func) bool {
	if Is(fn, Braid+"/inspect", "Within") { // asks by way of a variable
		return true
	}
	f := x.fact(fn)
	return f != nil && f.Asks
}

// OnlyCounts tells whether a function does no more with the WaitGroup that is its i-th argument than Add, Done and Go.
func (x *Index) OnlyCounts(fn *types.Func, i int) bool {
	f := x.fact(fn)
	return f != nil && slices.Contains(f.Counts, i)
}

// Answers tells whether a function starts a goroutine that waits until somebody receives from the channel that it returns.
func (x *Index) Answers(fn *types.Func) bool {
	f := x.fact(fn)
	return f != nil && f.Answers
}

// Streams tells whether such a goroutine sends round by round, until its loop has ended.
func (x *Index) Streams(fn *types.Func) bool {
	f := x.fact(fn)
	return f != nil && f.Streams
}

func (x *Index) fact(fn *types.Func) *Fact {
	if fn == nil {
		return nil
	}
	if f := x.facts[fn]; f != nil {
		return f
	}
	var f Fact
	if fn.Pkg() != x.Pass.Pkg && x.Pass.ImportObjectFact(fn, &f) {
		return &f
	}
	return nil
}

// learn finds the facts of a package's own functions.
func (x *Index) learn() {
	goes := map[*types.Func][]*Task{}
	for _, t := range x.Tasks {
		if t.Kind != Bare {
			continue
		}
		if decl, _ := DeclAround(t.At); decl != nil {
			if fn, ok := x.Info.Defs[decl.Name].(*types.Func); ok {
				goes[fn] = append(goes[fn], t)
			}
		}
	}
	for range 3 { // through functions that call such functions
		more := false
		for fn, cur := range x.Decls {
			decl := cur.Node().(*ast.FuncDecl)
			f := Fact{KeepsCtx: x.keepsCtx(decl, goes[fn]), Counts: x.counts(decl), Goes: x.goesOf(decl), Asks: x.asks(decl), Calm: x.calm(decl)}
			f.Answers, f.Streams = x.answers(decl, goes[fn])
			if old := x.facts[fn]; (f.KeepsCtx || f.Counts != nil || f.Goes != nil || f.Asks || f.Answers || f.Calm) && (old == nil || old.KeepsCtx != f.KeepsCtx || len(old.Counts) != len(f.Counts) || len(old.Goes) != len(f.Goes) || old.Asks != f.Asks || old.Calm != f.Calm) {
				x.facts[fn], more = &f, true
			}
		}
		if !more {
			break
		}
	}
	for fn, f := range x.facts {
		x.Pass.ExportObjectFact(fn, f)
	}
}

func (x *Index) keepsCtx(decl *ast.FuncDecl, goes []*Task) bool {
	ctx := CtxParam(x.Info, decl.Type)
	if ctx == nil {
		return false
	}
	is := func(e ast.Expr) bool { return x.madeOf(Var(x.Info, e), ctx, 0) }
	for _, t := range goes {
		kept := slices.ContainsFunc(t.Call.Args, is)
		if t.Lit != nil {
			ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && IsContext(x.Info.TypeOf(id)) && is(id) {
					kept = true
				}
				return !kept
			})
		}
		if kept && !x.waitsAfter(decl, t) {
			return true
		}
	}
	for _, use := range x.Uses[ctx] {
		if kind, i := use.ParentEdge(); kind == edge.CallExpr_Args {
			call := use.Parent().Node().(*ast.CallExpr)
			fn := Callee(x.Info, call)
			if up, _ := use.Parent().ParentEdge(); up == edge.GoStmt_Call || !x.KeepsCtx(fn) {
				continue
			}
			if sig := fn.Signature(); i < sig.Params().Len() && IsContext(sig.Params().At(i).Type()) {
				return true
			}
		}
	}
	return false
}

// madeOf tells whether a variable is that context, or one that is derived from it.
func (x *Index) madeOf(v, ctx *types.Var, depth int) bool {
	if v == nil || depth > 3 {
		return false
	}
	if v == ctx {
		return true
	}
	for _, e := range x.Origins(v) {
		found := false
		ast.Inspect(e, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && !found {
				if w, ok := x.Info.Uses[id].(*types.Var); ok && w != v && IsContext(w.Type()) {
					found = x.madeOf(w, ctx, depth+1)
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

// waitsAfter tells whether a function waits for something, in some way, behind a go statement.
func (x *Index) waitsAfter(decl *ast.FuncDecl, t *Task) (waits bool) {
	from := t.At.Node().End()
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if n == nil || waits || n == t.At.Node() {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return n.End() > from && n.Pos() < from
		case *ast.UnaryExpr:
			waits = waits || n.Op == token.ARROW && n.Pos() > from
		case *ast.RangeStmt:
			_, ok := x.Info.TypeOf(n.X).Underlying().(*types.Chan)
			waits = waits || ok && n.Pos() > from
		case *ast.CallExpr:
			waits = waits || CalleeName(n) == "Wait" && (n.Pos() > from || x.deferred(decl, n))
		}
		return true
	})
	return waits
}

func (x *Index) deferred(decl *ast.FuncDecl, n ast.Node) bool {
	found := false
	ast.Inspect(decl.Body, func(m ast.Node) bool {
		if d, ok := m.(*ast.DeferStmt); ok && within(n, d) {
			found = true
		}
		return !found
	})
	return found
}

func (x *Index) answers(decl *ast.FuncDecl, goes []*Task) (answers, streams bool) {
	if len(goes) == 0 || decl.Type.Results == nil || decl.Type.Results.NumFields() != 1 {
		return false, false
	}
	if _, ok := x.Info.TypeOf(decl.Type.Results.List[0].Type).Underlying().(*types.Chan); !ok {
		return false, false
	}
	var ch *types.Var // what is returned, on each way
	one := true
	Shallow(decl.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			v := Var(x.Info, r.Results[0])
			one = one && v != nil && (ch == nil || ch == v)
			ch = v
		}
		return true
	})
	if !one || !IsLocal(ch) || ch.Kind() != types.LocalVar || x.Capacity(ch) != 0 {
		return false, false
	}
	for _, use := range x.Uses[ch] {
		switch kind, _ := use.ParentEdge(); kind {
		case edge.ReturnStmt_Results:
		case edge.SendStmt_Chan:
			if _, sel := commOf(use.Parent()); sel != nil {
				return false, false
			}
			fn, _ := FuncAround(use)
			lit, ok := fn.Node().(*ast.FuncLit)
			if ok && x.Task[lit] != nil && x.Task[lit].Kind == Bare {
				answers = true
				loop, in := LoopAround(use)
				streams = streams || in && !leaves(loop)
			}
		case edge.CallExpr_Args:
			if x.Builtin(use.Parent().Node().(*ast.CallExpr)) != "close" {
				return false, false
			}
		default:
			return false, false
		}
	}
	return answers, streams
}

// leaves tells whether a statement of a loop may end it.
func leaves(loop inspector.Cursor) bool {
	for cur := range loop.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		br, ok := cur.Node().(*ast.BranchStmt)
		if !ok || br.Label != nil || br.Tok == token.GOTO || breaks(cur, loop) {
			return true
		}
	}
	return false
}

func (x *Index) asks(decl *ast.FuncDecl) bool {
	ctx := CtxParam(x.Info, decl.Type)
	if ctx == nil {
		return false
	}
	for _, use := range x.Uses[ctx] {
		switch kind, _ := use.ParentEdge(); kind {
		case edge.SelectorExpr_X:
			if name := use.Parent().Node().(*ast.SelectorExpr).Sel.Name; name != "Value" {
				return false
			}
		case edge.CallExpr_Args:
			fn := Callee(x.Info, use.Parent().Node().(*ast.CallExpr))
			if up, _ := use.Parent().ParentEdge(); up == edge.GoStmt_Call || !x.OnlyAsks(fn) && !Is(fn, "context", "Cause") && !Is(fn, "context", "WithoutCancel") {
				return false
			}
		case edge.BinaryExpr_X, edge.BinaryExpr_Y:
		default:
			return false
		}
	}
	return len(x.Uses[ctx]) > 0
}

func (x *Index) goesOf(decl *ast.FuncDecl) []int {
	return x.paramsOf(decl, func(v *types.Var) bool {
		if _, ok := v.Type().Underlying().(*types.Signature); !ok || len(x.Uses[v]) == 0 {
			return false
		}
		for _, use := range x.Uses[v] {
			switch kind, i := use.ParentEdge(); kind {
			case edge.CallExpr_Fun:
				if up, _ := use.Parent().ParentEdge(); up == edge.GoStmt_Call {
					continue
				}
				fn, _ := FuncAround(use)
				if lit, ok := fn.Node().(*ast.FuncLit); !ok || x.Task[lit] == nil || x.Task[lit].Kind != Bare {
					return false
				}
			case edge.CallExpr_Args:
				if !x.Goes(Callee(x.Info, use.Parent().Node().(*ast.CallExpr)), i) {
					return false
				}
			case edge.BinaryExpr_X, edge.BinaryExpr_Y:
			default:
				return false
			}
		}
		return true
	})
}

func (x *Index) counts(decl *ast.FuncDecl) []int {
	return x.paramsOf(decl, func(v *types.Var) bool {
		if !IsNamed(v.Type(), "sync", "WaitGroup") {
			return false
		}
		for _, use := range x.Uses[v] {
			switch kind, at := use.ParentEdge(); kind {
			case edge.SelectorExpr_X:
				call, called := use.Parent().Parent().Node().(*ast.CallExpr)
				name := use.Parent().Node().(*ast.SelectorExpr).Sel.Name
				if !called || call.Fun != use.Parent().Node() || name != "Add" && name != "Done" && name != "Go" {
					return false
				}
			case edge.CallExpr_Args:
				if !x.OnlyCounts(Callee(x.Info, use.Parent().Node().(*ast.CallExpr)), at) {
					return false
				}
			default:
				return false
			}
		}
		return true
	})
}

// paramsOf gives the parameters with a name of which something is true, by their number.
func (x *Index) paramsOf(decl *ast.FuncDecl, is func(*types.Var) bool) (list []int) {
	i := 0
	for _, field := range decl.Type.Params.List {
		for _, name := range field.Names {
			if v, ok := x.Info.Defs[name].(*types.Var); ok && is(v) {
				list = append(list, i)
			}
			i++
		}
		if len(field.Names) == 0 {
			i++
		}
	}
	return list
}
