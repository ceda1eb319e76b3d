// Tasks that leave one value behind, in a variable or in a slice's element: they become functions
// that return it.

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// value is what a task leaves behind.
type value struct {
	store *ast.AssignStmt // v = EXPR, or v, err = CALL
	to    ast.Expr        // v
	from  ast.Expr        // EXPR or CALL
	both  bool            // CALL has the error too
	gone  []ast.Stmt      // Done, var err error, return nil, return err
}

// valueOf takes a task apart: its last statement but for Done and the return stores the value.
func (g *group) valueOf(t *task) *value {
	if t.lit == nil || t.bare && len(t.call.Args) > 0 || g.namesUsed(t.lit) {
		return nil
	}
	v := &value{}
	list := t.lit.Body.List
	if t.done != nil {
		v.gone = append(v.gone, t.done)
		if list[0] == t.done {
			list = list[1:]
		} else {
			list = list[:len(list)-1]
		}
	}
	last := func() ast.Stmt {
		if len(list) == 0 {
			return nil
		}
		return list[len(list)-1]
	}
	var err *types.Var // what the task returns
	if g.kind.errors() {
		r, ok := last().(*ast.ReturnStmt)
		if !ok || len(r.Results) != 1 {
			return nil
		}
		if !g.f.Info.Types[r.Results[0]].IsNil() {
			if err = code.Var(g.f.Info, r.Results[0]); err == nil {
				return nil
			}
		}
		v.gone = append(v.gone, r)
		list = list[:len(list)-1]
	}
	store, ok := last().(*ast.AssignStmt)
	if !ok || store.Tok != token.ASSIGN || len(store.Rhs) != 1 {
		return nil
	}
	v.store, v.to, v.from = store, store.Lhs[0], store.Rhs[0]
	switch {
	case err == nil && len(store.Lhs) == 1:
		return v
	case err == nil || len(store.Lhs) != 2 || code.Var(g.f.Info, store.Lhs[1]) != err || len(list) < 2:
		return nil
	}
	// var err error; v, err = CALL; return err
	decl, ok := list[len(list)-2].(*ast.DeclStmt)
	if !ok || len(g.f.Uses[err]) != 2 || !declares(g.f.Info, decl, err) {
		return nil
	}
	v.both, v.gone = true, append(v.gone, decl)
	return v
}

// namesUsed tells whether a literal's results have names that it uses.
func (g *group) namesUsed(lit *ast.FuncLit) bool {
	if lit.Type.Results == nil {
		return false
	}
	for _, field := range lit.Type.Results.List {
		for _, name := range field.Names {
			if len(g.f.Uses[g.f.Info.Defs[name]]) > 0 {
				return true
			}
		}
	}
	return false
}

// declares tells whether a statement is var v T, and no more.
func declares(info *types.Info, s ast.Stmt, v *types.Var) bool {
	d, ok := s.(*ast.DeclStmt)
	if !ok {
		return false
	}
	gen, ok := d.Decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR || len(gen.Specs) != 1 {
		return false
	}
	spec := gen.Specs[0].(*ast.ValueSpec)
	return len(spec.Names) == 1 && len(spec.Values) == 0 && info.Defs[spec.Names[0]] == types.Object(v)
}

// returning makes the task's body, from its brace on, that of a function with the results (typ, error).
func (g *group) returning(t *task, v *value, typ types.Type, text string) ([]analysis.TextEdit, bool) {
	zero, ok := edit.Zero(typ, text)
	if !ok || !g.file.Universe(t.lit.Body.Rbrace, "nil") {
		return nil, false
	}
	var out []analysis.TextEdit
	code.Shallow(t.lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			ok = ok && ast.Stmt(n) == t.done // another one may change what was stored
		case *ast.ReturnStmt:
			for _, s := range v.gone {
				if s == ast.Stmt(n) {
					return true
				}
			}
			// Without a result the variable keeps its value; and a nil error would be a success without one.
			if len(n.Results) != 1 || !g.kind.errors() || g.f.Info.Types[n.Results[0]].IsNil() {
				ok = false
				return true
			}
			ok = ok && g.file.SameText(zero, g.place(), n.Pos())
			out = append(out, edit.Insert(n.Results[0].Pos(), "%s, ", zero))
		}
		return true
	})
	if !ok {
		return nil, false
	}
	for _, s := range v.gone {
		out = append(out, g.file.Delete(s))
	}
	out = append(out, edit.Replace(v.store.Pos(), v.from.Pos(), "return "))
	if !v.both {
		out = append(out, edit.Insert(v.store.End(), ", nil"))
	}
	return out, true
}

// typeText gives a type in the words of the file; false if it cannot be said plainly there.
func (g *group) typeText(t types.Type) (string, bool) {
	text := types.TypeString(t, func(p *types.Package) string {
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
	if strings.ContainsAny(text, "?{") && text != "struct{}" {
		return "", false
	}
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("[]*.,() <-", r) }) {
		o := g.f.pass.Pkg.Scope().Lookup(name)
		if o == nil {
			o = types.Universe.Lookup(name)
		}
		if strings.Contains(text, "."+name) && !token.IsExported(name) {
			return "", false // another package's own
		}
		if o != nil && !g.file.Means(name, o, g.place()) && !strings.Contains(text, "."+name) {
			return "", false // shadowed there
		}
	}
	return text, true
}

func (g *group) fileImports() (out []*types.PkgName) {
	for _, spec := range g.file.Imports() {
		o := g.f.Info.Implicits[spec]
		if spec.Name != nil {
			o = g.f.Info.Defs[spec.Name]
		}
		if p, ok := o.(*types.PkgName); ok {
			out = append(out, p)
		}
	}
	return out
}
