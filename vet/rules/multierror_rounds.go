// Errors that the rounds of a loop have gathered: part of the rule multierror.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// ofRounds tells whether a join is of a list of the function's own, to which the rounds of a loop over things at hand add what calls have returned: each round
// its own, and no round that succeeds is the last.
func (m *multi) ofRounds(join *ast.CallExpr) bool {
	if len(join.Args) != 1 || !join.Ellipsis.IsValid() {
		return false
	}
	list := code.Var(m.Info, join.Args[0])
	if !code.IsLocal(list) || list.Kind() != types.LocalVar {
		return false
	}
	adds := 0
	for _, use := range m.Uses[list] {
		added := m.addedBy(use)
		if added == nil {
			continue
		}
		loop, ok := m.roundOf(use)
		if !ok || !m.atHand(loop) || !m.goesThrough(loop) || slices.ContainsFunc(added, func(e ast.Expr) bool { return !m.fromCall(e, 0) }) {
			return false
		}
		adds++
	}
	return adds > 0
}

// addedBy gives the errors that are added to a list where it is mentioned: list = append(list, …), or list[i] = ….
func (m *multi) addedBy(use inspector.Cursor) []ast.Expr {
	switch kind, _ := use.ParentEdge(); kind {
	case edge.CallExpr_Args:
		call := use.Parent().Node().(*ast.CallExpr)
		if as, ok := use.Parent().Parent().Node().(*ast.AssignStmt); ok && m.Builtin(call) == "append" && len(as.Lhs) == 1 && m.sameVar(as.Lhs[0], call.Args[0]) {
			return call.Args[1:]
		}
	case edge.IndexExpr_X:
		if as, ok := use.Parent().Parent().Node().(*ast.AssignStmt); ok && len(as.Lhs) == 1 && as.Lhs[0] == use.Parent().Node() {
			return as.Rhs
		}
	}
	return nil
}

// roundOf gives the loop whose rounds come by a place, in the function itself or in a task that each round starts.
func (m *multi) roundOf(cur inspector.Cursor) (inspector.Cursor, bool) {
	if loop, ok := code.LoopAround(cur); ok {
		return loop, true
	}
	if task := m.TaskAround(cur); task != nil {
		return code.LoopAround(task.At)
	}
	return cur, false
}

// goesThrough tells whether a loop is left only for an error or because a context has ended.
func (m *multi) goesThrough(loop inspector.Cursor) bool {
	fn, _ := code.FuncAround(loop)
	for cur := range loop.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		if in, _ := code.FuncAround(cur); in == fn && m.leavesRound(cur.Node()) && !m.guarded(cur) && !m.onEnd(cur) {
			return false
		}
	}
	return true
}

// fromCall tells whether an error is what a call has returned, as it is or wrapped.
func (m *multi) fromCall(e ast.Expr, depth int) bool {
	if depth > 3 {
		return false
	}
	if call, ok := unparen[*ast.CallExpr](e); ok && !makesError(code.Callee(m.Info, call)) {
		return m.ErrOf(call) == nil
	}
	if v := code.Var(m.Info, e); v != nil && code.IsError(v.Type()) {
		origins := m.Origins(v)
		return code.IsLocal(v) && len(origins) > 0 && !slices.ContainsFunc(origins, func(o ast.Expr) bool { return !m.fromCall(o, depth+1) })
	}
	wraps := false
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		wraps = wraps || ok && code.IsError(m.Info.TypeOf(id)) && m.fromCall(id, depth+1)
		return !wraps
	})
	return wraps
}

// fromLiterals tells what a variable may be at a place of its function to which literals before it, tasks mostly, have added errors, since it was last set there.
func (m *multi) fromLiterals(cur, fn inspector.Cursor, v *types.Var, steps []ast.Node, depth int) *several {
	for _, use := range m.Uses[v] {
		lit, ok := code.FuncAround(use)
		if !ok || lit == fn || m.UseOf(use) != code.Assigned || lit.Node().End() > cur.Node().Pos() || code.Deferred(use) {
			continue
		}
		if !slices.ContainsFunc(steps, func(step ast.Node) bool { return step.End() < lit.Node().Pos() }) {
			continue
		}
		rhs := m.value(use.Parent().Node(), v)
		if rhs == nil {
			continue
		}
		if at, ok := m.Root.FindNode(rhs); ok {
			if j := m.of(at, rhs, depth+1); j != nil && !j.first {
				all := *j
				_, looped := m.roundOf(use)
				all.alike = j.alike || looped && !j.given
				return &all
			}
		}
	}
	return nil
}

var ofRest = regexp.MustCompile(`(?i)\b(any|all|one|others?|rest|some|either|enough|every|each|least|besides|partial(ly)?)\b`)

// speaksOfRest tells whether a comment in or right above the branch around a place says why the others of several errors are dropped: that it is done on
// purpose, or something of one and the rest. That one of them is as good as none says nothing of them.
func (m *multi) speaksOfRest(cur inspector.Cursor) bool {
	for up := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.CaseClause)(nil)) {
		n := up.Node()
		from := m.Fset.Position(n.Pos()).Line
		return slices.ContainsFunc(m.FileOf(n.Pos()).Comments, func(g *ast.CommentGroup) bool {
			return (code.Within(g, n) || m.Fset.Position(g.End()).Line == from-1) && (deliberate.MatchString(g.Text()) || ofRest.MatchString(g.Text()))
		})
	}
	return false
}
