// The rewriting of a group as braid.Run.

package tie

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

func isTaken(name string) string { return "a name that the new code needs is taken: " + name }

// toRun gives the edits that make the group a braid.Run, or what stands in the way.
func (g *group) toRun() ([]analysis.TextEdit, string) {
	place := g.place()
	if !g.file.Since("go1.22") {
		return nil, "its file is older than Go 1.22, where loops share their variables"
	}
	name, ok := edit.Fresh(g.around(), g.namesAround(), "g", "group", "tasks", "inner", "innermost")
	if g.kind != waitGroup && len(g.f.Uses[g.v]) > 0 && g.onlyIn(g.v.Name()) {
		name, ok = g.v.Name(), true
	}
	braid, imports1, ok1 := g.file.Import(code.Braid, "braid", place)
	context, imports2, ok2 := g.file.Import("context", "context", place)
	switch {
	case !ok:
		return nil, isTaken("g, group, tasks, inner and innermost")
	case !ok1:
		return nil, isTaken(cmp.Or(braid, "braid"))
	case !ok2:
		return nil, isTaken(cmp.Or(context, "context"))
	case !g.file.Universe(place, "nil"):
		return nil, isTaken("nil")
	case !g.file.Universe(place, "error"):
		return nil, isTaken("error")
	}
	outer, ctx, why := g.contexts(context)
	if why != "" {
		return nil, why
	}
	if !g.file.SameText(g.limit, place, g.list[g.join].Pos()) {
		return nil, "its limit is declared between its tasks and its join"
	}
	out := append(imports1, imports2...)
	var opts []string
	if g.limit != "" {
		opts = append(opts, braid+".Limit("+g.limit+")")
	}
	if g.supervised && g.kind.errors() {
		opts = append(opts, braid+".Supervised")
	}
	if g.recovers() && g.kind != concGroup && g.kind != concErrs && g.kind != concCtx {
		opts = append(opts, braid+".CrashOnPanic")
	}
	for _, t := range g.tasks {
		param := ""
		switch {
		case g.kind == concCtx:
			names := t.lit.Type.Params.List[0].Names
			if len(names) == 0 || names[0].Name == "_" || !g.f.mentions(t.lit.Body, g.f.Info.Defs[names[0]]) {
				return nil, "a task does not use the pool's context: braid would not start it in a cancelled group"
			}
			param = names[0].Name + " "
		case g.kind == ctxGroup:
			if !g.f.mentions(t.lit.Body, g.ctx) {
				return nil, "a task does not use the group's context: braid would not start it in a cancelled group"
			}
			param = ctx + " "
			again, ok := g.f.again(t.lit, g.ctx)
			if !ok {
				return nil, "a task declares " + ctx + " anew, which is a parameter of the new one"
			}
			out = append(out, again...)
		}
		if !g.file.Same(context, place, t.stmt.Pos()) {
			return nil, isTaken(context)
		}
		edits, why := g.edits(t, name, context, param)
		if why != "" {
			return nil, why
		}
		out = append(out, edits...)
	}
	for _, s := range append([]ast.Stmt{g.list[g.made]}, g.delete...) {
		out = append(out, g.file.Delete(s))
	}
	if why := g.errorUses(); why != "" {
		return nil, why
	}

	g.f.named = append(g.f.named, namedRegion{name, place, g.list[g.join].End()})
	join := g.list[g.join]
	before := g.file.Between(join.Pos(), g.wait.Pos())
	if before == "" {
		before = "_ = "
	}
	if !g.usesIn(ctx) {
		ctx = "_"
	}
	out = append(out,
		edit.Insert(place, "%s%s.Run(%s, func(%s %s.Context, %s *%s.Group) error {\n", before, braid, outer, ctx, context, name, braid),
		edit.Replace(join.Pos(), g.wait.End(), "return nil\n}%s)", strings.Join(append([]string{""}, opts...), ", ")))
	return out, ""
}

// namedRegion is where the new code has a group of that name.
type namedRegion struct {
	name     string
	from, to token.Pos
}

// namesAround gives the names of the groups that the new code around has, or has within.
func (g *group) namesAround() map[string]bool {
	taken := map[string]bool{}
	for _, r := range g.f.named {
		if r.from < g.list[g.join].End() && g.place() < r.to {
			taken[r.name] = true
		}
	}
	return taken
}

// contexts gives the source text of the context to run under, and the name of the
// group's own.
func (g *group) contexts(context string) (outer, ctx, why string) {
	if g.kind == ctxGroup || g.kind == concCtx {
		if g.ctx != nil {
			ctx = g.ctx.Name()
		}
		switch e := g.outer.(type) {
		case *ast.Ident:
			// The statement that made the group goes, and with it the name that may
			// hide the outer context there.
			o := g.f.Info.Uses[e]
			hidden := g.ctx != nil && e.Name == ctx && g.file.Means(ctx, g.ctx, g.place())
			if !hidden && !g.file.Means(e.Name, o, g.place()) {
				return "", "", "its outer context is shadowed where the group begins"
			}
			if v, _ := o.(*types.Var); g.first != g.made+1 && g.setBefore(v) {
				return "", "", "its outer context's variable is set again before its tasks"
			}
		default:
			if g.first != g.made+1 {
				return "", "", "its outer context would be made later"
			}
		}
		return g.file.Text(g.outer), ctx, ""
	}
	// Nothing cancels these groups, and their tasks start whatever the context
	// around says: so it stays.
	if r := g.f.ReachAt(g.block); r != nil && !r.Request && g.file.Means(r.Ctx.Name(), r.Ctx, g.place()) {
		return context + ".WithoutCancel(" + r.Ctx.Name() + ")", "", ""
	}
	return context + ".Background()", "", ""
}

// setBefore tells whether a variable may get another value between where the group is made and where its tasks begin.
func (g *group) setBefore(v *types.Var) bool {
	around, _ := code.FuncAround(g.block)
	for _, use := range g.f.Uses[v] {
		if !g.f.sets(use) {
			continue
		}
		at := use.Node().Pos()
		if fn, _ := code.FuncAround(use); fn != around || at >= g.list[g.made].End() && at < g.place() {
			return true
		}
	}
	return false
}

// usesIn tells whether the group's context is used between the first task and the join.
func (g *group) usesIn(name string) bool {
	if name == "" || g.ctx == nil {
		return false
	}
	for _, use := range g.f.Uses[g.ctx] {
		at := use.Node().Pos()
		if at >= g.place() && at < g.list[g.join].Pos() && !g.inTask(use.Node()) {
			return true
		}
	}
	return false
}

func (g *group) inTask(n ast.Node) bool {
	for _, t := range g.tasks {
		if t.lit != nil && code.Within(n, t.lit) {
			return true
		}
	}
	return false
}

// onlyIn tells whether all identifiers of that name in the function around mean the group.
func (g *group) onlyIn(name string) bool {
	only := true
	ast.Inspect(g.around(), func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name && g.f.Info.ObjectOf(id) != types.Object(g.v) {
			only = false
		}
		return only
	})
	return only
}

// around gives the declaration that the group is in.
func (g *group) around() ast.Node {
	if d, _ := code.DeclAround(g.block); d != nil {
		return d
	}
	return g.block.Node()
}

func (f *finder) mentions(n ast.Node, o types.Object) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && o != nil && f.Info.Uses[id] == o {
			found = true
		}
		return !found
	})
	return found
}

// dropped looks whether the error of a group with a context goes nowhere. In a context that is dead already braid starts no task, and
// that error alone says so; errgroup starts them all.
func (g *group) dropped() string {
	if g.kind != ctxGroup && g.kind != concCtx {
		return ""
	}
	drops := false
	switch s := g.list[g.join].(type) {
	case *ast.ExprStmt:
		drops = s.X == ast.Expr(g.wait)
	case *ast.AssignStmt:
		id, ok := s.Lhs[0].(*ast.Ident)
		drops = ok && id.Name == "_"
	}
	if drops {
		return "its error is dropped: in a dead context braid starts no task, and nobody would know"
	}
	return ""
}
