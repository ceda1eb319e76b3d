// An error that is several, handled as if it were one.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// MultiError finds joined errors, and errors of groups, that are looked at as one.
var MultiError = register(&Rule{
	Name:  "multierror",
	Title: "several errors are handled as one",
	Why: "What `errors.Join`, `fmt.Errorf` with several `%w`, and the join of a group return is a tree. It equals none of its errors, has the type of none, " +
		"and `errors.Unwrap` of it is nil. `errors.Is` and `errors.As` find the first that matches and say nothing of the others: to take an error for a mere cancellation because " +
		"`errors.Is(err, context.Canceled)` drops what failed besides. The first error of an errgroup is one error, but wrapped as its task likes.",
	Wrong: `
func check(read, write error) string {
	err := errors.Join(read, write)
	if err == io.EOF {
		return "end"
	}
	return "failed"
}
`,
	Right: `
func check(read, write error) string {
	err := errors.Join(read, write)
	if errors.Is(err, io.EOF) {
		return "end"
	}
	return "failed"
}
`,
	Exempt: "Comparison with nil; assertions to the joined type itself or to an interface with `Unwrap() []error`; `errors.As` where the joined errors come from different calls, so that at most one is likely to match, unless two of them are of functions in sight that return the type which it looks for; the first of several where it is asked how many there are, or the others are looked at too; " +
		"`errors.Is(err, context.Canceled)` where the error is still used in the branch or behind it, or a comment says why it is ignored, of what rounds have gathered one that says why the others are; `errors.Is` with another error where one of those that are joined was declared or handed in, and so says of what kind the whole is, or where the first round that succeeds is the last; os.IsNotExist, and functions that ask, where the error may also be a single one; its type in a log; an error that comes from a function which gives others too, as they are; an errgroup's error that comes through a function, or is compared with what a task in sight returns as it is, or asserted to the type that all tasks return.",
	Shapes: []Shape{
		{Name: "compare", Severity: Error, What: "compared by ==, != or switch with one error, or looked up in a map or a list of errors that packages declare, here or by a function of the package that does nothing else with it"},
		{Name: "os", Severity: Error, What: "os.IsNotExist and its like, which look into no join, here or by such a function"},
		{Name: "type", Severity: Error, What: "a type switch or assertion, here or by such a function, or its type is asked for by %T or reflect.TypeOf"},
		{Name: "unwrap", Severity: Error, What: "errors.Unwrap, which gives nil"},
		{Name: "as", Severity: Warning, What: "errors.As where several may match: it finds one"},
		{Name: "canceled", Severity: Error, What: "errors.Is(err, context.Canceled), or a function of the package that asks so, decides for all of them, and the rest is dropped"},
		{Name: "sentinel", Severity: Warning, What: "the same for another error, where what calls gave, or the rounds of a loop, is joined in sight and nil is returned, or set in its place by a deferred function"},
		{Name: "head", Severity: Warning, What: "the first of several errors is returned in place of all"},
	},
}, func(c *check) {
	m := &multi{check: c, flows: map[ast.Node]*code.Flow{}, funcs: map[*types.Func]*several{}}
	if !m.sources() {
		return
	}
	for cur := range c.Root.Preorder((*ast.BinaryExpr)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeAssertExpr)(nil), (*ast.CallExpr)(nil), (*ast.IndexExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.BinaryExpr:
			m.compare(cur, n)
		case *ast.SwitchStmt:
			m.switched(cur, n)
		case *ast.TypeAssertExpr:
			m.assert(cur, n)
		case *ast.CallExpr:
			m.call(cur, n)
		case *ast.IndexExpr:
			m.firstOf(cur, n)
			m.keyOf(cur, n)
		}
	}
})

func nilExpr(info *types.Info, e ast.Expr) bool {
	tv, ok := info.Types[ast.Unparen(e)]
	return ok && tv.IsNil()
}

func (m *multi) compare(cur inspector.Cursor, n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ || nilExpr(m.Info, n.X) || nilExpr(m.Info, n.Y) {
		return
	}
	for i, side := range []ast.Expr{n.X, n.Y} {
		if !code.IsError(m.Info.TypeOf(side)) {
			continue
		}
		if j := m.of(cur, side, 0); j != nil {
			if j.some {
				return
			}
			other := []ast.Expr{n.Y, n.X}[i]
			if j.first && (j.given || m.givesBare(j.group, other)) {
				return
			}
			m.report(n, "compare", m.compared(j))
			return
		}
	}
}

// givesBare tells whether a task of an errgroup, in sight, returns an error as it is.
func (m *multi) givesBare(g *types.Var, err ast.Expr) bool {
	obj := code.Var(m.Info, err)
	for _, t := range m.Tasks {
		if t.Lit == nil || t.Owner == nil || obj == nil || g == nil || code.Var(m.Info, t.Owner) != g {
			continue
		}
		if code.Has(t.Lit.Body, func(n ast.Node) bool {
			ret, ok := n.(*ast.ReturnStmt)
			return ok && len(ret.Results) > 0 && code.Var(m.Info, ret.Results[len(ret.Results)-1]) == obj
		}) {
			return true
		}
	}
	return false
}

// allGive tells whether all tasks of an errgroup are in sight, and what they return is of a type, or nil.
func (m *multi) allGive(g *types.Var, t types.Type) bool {
	tasks := 0
	for _, task := range m.Tasks {
		if task.Owner == nil || g == nil || code.Var(m.Info, task.Owner) != g {
			continue
		}
		if task.Lit == nil {
			return false
		}
		all := true
		code.Shallow(task.Lit.Body, func(n ast.Node) bool {
			if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
				all = all && (isNilIdent(m.Info, ret.Results[0]) || types.AssignableTo(m.Info.TypeOf(ret.Results[0]), t))
			}
			return all
		})
		if !all {
			return false
		}
		tasks++
	}
	return tasks > 0 && !m.Escapes(g)
}

func (m *multi) compared(j *several) string {
	if j.first {
		return "the error of " + j.what + " is compared as it is, and a task may have wrapped it: use errors.Is"
	}
	return "the error of " + j.what + " may be several, and equals none of them: use errors.Is, or braid.Split to take it apart"
}

func (m *multi) switched(cur inspector.Cursor, n *ast.SwitchStmt) {
	if n.Tag == nil || !code.IsError(m.Info.TypeOf(n.Tag)) {
		return
	}
	named := false
	for _, s := range n.Body.List {
		for _, e := range s.(*ast.CaseClause).List {
			named = named || !nilExpr(m.Info, e)
		}
	}
	if !named {
		return
	}
	tag, ok := m.Root.FindNode(n.Tag)
	if !ok {
		return
	}
	if j := m.of(tag, n.Tag, 0); j != nil && !(j.first && j.given) && !j.some {
		m.report(n.Tag, "compare", m.compared(j))
	}
}

func (m *multi) assert(cur inspector.Cursor, n *ast.TypeAssertExpr) {
	if !code.IsError(m.Info.TypeOf(n.X)) {
		return
	}
	if n.Type != nil && unwrapsMany(m.Info.TypeOf(n.Type)) {
		return
	}
	if n.Type == nil { // of a type switch
		for c := range cur.Enclosing((*ast.TypeSwitchStmt)(nil)) {
			for _, s := range c.Node().(*ast.TypeSwitchStmt).Body.List {
				for _, e := range s.(*ast.CaseClause).List {
					if t := m.Info.TypeOf(e); t != nil && unwrapsMany(t) {
						return
					}
				}
			}
			break
		}
	}
	if m.askedBefore(cur, n) {
		return
	}
	switch j := m.of(cur, n.X, 0); {
	case j == nil, j.first && j.given, j.some:
	case j.first && n.Type != nil && m.allGive(j.group, m.Info.TypeOf(n.Type)):
	case j.first:
		m.report(n, "type", "the error of "+j.what+" is asserted as it is, and a task may have wrapped it: use errors.As")
	default:
		m.report(n, "type", "the error of "+j.what+" may be several, and has the type of none of them: use errors.As, or braid.Catch to handle each kind")
	}
}

// askedBefore tells whether a function has been asked what the error is, before this: IsErrX(err), and then err.(X).
func (m *multi) askedBefore(cur inspector.Cursor, n *ast.TypeAssertExpr) (asked bool) {
	v := code.Var(m.Info, n.X)
	if v == nil || n.Type == nil {
		return false
	}
	for _, use := range m.Uses[v] {
		call, ok := use.Parent().Node().(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || call.Args[0] != use.Node() || call.Pos() > n.Pos() || !isBool(m.Info.TypeOf(call)) {
			continue
		}
		for up := range use.Enclosing((*ast.IfStmt)(nil)) {
			s := up.Node().(*ast.IfStmt)
			if code.Within(call, s.Cond) { // in the branch, or behind a branch that leaves if it is not that
				asked = asked || code.Within(n, s) || notThen(s.Cond, call) && endsIn[*ast.ReturnStmt](s.Body.List)
			}
		}
	}
	return asked
}

// notThen tells whether a condition is that a call says no.
func notThen(cond ast.Expr, call *ast.CallExpr) bool {
	u, ok := ast.Unparen(cond).(*ast.UnaryExpr)
	return ok && u.Op == token.NOT && ast.Unparen(u.X) == ast.Expr(call)
}

func isBool(t types.Type) bool {
	b, ok := under(t).(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

func unwrapsMany(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Unwrap")
	fn, ok := obj.(*types.Func)
	if ok {
		results := fn.Signature().Results()
		if results.Len() != 1 {
			return false
		}
		_, ok = results.At(0).Type().Underlying().(*types.Slice)
		return ok
	}
	obj, _, _ = types.LookupFieldOrMethod(t, true, nil, "WrappedErrors")
	return obj != nil
}

func (m *multi) call(cur inspector.Cursor, call *ast.CallExpr) {
	m.askedBy(cur, call)
	fn := code.Callee(m.Info, call)
	if fn == nil || fn.Pkg() == nil || len(call.Args) == 0 {
		return
	}
	switch fn.Pkg().Path() {
	case "os":
		m.osAsks(cur, call, fn)
	case "slices":
		m.looksUp(cur, call, fn)
	case "fmt", "reflect":
		m.typeAsked(cur, call, fn)
	}
	if targets := m.askedFor(call, fn); len(targets) > 0 {
		m.oneForAll(cur, call, targets)
	}
	if fn.Pkg().Path() != "errors" {
		return
	}
	switch fn.Name() {
	case "Unwrap":
		if j := m.of(cur, call.Args[0], 0); j != nil && !j.first && !j.some {
			m.report(call, "unwrap", "errors.Unwrap of the error of "+j.what+" is nil when it is several: use errors.Is and errors.As, or braid.Leaves")
		}
	case "As", "AsType":
		if j := m.of(cur, call.Args[0], 0); j != nil && !j.first && !j.some && m.usesTarget(cur, call) && !m.asksForMany(call) && !m.returnsWhole(cur, call.Args[0]) && (j.alike || m.ofOneKind(cur, call)) {
			m.report(call, "as", "errors.As finds one of the errors of "+j.what+", and several may match: braid.Catch with braid.On gives all of them")
		}
	}
}

// saysWhyAround tells whether a comment in the if around a place says that the error is ignored on purpose.
func (m *multi) saysWhyAround(cur inspector.Cursor) bool {
	for up := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.CaseClause)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		if _, body := code.FuncParts(up.Node()); body != nil {
			return false
		}
		return m.saysWhy(up.Node())
	}
	return false
}

// usesTarget tells whether what errors.As has found is looked at.
func (m *multi) usesTarget(cur inspector.Cursor, call *ast.CallExpr) bool {
	if len(call.Args) < 2 {
		return true // AsType gives it
	}
	v := code.Var(m.Info, call.Args[1])
	if v == nil {
		return false
	}
	for _, use := range m.Uses[v] {
		if !code.Within(use.Node(), call) {
			return true
		}
	}
	return false
}

func isCancellation(info *types.Info, e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	obj := info.Uses[sel.Sel]
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "context" && (obj.Name() == "Canceled" || obj.Name() == "DeadlineExceeded")
}
