// Locks that a function gives back on some ways, and keeps on others: the next who takes one waits for ever.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// keeps matches what says that a lock is meant to stay with the caller.
var keeps = regexp.MustCompile(`(?i)lock|acquire|hold|held|begin|start|enter|reserve|pin`)

// keptLocks looks at each lock that is taken by a statement of its own and given back by one, but for those of which it is told that they cannot be taken.
func (l *holder) keptLocks() {
	for cur := range l.Root.Preorder((*ast.ExprStmt)(nil)) {
		call, ok := cur.Node().(*ast.ExprStmt).X.(*ast.CallExpr)
		if !ok {
			continue
		}
		p, what := l.lockCall(call)
		fn, ok := code.FuncAround(cur)
		if what != "Lock" && what != "RLock" || !ok || l.told[call.Pos()] || l.exempt(call.Pos()) || l.kept(fn, p, what) {
			continue
		}
		for out := range fn.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
			if in, _ := code.FuncAround(out); in != fn || out.Node().Pos() < call.Pos() || l.Commented(out.Node().Pos()) {
				continue
			}
			if l.leaves(fn, cur, out, p, what) {
				l.report(out.Node(), "kept", fmt.Sprintf("%s%s, taken at line %d, is not given back on this way: whoever takes it next waits for ever",
					p.root.Name(), p.path, l.Fset.Position(call.Pos()).Line))
			}
		}
	}
}

// kept tells whether a lock may be meant to stay, or be given back in a way that the flow does not show: the function
// or its comment says so, no statement of its own gives it back, a deferred one or another function may.
func (l *holder) kept(fn inspector.Cursor, p lockPlace, what string) bool {
	decl, _ := code.DeclAround(fn)
	if decl == nil || blocks.MatchString(decl.Name.Name) {
		return true
	}
	if keeps.MatchString(decl.Name.Name) || decl.Doc != nil && keeps.MatchString(decl.Doc.Text()) {
		return true
	}
	for c := range fn.Preorder((*ast.DeferStmt)(nil)) {
		if l.reaches(c.Node().(*ast.DeferStmt).Call, p) {
			return true
		}
	}
	given := map[string]string{"Lock": "Unlock", "RLock": "RUnlock"}[what]
	back := false
	for c := range fn.Preorder((*ast.SelectorExpr)(nil)) {
		sel := c.Node().(*ast.SelectorExpr)
		if !strings.HasSuffix(sel.Sel.Name, "Unlock") {
			continue
		}
		unlock, ok := c.Parent().Node().(*ast.CallExpr)
		if !ok || unlock.Fun != ast.Expr(sel) {
			return true // a method value: somebody gives it back
		}
		in, _ := code.FuncAround(c)
		_, alone := c.Parent().Parent().Node().(*ast.ExprStmt)
		if got, how := l.lockCall(unlock); got == p && (in != fn || !alone || how != given) {
			return true
		} else if got == p {
			back = true
		} else if how == "" || got.root == p.root && got.path[strings.LastIndex(got.path, ".")+1:] == p.path[strings.LastIndex(p.path, ".")+1:] {
			return true // another name of it, perhaps
		}
	}
	return !back
}

// leaves tells whether a lock is held on every way to a return, or to a continue that leads to where it is taken.
func (l *holder) leaves(fn, lock, out inspector.Cursor, p lockPlace, what string) bool {
	switch n := out.Node().(type) {
	case *ast.ReturnStmt:
		return l.since(fn, n, p, what, lock.Node()) && !l.touches(n, p)
	case *ast.BranchStmt:
		loop, ok := code.LoopAround(out)
		if !ok || n.Tok != token.CONTINUE || n.Label != nil {
			return false
		}
		var body *ast.BlockStmt
		switch loop := loop.Node().(type) {
		case *ast.ForStmt:
			body = loop.Body
		case *ast.RangeStmt:
			body = loop.Body
		}
		inBody := false // whatever the round, the lock is taken
		for _, s := range body.List {
			inBody = inBody || s == lock.Node()
			if s != lock.Node() && !inBody && code.Has(s, func(n ast.Node) bool { return l.touches(n, p) }) {
				return false
			}
		}
		// if … { …; continue }
		block, ok := out.Parent().Node().(*ast.BlockStmt)
		if !inBody || !ok {
			return false
		}
		branch, ok := out.Parent().Parent().Node().(*ast.IfStmt)
		if !ok || branch.Body != block || l.touches(branch.Cond, p) || !l.since(fn, branch.Cond, p, what, lock.Node()) {
			return false
		}
		for _, s := range block.List {
			if code.Has(s, func(n ast.Node) bool { return l.touches(n, p) }) {
				return false
			}
		}
		return true
	}
	return false
}

// since tells whether it is that statement which has taken a lock on every way to a place, and nothing has given it back.
func (l *holder) since(fn inspector.Cursor, at ast.Node, p lockPlace, what string, lock ast.Node) bool {
	steps, start := code.FlowOf(l.cfgs, fn.Node()).Reaching(at, func(step ast.Node) bool { return l.touches(step, p) })
	return !start && len(steps) == 1 && steps[0] == lock
}
