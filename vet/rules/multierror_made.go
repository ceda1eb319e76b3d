// What an error may be made of: where joined errors come from, through variables and functions.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// several says what an error is made of.
type several struct {
	what  string     // "errors.Join", …
	first bool       // an errgroup's: one error of several
	alike bool       // several may be of one kind
	given bool       // by a function, or through one
	some  bool       // that function gives other errors too, as they are
	group *types.Var // the errgroup, where it is waited for here
}

// joinedFact marks functions whose last result may be such an error.
type joinedFact struct {
	What               string
	First, Alike, Some bool
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
				m.ExportObjectFact(fn, &joinedFact{j.what, j.first, j.alike, j.some})
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
	bare := false
	for cur := range fn.Preorder((*ast.ReturnStmt)(nil)) {
		if in, _ := code.FuncAround(cur); in != fn {
			continue
		}
		j, other := m.given(cur, ft)
		bare = bare || other
		if found == nil {
			found = j
		}
	}
	if found != nil && bare {
		other := *found
		other.some = true
		return &other
	}
	return found
}

// given tells what a return statement gives back for the error, by the result's name where it says nothing; other, that it is an error which is not joined.
func (m *multi) given(cur inspector.Cursor, ft *ast.FuncType) (j *several, other bool) {
	if ret := cur.Node().(*ast.ReturnStmt); len(ret.Results) > 0 {
		err := ret.Results[len(ret.Results)-1]
		j = m.of(cur, err, 0)
		return j, j == nil && !isNilIdent(m.Info, err)
	}
	fields := ft.Results.List
	names := fields[len(fields)-1].Names
	v, ok := m.Info.Defs[names[len(names)-1]].(*types.Var)
	if !ok {
		return nil, false
	}
	fn, _ := code.FuncAround(cur)
	steps, _ := m.flow(fn.Node()).Reaching(cur.Node(), func(step ast.Node) bool { return m.value(step, v) != nil })
	for _, step := range steps {
		rhs := m.value(step, v)
		at, ok := m.Root.FindNode(rhs)
		if !ok {
			continue
		}
		if of := m.of(at, rhs, 1); of != nil && j == nil {
			j = of
		} else if of == nil {
			other = other || !isNilIdent(m.Info, rhs)
		}
	}
	return j, other
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
	case isJoin(m.check, call) && m.givesFirst(call):
		return &several{what: "a pool that gives the first one", first: true, group: groupOf(m.check, call)}
	case isJoin(m.check, call):
		return &several{what: "a group", alike: true}
	case code.Is(fn, "go.uber.org/multierr", "Append"), code.Is(fn, "go.uber.org/multierr", "Combine"):
		_, looped := code.LoopAround(cur)
		return &several{what: "multierr", alike: looped || call.Ellipsis.IsValid()}
	case code.Is(fn, code.Conc+"/iter", "MapErr"), code.Is(fn, code.Conc+"/iter", "Mapper.MapErr"):
		return &several{what: "iter.MapErr", alike: true}
	case fn.Name() == "ErrorOrNil" && strings.HasSuffix(fn.Pkg().Path(), "hashicorp/go-multierror"):
		return &several{what: "go-multierror", alike: true}
	}
	if j := m.funcs[fn]; j != nil {
		// Whoever calls a function that calls a function that joins has mostly one error in hand.
		return &several{what: j.what, first: j.first, alike: j.alike && !j.given, given: true, some: j.some}
	}
	if fn.Pkg() != m.Pkg {
		var fact joinedFact
		if m.ImportObjectFact(fn, &fact) {
			return &several{what: fact.What, first: fact.First, given: true, some: fact.Some}
		}
	}
	return nil
}

// givesFirst tells whether a call waits for a pool of conc's that is told to give its first error as it is.
func (m *multi) givesFirst(call *ast.CallExpr) bool {
	told := func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "WithFirstError"
	}
	g := groupOf(m.check, call)
	return code.Has(call, told) || g != nil && (slices.ContainsFunc(m.Origins(g), func(e ast.Expr) bool { return code.Has(e, told) }) ||
		slices.ContainsFunc(m.Uses[g], func(use inspector.Cursor) bool { return told(use.Parent().Node()) }))
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
		if code.IsCall(m.Info, e, "github.com/pkg/errors", "Cause") { // which goes by Unwrap() error alone
			return m.of(at, e.Args[0], depth+1)
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
		if start && !inFn && v.Kind() == types.ResultVar { // what the function returns
			return m.deferredFor(fn, v)
		}
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
		if inFn {
			return m.fromLiterals(cur, fn, v, steps, depth)
		}
	}
	return nil
}

// deferredFor tells what a named result may be in a literal: what the function returns, if that defers the literal, and no other literal sets it.
func (m *multi) deferredFor(lit inspector.Cursor, v *types.Var) *several {
	if of, ok := m.deferrer(lit, v); ok {
		return m.returns(of)
	}
	return nil
}

// deferrer gives the function that a named result is of, if it defers the literal, and no other literal sets the result.
func (m *multi) deferrer(lit inspector.Cursor, v *types.Var) (of inspector.Cursor, ok bool) {
	of, ok = m.DeclaredIn(v)
	d := lit.Parent().Parent()
	if _, deferred := d.Node().(*ast.DeferStmt); !ok || !deferred {
		return of, false
	}
	in, _ := code.FuncAround(d)
	return of, in == of && !slices.ContainsFunc(m.Uses[v], func(use inspector.Cursor) bool {
		in, _ := code.FuncAround(use)
		return m.UseOf(use) == code.Assigned && in != of && in != lit
	})
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
