// Locks that a goroutine takes while it holds them.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// lockPlace is a variable, or a field of one: x.a.b.
type lockPlace struct {
	root *types.Var
	path string // the fields' names, each with a dot in front
}

// placeOf gives the place that an expression means, if it is one that stays the same: names and fields alone.
func (c *check) placeOf(e ast.Expr) (p lockPlace, ok bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, isVar := c.Info.Uses[e].(*types.Var)
		return lockPlace{root: v}, isVar
	case *ast.SelectorExpr:
		if v, isVar := c.Info.Uses[e.Sel].(*types.Var); isVar && !v.IsField() { // of another package
			return lockPlace{root: v}, true
		}
		p, ok = c.placeOf(e.X)
		p.path += "." + e.Sel.Name
		return p, ok
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return c.placeOf(e.X)
		}
	case *ast.StarExpr:
		return c.placeOf(e.X)
	}
	return p, false
}

// lockCall gives the lock that a call is about, and what it does with it: "Lock", "RLock", "Unlock", …; "" if it does nothing.
func (c *check) lockCall(call *ast.CallExpr) (p lockPlace, what string) {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "sync" || fn.Signature().Recv() == nil {
		return p, ""
	}
	recv := fn.Signature().Recv().Type()
	if !code.IsNamed(recv, "sync", "Mutex") && !code.IsNamed(recv, "sync", "RWMutex") {
		return p, ""
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return p, ""
	}
	if p, ok = c.placeOf(sel.X); !ok {
		return p, ""
	}
	// A lock that is embedded is the field of its type's name.
	if s := c.Info.Selections[sel]; s != nil {
		t := s.Recv()
		for _, i := range s.Index()[:len(s.Index())-1] {
			if ptr, ok := t.Underlying().(*types.Pointer); ok {
				t = ptr.Elem()
			}
			st, ok := t.Underlying().(*types.Struct)
			if !ok {
				return p, ""
			}
			p.path += "." + st.Field(i).Name()
			t = st.Field(i).Type()
		}
	}
	return p, fn.Name()
}

// conflict tells whether a lock that is held this way cannot be taken that way.
func conflict(held, want string) bool {
	return held == "Lock" && (want == "Lock" || want == "RLock") || held == "RLock" && want == "Lock"
}

// taken is a lock that a function takes before it does anything else, by the place in terms of its receiver.
type taken struct {
	path, what string
	at         token.Pos
}

// holder answers what the functions of the package do with the locks of their receivers.
type holder struct {
	*check
	first map[*types.Func]*taken
	busy  map[*types.Func]bool
	gives map[*types.Func]map[string]bool // the last name of a lock's path
}

func (c *check) lockedTwice() {
	l := &holder{check: c, first: map[*types.Func]*taken{}, busy: map[*types.Func]bool{}, gives: map[*types.Func]map[string]bool{}}
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		fn, ok := code.FuncAround(cur)
		if !ok || code.Deferred(cur) || isGo(cur) {
			continue
		}
		p, what := c.lockCall(call)
		var by *taken
		if what == "" {
			if p, by = l.takes(call); by == nil {
				continue
			}
			p.path += by.path
			what = by.what
		}
		if what != "Lock" && what != "RLock" || c.exempt(call.Pos()) {
			continue
		}
		at := l.held(fn, call, p, what)
		if at == nil {
			continue
		}
		line := c.Fset.Position(at.Pos()).Line
		name := p.root.Name() + p.path
		if by == nil {
			c.report(call, "lock", fmt.Sprintf("%s is held since line %d: this waits for ever", name, line))
		} else {
			c.report(call, "lock", fmt.Sprintf("%s takes %s, which is held since line %d: this waits for ever", code.CalleeName(call), name, line))
		}
	}
	l.keptLocks()
}

func isGo(cur inspector.Cursor) bool {
	_, ok := cur.Parent().Node().(*ast.GoStmt)
	return ok
}

// held gives the call that has taken a lock, on every way to a place, and after which it has not been given back.
func (l *holder) held(fn inspector.Cursor, at *ast.CallExpr, p lockPlace, want string) ast.Node {
	flow := code.FlowOf(l.cfgs, fn.Node())
	steps, start := flow.Reaching(at, func(step ast.Node) bool { return l.touches(step, p) })
	if start || len(steps) == 0 {
		return nil
	}
	for _, step := range steps {
		s, ok := step.(*ast.ExprStmt)
		if !ok {
			return nil
		}
		call, ok := s.X.(*ast.CallExpr)
		if !ok || call == at {
			return nil
		}
		got, what := l.lockCall(call)
		if got != p || !conflict(what, want) {
			return nil
		}
	}
	return steps[0]
}

// touches tells whether a step may take a lock or give it back.
func (l *holder) touches(step ast.Node, p lockPlace) bool {
	switch step.(type) {
	case *ast.DeferStmt, *ast.GoStmt: // at another time, or elsewhere
		return false
	}
	return code.Has(step, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if got, what := l.lockCall(n); what != "" {
				return got == p
			}
			if l.Builtin(n) != "" {
				return false
			}
			fn := code.Callee(l.Info, n)
			if fn == nil { // a function value, or a conversion
				tv, ok := l.Info.Types[n.Fun]
				return !ok || !tv.IsType()
			}
			if !l.reaches(n, p) {
				return false
			}
			cur, known := l.Decls[fn]
			return !known || l.givesBack(fn, cur, 0)[p.path[strings.LastIndex(p.path, ".")+1:]]
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if got, ok := l.placeOf(lhs); ok && got.root == p.root && strings.HasPrefix(p.path+".", got.path+".") {
					return true
				}
			}
			for _, rhs := range n.Rhs { // its address
				if got, ok := l.placeOf(rhs); ok && got == p {
					return true
				}
			}
		}
		return false
	})
}

// reaches tells whether what a lock belongs to is in a call's hands.
func (l *holder) reaches(call *ast.CallExpr, p lockPlace) bool {
	exprs := call.Args
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		exprs = append([]ast.Expr{sel.X}, exprs...)
	}
	found := false
	for _, e := range exprs {
		ast.Inspect(e, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && l.Info.Uses[id] == types.Object(p.root) {
				found = true
			}
			return !found
		})
	}
	return found
}

// givesBack gives the names of the locks that a function, or one that it calls, may unlock.
func (l *holder) givesBack(fn *types.Func, cur inspector.Cursor, depth int) map[string]bool {
	if names, ok := l.gives[fn]; ok {
		return names
	}
	names := map[string]bool{}
	l.gives[fn] = names
	ast.Inspect(cur.Node(), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if p, what := l.lockCall(call); strings.HasSuffix(what, "Unlock") {
			names[p.path[strings.LastIndex(p.path, ".")+1:]] = true
			if p.path == "" {
				names[p.root.Name()] = true
			}
		} else if callee := code.Callee(l.Info, call); callee != nil {
			if next, ok := l.Decls[callee]; ok && depth < 4 {
				for name := range l.givesBack(callee, next, depth+1) {
					names[name] = true
				}
			}
		}
		return true
	})
	return names
}

// takes gives the lock that a called method takes before anything else, and of what.
func (l *holder) takes(call *ast.CallExpr) (of lockPlace, t *taken) {
	fn := code.Callee(l.Info, call)
	if fn == nil || fn.Signature().Recv() == nil || types.IsInterface(fn.Signature().Recv().Type()) {
		return of, nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return of, nil
	}
	if s := l.Info.Selections[sel]; s == nil || s.Kind() != types.MethodVal || len(s.Index()) != 1 {
		return of, nil
	}
	if of, ok = l.placeOf(sel.X); !ok {
		return of, nil
	}
	if _, isPointer := fn.Signature().Recv().Type().(*types.Pointer); !isPointer {
		return of, nil // of a copy
	}
	return of, l.firstOf(fn)
}

// firstOf finds the lock of its receiver that a method takes on every way before it can return or give it back.
func (l *holder) firstOf(fn *types.Func) *taken {
	if t, ok := l.first[fn]; ok || l.busy[fn] {
		return t
	}
	l.busy[fn] = true
	defer delete(l.busy, fn)
	cur, ok := l.Decls[fn]
	if !ok {
		return nil
	}
	decl := cur.Node().(*ast.FuncDecl)
	recv := fn.Signature().Recv()
	var out *taken
	for _, s := range decl.Body.List {
		stop := false
		code.Shallow(s, func(n ast.Node) bool {
			if stop || out != nil {
				return false
			}
			switch n := n.(type) {
			case *ast.DeferStmt, *ast.GoStmt:
				return false
			case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.BranchStmt, *ast.LabeledStmt:
				stop = true
			case *ast.BinaryExpr:
				stop = n.Op == token.LAND || n.Op == token.LOR
			case *ast.CallExpr:
				p, what := l.lockCall(n)
				switch {
				case what == "Lock" || what == "RLock":
					if p.root == recv {
						out = &taken{p.path, what, n.Pos()}
					}
				case what != "":
					stop = true
				default:
					if of, t := l.takes(n); t != nil && of.root == recv {
						out = &taken{of.path + t.path, t.what, n.Pos()}
					} else if t == nil && l.reaches(n, lockPlace{root: recv}) {
						stop = true // it may do anything
					}
				}
			}
			return !stop
		})
		if _, returns := s.(*ast.ReturnStmt); stop || out != nil || returns {
			break
		}
	}
	l.first[fn] = out
	return out
}
