// Groups as they are used: what all their uses are.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// parse finds the group's tasks and its join, and gives what stands in the way of
// carrying it over, or "". If nothing looks like a group there are no tasks.
func (g *group) parse() string {
	g.first, g.join = len(g.list), -1
	why := g.unlike
	no := func(s string) {
		if why == "" {
			why = s
		}
	}
	adds := map[ast.Stmt]bool{}
	for _, use := range g.f.Uses[g.v] {
		at := g.indexOf(use.Node())
		if at >= 0 && at < g.first {
			g.first = at
		}
		sel := use.Parent()
		kind, _ := use.ParentEdge()
		call := sel.Parent()
		isCall := false
		if kind == edge.SelectorExpr_X {
			k, _ := sel.ParentEdge()
			isCall = k == edge.CallExpr_Fun
		}
		if !isCall {
			no("it is handed on")
			continue
		}
		stmt := call.Parent()
		_, alone := stmt.Node().(*ast.ExprStmt)
		if at < 0 {
			no("it is used outside the block it is made in")
		}
		switch name := sel.Node().(*ast.SelectorExpr).Sel.Name; name {
		case "Add":
			g.counts = true
			if !alone {
				no("its Add is no statement")
			} else {
				adds[stmt.Node().(ast.Stmt)] = true
			}
		case "Done": // looked at with its task
		case "Wait":
			switch {
			case g.wait != nil:
				no("it is waited for in several places")
			case at < 0 || !g.joinsAt(at, call.Node().(*ast.CallExpr), stmt.Node()):
				no("it is not waited for where it is made")
			}
			g.wait = call.Node().(*ast.CallExpr)
			g.join = at
		case "Go":
			lit, ok := ast.Unparen(call.Node().(*ast.CallExpr).Args[0]).(*ast.FuncLit)
			t := &task{stmt: g.stmtOf(call), call: call.Node().(*ast.CallExpr), lit: lit}
			switch {
			case !ok:
				no("a task is no function literal")
			case !alone:
				no("its Go is no statement")
			default:
				no(g.f.unfit(lit))
			}
			g.tasks = append(g.tasks, t)
		case "SetLimit":
			n, ok := code.IntValue(g.f.Info, call.Node().(*ast.CallExpr).Args[0])
			s, _ := stmt.Node().(ast.Stmt)
			if !alone || !ok || n < 1 || at < 0 || g.list[at] != s || g.limit != "" {
				no("its limit is no positive constant, set once")
				continue
			}
			g.limit = g.file.Text(call.Node().(*ast.CallExpr).Args[0])
			g.delete = append(g.delete, s)
		default:
			no("its " + name + " has no twin")
		}
	}
	if g.kind == waitGroup {
		no(g.goStmts(adds))
	}
	if g.wait == nil {
		no("nothing waits for it here")
	}
	if why == "" && slices.ContainsFunc(g.f.Uses[g.v], g.keptBy) {
		no("a function literal that has it is handed on")
	}
	if g.ctx != nil {
		for _, use := range g.f.Uses[g.ctx] {
			at := g.indexOf(use.Node())
			switch {
			case use.Node().Pos() < g.list[g.made].Pos():
				if g.f.Info.Defs[use.Node().(*ast.Ident)] == nil && g.f.capturedBefore(use, g.list[g.made]) {
					no("its context's variable is used by a function that may run later")
				}
			case at < 0 || g.join >= 0 && at > g.join:
				no("its context, which is dead then, is used after the join")
			case at != g.made && g.f.sets(use):
				no("its context's variable is set again")
			case at == g.made:
			case at < g.first:
				g.first = at
			}
		}
	}
	if why != "" || len(g.tasks) == 0 {
		return why
	}
	if g.first >= g.join {
		return "its join comes first"
	}
	g.skip()
	return g.region(g.first, g.join)
}

// skip passes over what is between the making of the group and its tasks, and needs neither: the new group begins behind that.
func (g *group) skip() {
	for g.first+1 < g.join {
		s := g.list[g.first]
		if !slices.Contains(g.delete, s) && (g.f.mentions(s, g.v) || g.ctx != nil && g.f.mentions(s, g.ctx)) {
			return
		}
		g.first++
	}
}

// sets tells whether a mention of a variable may give it another value.
func (f *finder) sets(use inspector.Cursor) bool {
	if f.UseOf(use) == code.Assigned {
		return true
	}
	switch p := use.Parent().Node().(type) {
	case *ast.UnaryExpr:
		return p.Op == token.AND
	case *ast.RangeStmt:
		return p.Key == use.Node() || p.Value == use.Node()
	}
	return false
}

// capturedBefore tells whether a use before a statement is within a literal.
func (f *finder) capturedBefore(use inspector.Cursor, s ast.Stmt) bool {
	for c := range use.Enclosing((*ast.FuncLit)(nil)) {
		if c.Node().End() <= s.Pos() {
			return true
		}
	}
	return false
}

func (g *group) indexOf(n ast.Node) int {
	for i, s := range g.list {
		if code.Within(n, s) && s.Pos() >= g.list[g.made].Pos() {
			return i
		}
	}
	return -1
}

func (g *group) stmtOf(cur inspector.Cursor) ast.Stmt {
	s, _ := cur.Parent().Node().(ast.Stmt)
	return s
}

// joinsAt tells whether the call of Wait is the whole of a statement of the list, but
// for what is done with its error.
func (g *group) joinsAt(at int, call *ast.CallExpr, parent ast.Node) bool {
	switch s := g.list[at].(type) {
	case *ast.ExprStmt:
		return s.X == call
	case *ast.AssignStmt:
		return len(s.Rhs) == 1 && s.Rhs[0] == call && !slices.ContainsFunc(s.Lhs, evaluated)
	case *ast.ReturnStmt:
		last := len(s.Results) - 1
		for _, r := range s.Results[:max(last, 0)] {
			switch r.(type) {
			case *ast.Ident, *ast.BasicLit:
			default:
				return false
			}
		}
		return last >= 0 && s.Results[last] == call
	case *ast.IfStmt:
		init, ok := s.Init.(*ast.AssignStmt)
		return ok && len(init.Rhs) == 1 && init.Rhs[0] == call && len(init.Lhs) == 1 && !evaluated(init.Lhs[0])
	}
	return false
}

// evaluated tells whether the left side of an assignment is more than a variable or its field: that is
// evaluated before what is on the right, which the code between the tasks and the join then is.
func evaluated(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return false
		case *ast.SelectorExpr:
			e = x.X
		default:
			return true
		}
	}
}

// goStmts finds the go statements of a WaitGroup, each with its Add: Add(1) right
// before it, or Add(n) right before n of them, or before a loop that runs n times.
func (g *group) goStmts(adds map[ast.Stmt]bool) string {
	dones := 0
	for _, use := range g.f.Uses[g.v] {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && sel.Sel.Name == "Done" {
			dones++
		}
	}
	if dones == 0 && len(adds) == 0 {
		return "" // WaitGroup.Go
	}
	why := ""
	no := func(s string) {
		if why == "" {
			why = s
		}
	}
	for cur := range g.block.Preorder((*ast.BlockStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil)) {
		list := stmts(cur.Node())
		for i, s := range list {
			if !adds[s] {
				continue
			}
			delete(adds, s)
			g.delete = append(g.delete, s)
			arg := s.(*ast.ExprStmt).X.(*ast.CallExpr).Args[0]
			n, constant := code.IntValue(g.f.Info, arg)
			if constant && n >= 1 && int(n) <= len(list)-1-i && g.goes(list[i+1:i+1+int(n)], no) {
				continue
			}
			if i+1 < len(list) {
				if body := g.loop(list[i+1], arg); body != nil && g.once(body, no) {
					continue
				}
			}
			no("Add is not right before the go statements it counts")
		}
	}
	for range adds {
		no("an Add is out of reach")
	}
	tied := 0
	for _, t := range g.tasks {
		if t.done != nil {
			tied++
		}
	}
	if why == "" && tied != dones {
		no("a Done belongs to no go statement here")
	}
	return why
}

// goes takes go statements as tasks, if all of these are.
func (g *group) goes(list []ast.Stmt, no func(string)) bool {
	for _, s := range list {
		if _, ok := s.(*ast.GoStmt); !ok {
			return false
		}
	}
	for _, s := range list {
		call := s.(*ast.GoStmt).Call
		t := &task{stmt: s, call: call, bare: true}
		g.tasks = append(g.tasks, t)
		lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit)
		switch {
		case !ok:
			no("a task is no function literal")
			continue
		case lit.Type.Results != nil && len(lit.Type.Results.List) > 0:
			no("a task has results, which nobody gets")
			continue
		case len(lit.Body.List) == 0:
			no("a task does not call Done itself")
			continue
		}
		t.lit = lit
		done, why := g.doneOf(lit)
		t.done = done
		no(why)
		no(g.f.unfit(lit))
	}
	return true
}

// loop gives the body of a loop that runs as often as the expression says.
func (g *group) loop(s ast.Stmt, n ast.Expr) *ast.BlockStmt {
	count := g.file.Text(n)
	switch s := s.(type) {
	case *ast.RangeStmt:
		x := g.file.Text(s.X)
		if _, ok := s.X.(*ast.Ident); !ok {
			return nil
		}
		switch g.f.Info.TypeOf(s.X).Underlying().(type) {
		case *types.Slice, *types.Array, *types.Map:
			if count == "len("+x+")" && g.f.isLen(n) {
				return s.Body
			}
		case *types.Basic:
			if v := code.Var(g.f.Info, s.X); count == x && v != nil && g.f.stable(v) {
				return s.Body
			}
		}
	case *ast.ForStmt: // for i := 0; i < n; i++
		init, ok1 := s.Init.(*ast.AssignStmt)
		cond, ok2 := s.Cond.(*ast.BinaryExpr)
		post, ok3 := s.Post.(*ast.IncDecStmt)
		if !ok1 || !ok2 || !ok3 || len(init.Lhs) != 1 || init.Tok != token.DEFINE || cond.Op != token.LSS || post.Tok != token.INC {
			return nil
		}
		i, _ := g.f.Info.Defs[init.Lhs[0].(*ast.Ident)].(*types.Var)
		zero, ok := code.IntValue(g.f.Info, init.Rhs[0])
		if i == nil || !ok || zero != 0 || code.Var(g.f.Info, cond.X) != i || code.Var(g.f.Info, post.X) != i || g.file.Text(cond.Y) != count || !g.f.stable(i) {
			return nil
		}
		if v := code.Var(g.f.Info, cond.Y); v != nil && !g.f.stable(v) {
			return nil
		}
		if _, ok := cond.Y.(*ast.CallExpr); ok && !g.f.isLen(cond.Y) {
			return nil
		}
		return s.Body
	}
	return nil
}

func (f *finder) isLen(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	return ok && f.Builtin(call) == "len"
}

// once takes the go statement in a loop's body as a task, if there is one and it
// is reached every time round.
func (g *group) once(body *ast.BlockStmt, no func(string)) bool {
	var at []ast.Stmt
	for _, s := range body.List {
		if _, ok := s.(*ast.GoStmt); ok {
			at = append(at, s)
		}
	}
	if len(at) != 1 {
		return false
	}
	leaves := false
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BranchStmt, *ast.ReturnStmt:
			leaves = true
		case *ast.GoStmt:
			leaves = leaves || ast.Stmt(n) != at[0]
		}
		return true
	})
	return !leaves && g.goes(at, no)
}
