// An error that is several, handled as if it were one.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
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
	Exempt: "Comparison with nil; assertions to the joined type itself or to an interface with `Unwrap() []error`; `errors.As` where the joined errors come from different calls, so that at most one is likely to match; " +
		"`errors.Is(err, context.Canceled)` whose branch still uses the error.",
	Shapes: []Shape{
		{Name: "compare", Severity: Error, What: "compared by ==, != or switch with one error"},
		{Name: "type", Severity: Error, What: "a type switch or assertion"},
		{Name: "unwrap", Severity: Error, What: "errors.Unwrap, which gives nil"},
		{Name: "as", Severity: Warning, What: "errors.As where several may match: it finds one"},
		{Name: "canceled", Severity: Error, What: "errors.Is(err, context.Canceled) decides for all of them, and the rest is dropped"},
	},
}, func(c *check) {
	m := &multi{check: c, flows: map[ast.Node]*code.Flow{}, funcs: map[*types.Func]*several{}}
	if !m.sources() {
		return
	}
	for cur := range c.Root.Preorder((*ast.BinaryExpr)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeAssertExpr)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.BinaryExpr:
			m.compare(cur, n)
		case *ast.SwitchStmt:
			m.switched(cur, n)
		case *ast.TypeAssertExpr:
			m.assert(cur, n)
		case *ast.CallExpr:
			m.call(cur, n)
		}
	}
})

// several says what an error is made of.
type several struct {
	what  string     // "errors.Join", …
	first bool       // an errgroup's: one error of several
	alike bool       // several may be of one kind
	given bool       // by a function, or through one
	group *types.Var // the errgroup, where it is waited for here
}

// joinedFact marks functions whose last result may be such an error.
type joinedFact struct {
	What         string
	First, Alike bool
}

func (*joinedFact) AFact()           {}
func (f *joinedFact) String() string { return "returns " + f.What }

func init() { MultiError.Analyzer.FactTypes = []analysis.Fact{new(joinedFact)} }

type multi struct {
	*check
	flows map[ast.Node]*code.Flow
	funcs map[*types.Func]*several
}

// sources finds the functions of the package that return such errors, and tells whether there is any.
func (m *multi) sources() bool {
	found := false
	callers := map[*types.Func]bool{}
	for cur := range m.Root.Preorder((*ast.CallExpr)(nil)) {
		if m.direct(cur, cur.Node().(*ast.CallExpr)) == nil {
			continue
		}
		found = true
		if decl, _ := code.DeclAround(cur); decl != nil {
			if fn, ok := m.Info.Defs[decl.Name].(*types.Func); ok {
				callers[fn] = true
			}
		}
	}
	if !found {
		return false
	}
	for range 3 {
		before := len(m.funcs)
		for fn := range callers {
			if m.funcs[fn] != nil {
				continue
			}
			cur, ok := m.Decls[fn]
			if !ok {
				continue
			}
			if j := m.returns(cur); j != nil {
				m.funcs[fn] = j
				m.ExportObjectFact(fn, &joinedFact{j.what, j.first, j.alike})
			}
		}
		if len(m.funcs) == before {
			break
		}
		for cur := range m.Root.Preorder((*ast.CallExpr)(nil)) {
			if fn := code.Callee(m.Info, cur.Node().(*ast.CallExpr)); fn != nil && m.funcs[fn] != nil {
				if decl, _ := code.DeclAround(cur); decl != nil {
					if caller, ok := m.Info.Defs[decl.Name].(*types.Func); ok {
						callers[caller] = true
					}
				}
			}
		}
	}
	return true
}

func (m *multi) returns(fn inspector.Cursor) *several {
	ft, _ := code.FuncParts(fn.Node())
	if code.ErrResult(m.Info, ft) < 0 {
		return nil
	}
	var found *several
	for cur := range fn.Preorder((*ast.ReturnStmt)(nil)) {
		ret := cur.Node().(*ast.ReturnStmt)
		if in, _ := code.FuncAround(cur); in != fn || len(ret.Results) == 0 || found != nil {
			continue
		}
		found = m.of(cur, ret.Results[len(ret.Results)-1], 0)
	}
	return found
}

// direct tells what a call returns.
func (m *multi) direct(cur inspector.Cursor, call *ast.CallExpr) *several {
	fn := code.Callee(m.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return nil
	}
	switch {
	case code.Is(fn, "errors", "Join"):
		_, looped := code.LoopAround(cur)
		alike := call.Ellipsis.IsValid() || looped || sameCalls(m.Info, call.Args)
		if !call.Ellipsis.IsValid() && len(call.Args) < 2 {
			return nil
		}
		return &several{what: "errors.Join", alike: alike}
	case code.Is(fn, "fmt", "Errorf"):
		if len(call.Args) > 2 {
			if tv := m.Info.Types[call.Args[0]]; tv.Value != nil && strings.Count(tv.Value.ExactString(), "%w") > 1 {
				return &several{what: "fmt.Errorf"}
			}
		}
		return nil
	case code.Is(fn, code.Errgroup, "Group.Wait"):
		return &several{what: "an errgroup", first: true, group: groupOf(m.check, call)}
	case isJoin(m.check, call):
		return &several{what: "a group", alike: true}
	case code.Is(fn, "go.uber.org/multierr", "Append"), code.Is(fn, "go.uber.org/multierr", "Combine"):
		_, looped := code.LoopAround(cur)
		return &several{what: "multierr", alike: looped || call.Ellipsis.IsValid()}
	case fn.Name() == "ErrorOrNil" && strings.HasSuffix(fn.Pkg().Path(), "hashicorp/go-multierror"):
		return &several{what: "go-multierror", alike: true}
	}
	if j := m.funcs[fn]; j != nil {
		// Whoever calls a function that calls a function that joins has mostly one error in hand.
		return &several{what: j.what, first: j.first, alike: j.alike && !j.given, given: true}
	}
	if fn.Pkg() != m.Pkg {
		var fact joinedFact
		if m.ImportObjectFact(fn, &fact) {
			return &several{what: fact.What, first: fact.First, given: true}
		}
	}
	return nil
}

// sameCalls tells whether two of the arguments are calls of the same function, or
// variables that come from such.
func sameCalls(info *types.Info, args []ast.Expr) bool {
	seen := map[types.Object]bool{}
	for _, arg := range args {
		call, ok := ast.Unparen(arg).(*ast.CallExpr)
		if !ok {
			continue
		}
		fn := code.Callee(info, call)
		if fn == nil {
			continue
		}
		if seen[fn] {
			return true
		}
		seen[fn] = true
	}
	return false
}

// of tells what an expression of type error may be at a place.
func (m *multi) of(cur inspector.Cursor, e ast.Expr, depth int) *several {
	if depth > 4 {
		return nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		at, ok := m.Root.FindNode(e)
		if !ok {
			return nil
		}
		return m.direct(at, e)
	case *ast.Ident:
		v, ok := m.Info.Uses[e].(*types.Var)
		if !ok || !code.IsLocal(v) || !code.IsError(v.Type()) {
			return nil
		}
		fn, ok := code.FuncAround(cur)
		if !ok {
			return nil
		}
		inFn := fn.Node().Pos() <= v.Pos() && v.Pos() < fn.Node().End()
		steps, start := m.flow(fn.Node()).Reaching(cur.Node(), func(step ast.Node) bool { return m.value(step, v) != nil })
		if start && !inFn { // as it comes into a literal
			var last *several
			for _, o := range m.Origins(v) {
				at, ok := m.Root.FindNode(o)
				if !ok {
					return nil
				}
				if last = m.of(at, o, depth+1); last == nil {
					return nil
				}
			}
			return last
		}
		for _, step := range steps {
			rhs := m.value(step, v)
			at, ok := m.Root.FindNode(rhs)
			if !ok {
				continue
			}
			if j := m.of(at, rhs, depth+1); j != nil {
				return j
			}
		}
	}
	return nil
}

func (m *multi) flow(fn ast.Node) *code.Flow {
	if _, ok := m.flows[fn]; !ok {
		m.flows[fn] = code.FlowOf(m.cfgs, fn)
	}
	return m.flows[fn]
}

// value gives what a step assigns to the variable, or nil.
func (m *multi) value(step ast.Node, v *types.Var) (rhs ast.Expr) {
	code.Shallow(step, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && m.Info.ObjectOf(id) == types.Object(v) {
					if len(n.Lhs) == len(n.Rhs) {
						rhs = n.Rhs[i]
					} else if i == len(n.Lhs)-1 {
						rhs = n.Rhs[0]
					} else {
						rhs = l
					}
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if m.Info.Defs[id] == types.Object(v) {
					switch {
					case len(n.Values) == len(n.Names):
						rhs = n.Values[i]
					case len(n.Values) == 1 && i == len(n.Names)-1:
						rhs = n.Values[0]
					default:
						rhs = id
					}
				}
			}
		}
		return true
	})
	return rhs
}

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
			if j.first && (j.given || m.givesBare(j.group, []ast.Expr{n.Y, n.X}[i])) {
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

func (m *multi) compared(j *several) string {
	if j.first {
		return "the error of an errgroup is compared as it is, and a task may have wrapped it: use errors.Is"
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
	if j := m.of(tag, n.Tag, 0); j != nil && !(j.first && j.given) {
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
	case j == nil, j.first && j.given:
	case j.first:
		m.report(n, "type", "the error of an errgroup is asserted as it is, and a task may have wrapped it: use errors.As")
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
		_, ok = fn.Signature().Results().At(0).Type().Underlying().(*types.Slice)
		return ok
	}
	obj, _, _ = types.LookupFieldOrMethod(t, true, nil, "WrappedErrors")
	return obj != nil
}

func (m *multi) call(cur inspector.Cursor, call *ast.CallExpr) {
	fn := code.Callee(m.Info, call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "errors" || len(call.Args) == 0 {
		return
	}
	switch fn.Name() {
	case "Unwrap":
		if j := m.of(cur, call.Args[0], 0); j != nil && !j.first {
			m.report(call, "unwrap", "errors.Unwrap of the error of "+j.what+" is nil when it is several: use errors.Is and errors.As, or braid.Leaves")
		}
	case "As", "AsType":
		if j := m.of(cur, call.Args[0], 0); j != nil && j.alike && !j.first && m.usesTarget(cur, call) {
			m.report(call, "as", "errors.As finds one of the errors of "+j.what+", and several may match: braid.Catch with braid.On gives all of them")
		}
	case "Is":
		if len(call.Args) == 2 && isCancellation(m.Info, call.Args[1]) && m.drops(cur, call.Args[0]) {
			if j := m.of(cur, call.Args[0], 0); j != nil && !j.first {
				m.report(call, "canceled", "errors.Is is true of the error of "+j.what+" if any one of them is a cancellation: what failed besides is dropped; take the cancellations out with braid.Split")
			}
		}
	}
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

// drops tells whether an if statement whose condition has the call, or a case of a switch
// without tag, drops the error: the branch for which it is true, or what follows where it
// guards a return, does not use it.
func (m *multi) drops(cur inspector.Cursor, err ast.Expr) bool {
	not := false
	for c := cur; ; c = c.Parent() {
		switch kind, _ := c.ParentEdge(); kind {
		case edge.ParenExpr_X, edge.BinaryExpr_X, edge.BinaryExpr_Y:
		case edge.UnaryExpr_X:
			not = !not
		case edge.IfStmt_Cond:
			branch := c.Parent().Node().(*ast.IfStmt)
			if not {
				return branch.Else == nil || !m.mentions(branch.Else, err)
			}
			return !m.mentions(branch.Body, err)
		case edge.CaseClause_List:
			clause := c.Parent()
			if clause.Parent().Parent().Node().(*ast.SwitchStmt).Tag != nil || not {
				return false
			}
			return !slices.ContainsFunc(clause.Node().(*ast.CaseClause).Body, func(s ast.Stmt) bool { return m.mentions(s, err) })
		default:
			return false
		}
	}
}

// mentions tells whether a statement has the error in it other than to set it to nil.
func (m *multi) mentions(n ast.Node, err ast.Expr) (found bool) {
	v := code.Var(m.Info, err)
	ast.Inspect(n, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok && as.Tok == token.ASSIGN && len(as.Lhs) == 1 && len(as.Rhs) == 1 && code.Var(m.Info, as.Lhs[0]) == v && nilExpr(m.Info, as.Rhs[0]) {
			return false
		}
		if id, ok := n.(*ast.Ident); ok && v != nil && m.Info.Uses[id] == types.Object(v) {
			found = true
		}
		return !found
	})
	return found
}
