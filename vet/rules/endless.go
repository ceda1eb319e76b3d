// A goroutine that waits for a channel which nobody will close, or send to.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Endless finds goroutines that can only end by the closing of a channel that nobody closes.
var Endless = register(&Rule{
	Name:  "endless",
	Title: "a goroutine that nothing can end",
	Why: "A goroutine that ranges over a channel, or receives until it is closed, ends when somebody closes the channel, and not before. If nobody does, " +
		"it waits for ever once there is nothing more to receive, with all that it holds. So does one that receives from a channel to which nobody sends.",
	Wrong: `
func each(items []string, do func(string)) {
	jobs := make(chan string)
	for range 4 {
		go func() {
			for job := range jobs {
				do(job)
			}
		}()
	}
	for _, item := range items {
		jobs <- item
	}
}
`,
	Right: `
func each(items []string, do func(string)) {
	jobs := make(chan string)
	for range 4 {
		go func() {
			for job := range jobs {
				do(job)
			}
		}()
	}
	for _, item := range items {
		jobs <- item
	}
	close(jobs)
}
`,
	Exempt: "Goroutines that can end otherwise; channels that are handed to code out of sight; `main` and `init`, which end with the program; " +
		"fields that the package exports, or whose channel is made elsewhere; what is started for a variable of the package, or by `sync.Once`.",
	Shapes: []Shape{
		{Name: "range", Severity: Error, What: "a goroutine receives until a local channel is closed, and nobody closes it"},
		{Name: "silent", Severity: Error, What: "a receive from a local channel to which nobody sends, and which nobody closes"},
		{Name: "field", Severity: Warning, What: "the same of a channel in a field that the package makes and never closes"},
	},
	Detachable: true,
}, func(c *check) {
	for id, obj := range c.Info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || id.Name == "_" {
			continue
		}
		if _, ok := v.Type().Underlying().(*types.Chan); !ok || c.exempt(v.Pos()) {
			continue
		}
		switch {
		case v.IsField():
			c.endlessField(v)
		case code.IsLocal(v) && v.Kind() == types.LocalVar:
			c.endlessLocal(v)
		}
	}
})

func (c *check) endlessLocal(v *types.Var) {
	if call, ok := c.Only(v).(*ast.CallExpr); !ok || c.Builtin(call) != "make" {
		return
	}
	ops, in, all := c.ChanOps(v)
	if decl, ok := in.Node().(*ast.FuncDecl); !all || ok && decl.Recv == nil && (decl.Name.Name == "main" || decl.Name.Name == "init") {
		return
	}
	sends := 0
	for _, op := range ops {
		switch op.Kind {
		case code.Close:
			return
		case code.Send:
			sends++
		}
	}
	for _, op := range ops {
		if op.Kind != code.Recv && op.Kind != code.RangeOver {
			continue
		}
		if way, _ := c.Ways(op.Select, op.Clause); way != code.NoWayout {
			continue
		}
		if sends == 0 {
			if len(c.Uses[v]) == 1 && !op.Async && c.Capacity(v) == 0 {
				return // the rule forever tells of it, or it is meant
			}
			c.report(op.Cur.Node(), "silent", fmt.Sprintf("nobody sends to %s or closes it: this waits for ever", v.Name()))
			continue
		}
		if c.untilClosed(op) && c.returns(in) && !c.startedOnce(op.Cur, 0) {
			what := "this goroutine"
			if !op.Async {
				what = "this loop"
			}
			c.report(op.Cur.Node(), "range", fmt.Sprintf("nobody closes %s: %s waits for ever when all has been received", v.Name(), what))
		}
	}
}

// untilClosed tells whether a receive is in a loop that only the closing of the channel ends.
func (c *check) untilClosed(op code.Op) bool {
	if op.Kind != code.RangeOver {
		return false
	}
	return len(c.Leaves(op)) == 0
}

// returns tells whether a function can come to its end.
func (c *check) returns(in inspector.Cursor) bool {
	switch fn := in.Node().(type) {
	case *ast.FuncDecl:
		return !c.cfgs.FuncDecl(fn).NoReturn()
	case *ast.FuncLit:
		return !c.cfgs.FuncLit(fn).NoReturn()
	}
	return false
}

// endlessField: a goroutine started where the channel is made loops until the field's channel is closed.
func (c *check) endlessField(v *types.Var) {
	if v.Exported() {
		return
	}
	made := c.Origins(v)
	if len(made) == 0 {
		return
	}
	for _, e := range made {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok || c.Builtin(call) != "make" {
			return
		}
	}
	// Whatever may close it is out of the question: close, or a value that can be closed handed out.
	aliases := map[*types.Var]bool{}
	for _, use := range c.Uses[v] {
		cur := use.Parent() // x.f
		if _, ok := cur.Node().(*ast.SelectorExpr); !ok {
			continue // a key of a literal
		}
		switch kind, _ := cur.ParentEdge(); kind {
		case edge.CallExpr_Args:
			if name := c.Builtin(cur.Parent().Node().(*ast.CallExpr)); name != "len" && name != "cap" {
				return
			}
		case edge.SendStmt_Chan, edge.UnaryExpr_X, edge.RangeStmt_X, edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.AssignStmt_Lhs:
		case edge.ReturnStmt_Results:
			fn, ok := code.FuncAround(cur)
			if !ok {
				return
			}
			ft, _ := code.FuncParts(fn.Node())
			if ft.Results == nil || len(ft.Results.List) != 1 {
				return
			}
			ch, ok := c.Info.TypeOf(ft.Results.List[0].Type).Underlying().(*types.Chan)
			if !ok || ch.Dir() == types.SendRecv || ch.Dir() == types.SendOnly && c.closesOther(ch.Elem()) {
				return
			}
		case edge.AssignStmt_Rhs:
			as := cur.Parent().Node().(*ast.AssignStmt)
			_, i := cur.ParentEdge()
			w := code.Var(c.Info, as.Lhs[i])
			if !code.IsLocal(w) || len(as.Lhs) != len(as.Rhs) {
				return
			}
			aliases[w] = true
		default:
			return
		}
	}
	for w := range aliases { // local names for it must not give it away
		for _, use := range c.Uses[w] {
			switch kind, _ := use.ParentEdge(); kind {
			case edge.SendStmt_Chan, edge.UnaryExpr_X, edge.RangeStmt_X, edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.AssignStmt_Lhs:
			default:
				return
			}
		}
	}
	aliases[v] = true
	for _, t := range c.Tasks {
		if t.Kind != code.Bare {
			continue
		}
		fn := c.started(t)
		if fn == nil {
			continue
		}
		if at := c.waitsOnly(fn, aliases); at != nil && !c.startedOnce(t.At, 0) {
			c.report(t.At.Node(), "field", fmt.Sprintf("this goroutine ends only when %s is closed (line %d), and nothing in this package closes it", v.Name(), c.Fset.Position(at.Pos()).Line))
		}
	}
}

// startedOnce tells whether all calls of the function around a place are made for a variable of the package, or by what sync calls once: what
// it starts is there for the life of the program.
func (c *check) startedOnce(cur inspector.Cursor, depth int) bool {
	for fn := range cur.Enclosing((*ast.FuncLit)(nil)) {
		if call, ok := fn.Parent().Node().(*ast.CallExpr); ok && code.IsCall(c.Info, call, "sync", "OnceFunc", "OnceValue", "OnceValues", "Once.Do") {
			return true
		}
	}
	decl, _ := code.DeclAround(cur)
	if decl == nil {
		return true // of a variable of the package
	}
	if decl.Name.IsExported() || depth > 2 {
		return false
	}
	uses := c.Uses[c.Info.Defs[decl.Name]]
	for _, use := range uses {
		if !c.startedOnce(use, depth+1) {
			return false
		}
	}
	return len(uses) > 0
}

// started gives the function of the package that a go statement starts.
func (c *check) started(t *code.Task) ast.Node {
	if t.Lit != nil {
		return t.Lit
	}
	if fn := code.Callee(c.Info, t.Call); fn != nil {
		if cur, ok := c.Decls[fn]; ok {
			return cur.Node()
		}
	}
	return nil
}

// closesOther tells whether the package closes any channel of that element type that it knows only by a variable.
func (c *check) closesOther(elem types.Type) (found bool) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if c.Builtin(call) != "close" || len(call.Args) != 1 {
			continue
		}
		if ch, ok := c.Info.TypeOf(call.Args[0]).Underlying().(*types.Chan); ok && types.Identical(ch.Elem(), elem) {
			if v := code.Var(c.Info, call.Args[0]); v == nil || !v.IsField() {
				return true
			}
		}
	}
	return false
}

// waitsOnly gives the receive by whose closing alone a function can end: it ranges over one of the channels, with nothing that leaves the loop;
// or it loops while what stands for the channel is not nil, and sets that to nil when it is closed.
func (c *check) waitsOnly(fn ast.Node, channels map[*types.Var]bool) (at ast.Node) {
	_, body := code.FuncParts(fn)
	other := false
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			other = true
		case *ast.BranchStmt:
			other = other || n.Label != nil || n.Tok == token.GOTO
		case *ast.RangeStmt:
			if channels[code.Var(c.Info, n.X)] {
				at = n
				if cur, ok := c.Root.FindNode(n); ok && len(c.Leaves(code.Op{Kind: code.RangeOver, Cur: cur, Home: fn})) > 0 {
					other = true
				}
			}
		case *ast.CallExpr:
			if c.DoneOf(n) != nil {
				other = true
			}
		case *ast.ForStmt:
			v := c.notNil(n.Cond, channels)
			if v == nil {
				break
			}
			// for in != nil { select { case x, ok := <-in: if !ok { in = nil } } }
			code.Shallow(n.Body, func(m ast.Node) bool {
				if as, ok := m.(*ast.AssignStmt); ok && len(as.Lhs) == 2 && len(as.Rhs) == 1 {
					if u, ok := ast.Unparen(as.Rhs[0]).(*ast.UnaryExpr); ok && u.Op == token.ARROW && channels[code.Var(c.Info, u.X)] {
						at = u
					}
				}
				return true
			})
		}
		return true
	})
	if other {
		return nil
	}
	return at
}

// notNil gives the variable that a loop's condition compares with nil, if it is one of the channels.
func (c *check) notNil(cond ast.Expr, channels map[*types.Var]bool) (v *types.Var) {
	if cond == nil {
		return nil
	}
	ast.Inspect(cond, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.NEQ && nilExpr(c.Info, b.Y) && channels[code.Var(c.Info, b.X)] {
			v = code.Var(c.Info, b.X)
		}
		return v == nil
	})
	return v
}
