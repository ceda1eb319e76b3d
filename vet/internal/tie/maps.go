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
	itemName string
	itemType string
	body     []ast.Stmt // of the task, without Done and without what stores the result
	result   string     // source text of what is stored
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

	// The join, and what becomes of its error.
	join := g.list[g.join]
	var head, tail string
	switch s := join.(type) {
	case *ast.ExprStmt:
		if g.kind.errors() {
			return nil, false
		}
		head = m.out.Name() + ", _ := "
	case *ast.IfStmt:
		// The results are nil then: nobody may look at them.
		if g.kind != ctxGroup || s.Else != nil || len(s.Body.List) == 0 || g.f.mentions(s, m.out) || g.errorUses() != "" {
			return nil, false
		}
		if _, ok := s.Body.List[len(s.Body.List)-1].(*ast.ReturnStmt); !ok {
			return nil, false
		}
		name := s.Init.(*ast.AssignStmt).Lhs[0].(*ast.Ident)
		if s.Init.(*ast.AssignStmt).Tok != token.DEFINE || g.f.pass.Pkg.Scope().Innermost(place).Lookup(name.Name) != nil || g.nameAfter(name.Name) {
			return nil, false
		}
		head = m.out.Name() + ", " + name.Name + " := "
		tail = "\nif " + g.file.Between(s.Cond.Pos(), s.Cond.End()) + " "
	default:
		return nil, false
	}

	var b strings.Builder
	b.WriteString(head + braid + ".Map(" + outer + ", " + g.file.Text(m.items) + ", func(" + ctx + " " + context + ".Context, " + m.itemName + " " + m.itemType + ") (" + elem + ", error) {\n")
	if !g.taskText(&b, m, t, elem) {
		return nil, false
	}
	b.WriteString("return " + m.result + ", nil\n}" + strings.Join(append([]string{""}, opts...), ", ") + ")" + tail)

	end := join.End()
	if s, ok := join.(*ast.IfStmt); ok {
		end = s.Body.Pos()
	}
	out := append(imports1, imports2...)
	for _, s := range g.delete {
		if !code.Within(s, g.list[g.first]) {
			out = append(out, g.file.Delete(s))
		}
	}
	return append(out,
		g.file.Delete(m.made),
		g.file.Delete(g.list[g.made]),
		edit.Replace(place, end, "%s", b.String())), true
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
	body := slices.Clone(t.lit.Body.List)
	if t.done != nil {
		body = slices.DeleteFunc(body, func(s ast.Stmt) bool { return s == t.done })
	}
	if g.kind.errors() {
		if len(body) == 0 {
			return nil
		}
		last, ok := body[len(body)-1].(*ast.ReturnStmt)
		if !ok || len(last.Results) != 1 || !g.f.Info.Types[last.Results[0]].IsNil() {
			return nil
		}
		body = body[:len(body)-1]
	}
	if index == nil || len(body) == 0 || t.bare && len(t.call.Args) > 0 {
		return nil
	}
	store, ok := body[len(body)-1].(*ast.AssignStmt)
	if !ok || store.Tok != token.ASSIGN || len(store.Lhs) != 1 || len(store.Rhs) != 1 {
		return nil
	}
	at, ok := store.Lhs[0].(*ast.IndexExpr)
	if !ok || code.Var(g.f.Info, at.Index) != index {
		return nil
	}
	out, _ := g.f.Info.Uses[identOf(at.X)].(*types.Var)
	m := &mapping{out: out, items: items, index: index, itemName: item.Name, body: body[:len(body)-1], result: g.file.Text(store.Rhs[0])}
	if out == nil || len(g.f.Uses[index]) != 1 || !g.resultMade(m, items.Name) {
		return nil
	}
	// The item's type in the words of the file: only what can be said plainly.
	m.itemType = types.TypeString(slice.Elem(), func(p *types.Package) string {
		if p == g.f.pass.Pkg {
			return ""
		}
		for _, spec := range g.fileImports() {
			if spec.Imported() == p && g.file.Means(spec.Name(), spec, g.place()) {
				return spec.Name()
			}
		}
		return "?"
	})
	if strings.ContainsAny(m.itemType, "?{") {
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

func (g *group) fileImports() (out []*types.PkgName) {
	for _, o := range g.f.Info.Implicits {
		if p, ok := o.(*types.PkgName); ok {
			out = append(out, p)
		}
	}
	for _, o := range g.f.Info.Defs {
		if p, ok := o.(*types.PkgName); ok {
			out = append(out, p)
		}
	}
	return out
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

// taskText writes the task's statements, its returns with a zero value in front.
func (g *group) taskText(b *strings.Builder, m *mapping, t *task, elem string) bool {
	zero, ok := edit.Zero(g.f.Info.TypeOf(m.elem), elem)
	if !ok {
		return false
	}
	for _, s := range m.body {
		var returns []*ast.ReturnStmt
		bad := false
		code.Shallow(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				returns = append(returns, n)
			case *ast.DeferStmt:
				bad = true // it may change what was stored
			}
			return true
		})
		if bad || len(returns) > 0 && !g.kind.errors() {
			return false // a return without a result leaves the zero value: say so by hand
		}
		from := s.Pos()
		for _, r := range returns {
			if len(r.Results) != 1 || g.f.Info.Types[r.Results[0]].IsNil() {
				return false
			}
			b.WriteString(g.file.Between(from, r.Results[0].Pos()) + zero + ", ")
			from = r.Results[0].Pos()
		}
		b.WriteString(g.file.Between(from, s.End()) + "\n")
	}
	return true
}
