// Groups whose tasks set one variable each are braid.Join2 and its kin:
//
//	var a A
//	var b B
//	tasks that end with a = … and b = …
//	the join

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

const mostJoined = 5 // braid.Join5

// toJoin gives the edits that make the group a braid.Join2, …, if it is one.
func (g *group) toJoin() ([]analysis.TextEdit, bool) {
	if len(g.tasks) < 2 || len(g.tasks) > mostJoined || g.limit != "" || !g.file.Since("go1.22") ||
		g.kind == errGroup || g.kind == concErrs || g.kind == concCtx {
		return nil, false
	}
	if !g.tasksAlone() {
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
	if ctx == "" {
		ctx = "_"
	}
	out := append(imports1, imports2...)
	var results []*types.Var
	from := place // where the text before the next task begins
	var heads []func(head string) analysis.TextEdit
	for i, t := range g.tasks {
		v := g.valueOf(t)
		if v == nil || t.lit == nil || g.kind == ctxGroup && !g.f.mentions(t.lit.Body, g.ctx) {
			return nil, false
		}
		id, ok := v.to.(*ast.Ident)
		if !ok {
			return nil, false
		}
		to, _ := g.f.Info.Uses[id].(*types.Var)
		text := ""
		if to != nil {
			text, ok = g.typeText(to.Type())
		}
		if to == nil || !ok || !code.IsLocal(to) || !g.onlyStoredBy(to, id) {
			return nil, false
		}
		for _, r := range results {
			if r == to {
				return nil, false
			}
		}
		results = append(results, to)
		again, ok := g.f.again(t.lit, g.ctx)
		if !ok {
			return nil, false
		}
		out = append(out, again...)
		body, ok := g.returning(t, v, to.Type(), text)
		if !ok {
			return nil, false
		}
		out = append(out, body...)
		start, end, comments := from, t.lit.Body.Lbrace, g.file.Comments(from, t.lit.Body.Lbrace)
		heads = append(heads, func(head string) analysis.TextEdit {
			before := ",\n" + comments
			if i == 0 {
				before = comments + head
			}
			return edit.Replace(start, end, "%sfunc(%s %s.Context) (%s, error) ", before, ctx, context, text)
		})
		from = t.lit.Body.Rbrace + 1
	}
	head, tail, ok := g.handOver(results)
	if !ok {
		return nil, false
	}
	// Variables that are declared only for this go; others are set.
	op := ":="
	decls, own := g.declarations(results)
	for _, v := range results {
		if own && !g.read(v) {
			return nil, false
		}
	}
	if !own {
		if op = "="; g.kind.errors() {
			return nil, false
		}
	}
	for _, d := range decls {
		out = append(out, g.file.Delete(d))
	}
	for _, s := range g.delete {
		if s.End() <= place {
			out = append(out, g.file.Delete(s))
		}
	}
	for _, h := range heads {
		out = append(out, h(head+" "+op+" "+braid+".Join"+strconv.Itoa(len(results))+"("+outer+",\n"))
	}
	last := ",\n" + g.file.Comments(from, g.joinEnd())
	if g.recovers() && g.kind == waitGroup {
		last += braid + ".CrashOnPanic,\n"
	}
	return append(out,
		g.file.Delete(g.list[g.made]),
		edit.Replace(from, g.joinEnd(), "%s)%s", last, tail)), true
}

// tasksAlone tells whether nothing but the tasks, in a row, and what counts them is between the first and the join.
func (g *group) tasksAlone() bool {
	is := map[ast.Stmt]bool{}
	for _, s := range g.delete {
		is[s] = true
	}
	for _, t := range g.tasks {
		is[t.stmt] = true
	}
	in := 0
	for _, s := range g.list[g.first:g.join] {
		if !is[s] {
			return false
		}
		for _, t := range g.tasks {
			if t.stmt == s {
				in++
			}
		}
	}
	return in == len(g.tasks)
}

// onlyStoredBy tells whether a variable is used, until the join is over, at that one place alone; and nowhere as something
// that keeps it.
func (g *group) onlyStoredBy(v *types.Var, at *ast.Ident) bool {
	for _, use := range g.f.Uses[v] {
		n := use.Node()
		if n != ast.Node(at) && n.Pos() >= g.place() && n.Pos() < g.list[g.join].End() {
			return false
		}
		if u, ok := use.Parent().Node().(*ast.UnaryExpr); ok && u.Op == token.AND {
			return false
		}
		if n.Pos() < g.place() { // a function that has it may run meanwhile
			for c := range use.Enclosing((*ast.FuncLit)(nil)) {
				if c.Node().End() <= g.place() {
					return false
				}
			}
		}
	}
	return true
}

// declarations gives the statements var v T that declare the variables, if all are declared so, in the same list, for this alone.
func (g *group) declarations(vars []*types.Var) (decls []ast.Stmt, all bool) {
	for _, v := range vars {
		found := false
		for _, s := range g.list[:g.first] {
			if declares(g.f.Info, s, v) {
				found = true
				decls = append(decls, s)
			}
		}
		for _, use := range g.f.Uses[v] {
			found = found && use.Node().Pos() >= g.place()
		}
		if !found {
			return nil, false
		}
	}
	return decls, true
}
