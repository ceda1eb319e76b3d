// Loops that store one result for each item are braid.Map:
//
//	out := make([]T, len(items))
//	for i, item := range items { a task that ends with out[i] = … }
//	the join

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// mapping is a loop that is a Map.
type mapping struct {
	made     ast.Stmt   // out := make([]T, len(items))
	out      *types.Var // the results
	elem     ast.Expr   // T
	items    ast.Expr
	index    *types.Var
	item     *types.Var // nil if it has no name
	itemName string
	itemType string
	value    *value // what the task stores
}

// toMap gives the edits that make the group a braid.Map, if it is one.
func (g *group) toMap() ([]analysis.TextEdit, bool) {
	m := g.mapping()
	if m == nil || !g.file.Since("go1.22") || g.kind == concCtx || g.recovers() {
		return nil, false
	}
	place := g.place()
	braid, imports1, ok1 := g.file.Import(code.Braid, "braid", place)
	context, imports2, ok2 := g.file.Import("context", "context", place)
	if !ok1 || !ok2 || !g.file.Universe(place, "nil", "error") {
		return nil, false
	}
	outer, ctx, why := g.contexts(context)
	if why != "" {
		return nil, false
	}
	t := g.tasks[0]
	if g.kind == ctxGroup && !g.f.mentions(t.lit.Body, g.ctx) {
		return nil, false
	}
	if ctx == "" {
		ctx = "_"
	}
	elem := g.file.Text(m.elem)
	var opts []string
	if g.limit != "" {
		opts = append(opts, braid+".Limit("+g.limit+")")
	}

	if m.out.Name() == "_" {
		return nil, false
	}
	head, tail, ok := g.handOver([]*types.Var{m.out})
	if !ok || !g.read(m.out) || !g.file.SameText(elem, m.made.Pos(), place) || !g.file.SameText(g.limit, place, g.list[g.join].Pos()) {
		return nil, false
	}
	ctxAgain, ok1 := g.f.again(t.lit, g.ctx)
	itemAgain, ok2 := g.f.again(t.lit, m.item)
	if !ok1 || !ok2 {
		return nil, false
	}
	body, ok := g.returning(t, m.value, g.f.Info.TypeOf(m.elem), elem)
	if !ok {
		return nil, false
	}
	out := append(imports1, imports2...)
	for _, s := range g.delete {
		if !code.Within(s, g.list[g.first]) {
			out = append(out, g.file.Delete(s))
		}
	}
	out = append(out, slices.Concat(ctxAgain, itemAgain, body)...)
	return append(out,
		g.file.Delete(m.made),
		g.file.Delete(g.list[g.made]),
		edit.Replace(place, t.lit.Body.Lbrace, "%s%s := %s.Map(%s, %s, func(%s %s.Context, %s %s) (%s, error) ",
			g.file.Comments(place, t.lit.Body.Lbrace)+g.file.Comments(t.lit.Body.Rbrace, g.joinEnd()), head, braid, outer, g.file.Text(m.items), ctx, context, m.itemName, m.itemType, elem),
		edit.Replace(t.lit.Body.Rbrace+1, g.joinEnd(), "%s)%s", strings.Join(append([]string{""}, opts...), ", "), tail)), true
}

// handOver gives the variables for the results and the error, and what becomes of the join: the results are
// zero when there is an error, and nobody may look at them then.
func (g *group) handOver(results []*types.Var) (head, tail string, ok bool) {
	var names []string
	for _, v := range results {
		names = append(names, v.Name())
	}
	head = strings.Join(names, ", ") + ", "
	switch s := g.list[g.join].(type) {
	case *ast.ExprStmt:
		return head + "_", "", !g.kind.errors()
	case *ast.IfStmt:
		if g.kind != ctxGroup || s.Else != nil || len(s.Body.List) == 0 || g.errorUses() != "" || !g.anyError(s) {
			return "", "", false
		}
		for _, v := range results {
			if g.f.mentions(s, v) {
				return "", "", false
			}
		}
		if _, ok := s.Body.List[len(s.Body.List)-1].(*ast.ReturnStmt); !ok {
			return "", "", false
		}
		init := s.Init.(*ast.AssignStmt)
		name, ok := init.Lhs[0].(*ast.Ident)
		if !ok || init.Tok != token.DEFINE || name.Name == "_" || g.f.pass.Pkg.Scope().Innermost(g.place()).Lookup(name.Name) != nil || g.nameAfter(name.Name) {
			return "", "", false
		}
		return head + name.Name, "\nif " + g.file.Between(s.Cond.Pos(), s.Cond.End()) + " ", true
	}
	return "", "", false
}

// anyError tells whether the condition behind the join is err != nil, and no more: the results of a group that has an error are zero.
func (g *group) anyError(s *ast.IfStmt) bool {
	cond, ok := ast.Unparen(s.Cond).(*ast.BinaryExpr)
	return ok && cond.Op == token.NEQ && g.f.Info.Types[cond.Y].IsNil() &&
		code.Var(g.f.Info, cond.X) == code.Var(g.f.Info, s.Init.(*ast.AssignStmt).Lhs[0])
}

// read tells whether something is done with a variable after the join, which would be declared there, and not used.
func (g *group) read(v *types.Var) bool {
	for _, use := range g.f.Uses[v] {
		if use.Node().Pos() >= g.joinEnd() && g.f.UseOf(use) != code.Assigned {
			return true
		}
	}
	return false
}

// joinEnd is where the part of the join ends that handOver puts in other words.
func (g *group) joinEnd() token.Pos {
	if s, ok := g.list[g.join].(*ast.IfStmt); ok {
		return s.Body.Pos()
	}
	return g.list[g.join].End()
}

// mapping takes the group's one loop apart.
func (g *group) mapping() *mapping {
	if len(g.tasks) != 1 || g.tasks[0].lit == nil {
		return nil
	}
	first := g.first
	for first < g.join && slices.Contains(g.delete, g.list[first]) {
		first++
	}
	loop, ok := g.list[first].(*ast.RangeStmt)
	if !ok || first != g.join-1 || loop.Tok != token.DEFINE || loop.Key == nil || loop.Value == nil {
		return nil
	}
	items, ok := loop.X.(*ast.Ident)
	if !ok || !g.f.stableVar(items) {
		return nil
	}
	slice, ok := g.f.Info.TypeOf(items).(*types.Slice)
	if !ok {
		return nil
	}
	for _, s := range loop.Body.List {
		if s != g.tasks[0].stmt && !slices.Contains(g.delete, s) {
			return nil
		}
	}
	g.first = first
	key, item := loop.Key.(*ast.Ident), loop.Value.(*ast.Ident)
	index, _ := g.f.Info.Defs[key].(*types.Var)
	t := g.tasks[0]
	value := g.valueOf(t)
	if index == nil || value == nil || value.both {
		return nil
	}
	at, ok := value.to.(*ast.IndexExpr)
	if !ok || code.Var(g.f.Info, at.Index) != index {
		return nil
	}
	out, _ := g.f.Info.Uses[identOf(at.X)].(*types.Var)
	itemVar, _ := g.f.Info.Defs[item].(*types.Var)
	m := &mapping{out: out, item: itemVar, items: items, index: index, itemName: item.Name, value: value}
	if out == nil || len(g.f.Uses[index]) != 1 || !g.resultMade(m, items.Name) {
		return nil
	}
	if m.itemType, ok = g.typeText(slice.Elem()); !ok {
		return nil
	}
	// Between the making of the results and the join, only the task knows them.
	for _, use := range g.f.Uses[out] {
		if pos := use.Node().Pos(); pos < join(g).End() && !code.Within(use.Node(), at) {
			return nil
		}
	}
	return m
}

func join(g *group) ast.Stmt { return g.list[g.join] }

func identOf(e ast.Expr) *ast.Ident {
	id, _ := e.(*ast.Ident)
	return id
}

func (f *finder) stableVar(id *ast.Ident) bool {
	v, _ := f.Info.Uses[id].(*types.Var)
	return v != nil && f.stable(v)
}

// resultMade finds out := make([]T, len(items)) in the same list.
func (g *group) resultMade(m *mapping, items string) bool {
	for _, s := range g.list[:g.first] {
		as, ok := s.(*ast.AssignStmt)
		if !ok || as.Tok != token.DEFINE || len(as.Lhs) != 1 || len(as.Rhs) != 1 || g.f.Info.Defs[as.Lhs[0].(*ast.Ident)] != types.Object(m.out) {
			continue
		}
		call, ok := as.Rhs[0].(*ast.CallExpr)
		if !ok || g.f.Builtin(call) != "make" || len(call.Args) != 2 || g.file.Text(call.Args[1]) != "len("+items+")" {
			return false
		}
		typ, ok := call.Args[0].(*ast.ArrayType)
		if !ok || typ.Len != nil {
			return false
		}
		m.made, m.elem = s, typ.Elt
		return true
	}
	return false
}

// nameAfter tells whether a name is declared or used after the join in the same list.
func (g *group) nameAfter(name string) bool {
	found := false
	for _, s := range g.list[g.join+1:] {
		ast.Inspect(s, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				found = true
			}
			return true
		})
	}
	return found
}
