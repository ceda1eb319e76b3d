// Sleeps that no cancellation ends, made to end with the context in scope.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
	"github.com/braid-go/braid/vet/internal/tie"
)

// Pausable turns time.Sleep into a wait that the context ends.
var Pausable = register(&Rule{
	Name:      "pausable",
	Migration: true,
	Title:     "a time.Sleep could end with the context",
	Why: "A function that was given a context and sleeps is deaf for that time: who cancels it waits for the sleep to be over. " +
		"`braid.Sleep` waits as long, unless the context dies first; the function then returns its cause, unless the loop around asks for the context itself before it goes on. " +
		"In a module that does not require braid the fix writes the `select` that it stands for.",
	Wrong: `
func poll(ctx context.Context, ready func() bool) error {
	for !ready() {
		time.Sleep(time.Second)
	}
	return nil
}
`,
	Right: `
func poll(ctx context.Context, ready func() bool) error {
	for !ready() {
		if err := braid.Sleep(ctx, time.Second); err != nil {
			return err
		}
	}
	return nil
}
`,
	Exempt: "Functions that cannot say that they were cut short: with results, but no error among them. Functions that call " +
		"`Unlock`, `Done`, `Close`, `Stop` or the like after the sleep without `defer`: a return would leave that out. " +
		"Deferred functions, whose context may be dead already. Functions that shut down, close and the like, by their names, and contexts that cannot end at that place. " +
		"There is no fix where a return would leave out what somebody counts on: a send, a wait, an assignment to what outlives the function, the rest of a literal that was not given the context " +
		"or of a function that cannot say that it was cut short.",
	Shapes: []Shape{
		{Name: "sleep", Severity: Note, What: "time.Sleep where a context is in scope, with a fix"},
	},
}, func(c *check) {
	tied := sync.OnceValue(func() []tie.Finding { return tie.Find(c.Pass, c.Index) })
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if kind, _ := cur.ParentEdge(); kind != edge.ExprStmt_X || !code.IsCall(c.Info, call, "time", "Sleep") {
			continue
		}
		if p := c.pausable(cur, call); p != nil {
			if p.edits != nil && changes(tied(), cur) {
				p.but, p.edits = ", which the fix does once the group here is braid's", nil
			}
			c.tell(call, "sleep", "this sleep goes on when the context is dead: braid.Sleep ends with it"+p.but, p.edits)
		}
	}
})

// pause is a sleep that could end with the context.
type pause struct {
	*code.Reach
	file   *edit.File
	result string // what is returned then, with an error that stands as ERR
	asked  bool   // nothing is to be done at the end: the function returns anyway, or asks itself
	but    string // why there is no fix, or ""
	edits  []analysis.TextEdit
}

// pausable gives what a sleep could be, or nil if it is none that a context should end.
func (c *check) pausable(cur inspector.Cursor, call *ast.CallExpr) *pause {
	file := edit.At(c.Pass, call.Pos())
	r := c.ReachAt(cur)
	fn, ok := code.FuncAround(cur)
	if file == nil || r == nil || !ok || r.Request || code.Deferred(cur) || !file.Means(r.Ctx.Name(), r.Ctx, call.Pos()) || c.keepsNobody(cur, r) {
		return nil
	}
	typ, body := code.FuncParts(fn.Node())
	result, ok := c.zeros(file, typ, call.Pos())
	if !ok || !file.Universe(call.Pos(), "nil") || leavesUndone(body, call) {
		return nil
	}
	p := &pause{Reach: r, file: file, result: result}
	switch {
	case c.askedAgain(cur, r.Ctx):
		p.asked = true
	case c.anothers(r):
		p.but = ", but the function around was not given the context, and may be meant to go on"
	case result == "" && endsWith(cur.Parent(), body):
		p.asked = true
	default:
		p.but = c.leftOut(cur, result == "")
	}
	if p.but == "" {
		p.edits = c.sleepEdits(p, call)
	}
	if p.but == "" && p.edits == nil {
		return nil
	}
	return p
}

func (c *check) sleepEdits(p *pause, call *ast.CallExpr) []analysis.TextEdit {
	file, result, asked := p.file, p.result, p.asked
	ctx, d := p.Ctx.Name(), file.Text(call.Args[0])
	if !edit.CanImport(c.Pass, code.Braid) {
		// time has no other name here than the call's.
		time := file.Text(call.Fun.(*ast.SelectorExpr).X)
		if asked {
			return []analysis.TextEdit{edit.Replace(call.Pos(), call.End(), "select {\ncase <-%s.Done():\ncase <-%s.After(%s):\n}", ctx, time, d)}
		}
		back := "return"
		if result != "" {
			back += " " + strings.Replace(result, "ERR", ctx+".Err()", 1)
		}
		return []analysis.TextEdit{edit.Replace(call.Pos(), call.End(),
			"select {\ncase <-%s.Done():\n%s\ncase <-%s.After(%s):\n}", ctx, back, time, d)}
	}
	braid, imports, ok := file.Import(code.Braid, "braid", call.Pos())
	if !ok {
		return nil
	}
	if asked {
		return append(imports, edit.Replace(call.Pos(), call.End(), "_ = %s.Sleep(%s, %s)", braid, ctx, d))
	}
	if result == "" {
		return append(imports, edit.Replace(call.Pos(), call.End(), "if %s.Sleep(%s, %s) != nil {\nreturn\n}", braid, ctx, d))
	}
	err, ok := edit.Fresh(call, nil, "err", "sleepErr")
	if !ok || ctx == err {
		return nil
	}
	return append(imports, edit.Replace(call.Pos(), call.End(), "if %[1]s := %[2]s.Sleep(%[3]s, %[4]s); %[1]s != nil {\nreturn %[5]s\n}",
		err, braid, ctx, d, strings.Replace(result, "ERR", err, 1)))
}

// endsWith tells whether a statement is the last that a function without results does: its body ends there, or a return follows.
func endsWith(stmt inspector.Cursor, body *ast.BlockStmt) bool {
	next, ok := stmt.NextSibling()
	if !ok {
		return stmt.Parent().Node() == ast.Node(body)
	}
	_, ok = next.Node().(*ast.ReturnStmt)
	return ok
}

// askedAgain tells whether the loop around goes on only while a context has not ended: that one, or one that is made of it. What becomes of the end is
// said behind the loop.
func (c *check) askedAgain(cur inspector.Cursor, ctx *types.Var) bool {
	loop, ok := code.LoopAround(cur)
	if !ok {
		return false
	}
	f, ok := loop.Node().(*ast.ForStmt)
	return ok && f.Cond != nil && slices.ContainsFunc(conjuncts(f.Cond), func(e ast.Expr) bool {
		if !isNil(e, token.EQL) {
			return false
		}
		of := c.ErrOf(e.(*ast.BinaryExpr).X)
		v := code.Var(c.Info, of)
		if v == nil || v == ctx {
			return v != nil
		}
		made := c.Origins(v)
		return len(made) > 0 && !slices.ContainsFunc(made, func(o ast.Expr) bool {
			call, ok := ast.Unparen(o).(*ast.CallExpr)
			return !ok || !ends(c.Info, call) || code.Var(c.Info, call.Args[0]) != ctx
		})
	})
}

// zeros gives what a function returns at a place with an error that stands as ERR: nothing if it has no
// results; false if it has results and the last is no error.
func (c *check) zeros(file *edit.File, typ *ast.FuncType, at token.Pos) (string, bool) {
	if typ.Results == nil || len(typ.Results.List) == 0 {
		return "", true
	}
	if last := typ.Results.List[len(typ.Results.List)-1]; !code.IsError(c.Info.TypeOf(last.Type)) {
		return "", false
	}
	var out []string
	for _, f := range typ.Results.List {
		zero, ok := edit.Zero(c.Info.TypeOf(f.Type), file.Text(f.Type))
		if !ok || !file.SameText(zero, f.Type.Pos(), at) {
			return "", false
		}
		for range max(1, len(f.Names)) {
			out = append(out, zero)
		}
	}
	out[len(out)-1] = "ERR"
	return strings.Join(out, ", "), true
}

// leavesUndone tells whether a return at a place would leave out a call that ends
// something, which follows in the function.
func leavesUndone(body *ast.BlockStmt, at ast.Node) bool {
	found := false
	code.Shallow(body, func(n ast.Node) bool {
		if _, ok := n.(*ast.DeferStmt); ok {
			return false
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		// In a loop what stands before it follows too.
		switch name := code.CalleeName(call); name {
		case "Unlock", "RUnlock", "Done", "Close", "Stop", "Release", "Rollback", "Commit", "cancel", "close":
			if _, isDone := call.Fun.(*ast.SelectorExpr); name == "Done" && isDone && len(call.Args) == 0 && receives(body, call) {
				return true // <-ctx.Done()
			}
			found = true
		}
		return true
	})
	return found
}

// receives tells whether a call is what a receive operation receives from.
func receives(body ast.Node, call *ast.CallExpr) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.X == ast.Expr(call) {
			found = true
		}
		return !found
	})
	return found
}
