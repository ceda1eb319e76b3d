// Errors compared with ==, compared with errors.Is instead.

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
	"github.com/braid-go/braid/vet/internal/edit"
)

// Sentinel turns == with a sentinel error into errors.Is.
var Sentinel = register(&Rule{
	Name:      "sentinel",
	Migration: true,
	Title:     "an error is compared with ==, and could be with errors.Is",
	Why: "`==` says no as soon as somebody wraps the error, joins it with another, or a group returns it. " +
		"`errors.Is` says the same as `==` did, and goes on saying so. Code that moves to a group needs that first.",
	Wrong: `
func load(name string) error {
	_, err := os.Stat(name)
	if err == fs.ErrNotExist {
		return nil
	}
	return err
}
`,
	Right: `
func load(name string) error {
	_, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
`,
	Exempt: "A comparison with nil or with a variable that is no package's. io.EOF right after a read, which is never wrapped by contract. " +
		"An error that the function has unwrapped itself. Methods named Is, which errors.Is calls.",
	Shapes: []Shape{
		{Name: "compare", Severity: Note, What: "== or != with a package's error, with a fix"},
		{Name: "switch", Severity: Note, What: "a switch over an error, with a fix"},
	},
}, func(c *check) {
	if c.Pkg.Path() == "errors" {
		return
	}
	for cur := range c.Root.Preorder((*ast.BinaryExpr)(nil), (*ast.SwitchStmt)(nil)) {
		if decl, _ := code.DeclAround(cur); decl != nil && decl.Name.Name == "Is" && decl.Recv != nil {
			continue
		}
		switch n := cur.Node().(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				c.comparedWith(cur, n)
			}
		case *ast.SwitchStmt:
			c.switchedOver(n)
		}
	}
})

// sentinel tells whether an expression is an error that a package declares.
func (c *check) sentinel(e ast.Expr) bool {
	v := code.Var(c.Info, e)
	switch ast.Unparen(e).(type) {
	case *ast.Ident, *ast.SelectorExpr:
	default:
		return false
	}
	return v != nil && !v.IsField() && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() && code.IsError(v.Type())
}

func (c *check) comparedWith(cur inspector.Cursor, n *ast.BinaryExpr) {
	err, sentinel := n.X, n.Y
	if c.sentinel(err) && !c.sentinel(sentinel) {
		err, sentinel = sentinel, err
	}
	if !c.sentinel(sentinel) || c.sentinel(err) || c.unwrapped(err) || !code.IsError(c.Info.TypeOf(err)) || c.Info.Types[err].IsNil() || c.fromRead(err, sentinel) {
		return
	}
	file := edit.At(c.Pass, n.Pos())
	if file == nil {
		return
	}
	errors, edits, ok := file.Import("errors", "errors", n.Pos())
	if !ok {
		return
	}
	not := ""
	if n.Op == token.NEQ {
		not = "!"
	}
	if kind, _ := cur.ParentEdge(); kind == edge.BinaryExpr_X || kind == edge.BinaryExpr_Y {
		if p := cur.Parent().Node().(*ast.BinaryExpr); p.Op != token.LAND && p.Op != token.LOR {
			return // (err == a) == b
		}
	}
	c.tell(n, "compare", "== does not see through wrapped and joined errors: errors.Is does",
		append(edits, edit.Replace(n.Pos(), n.End(), "%s%s.Is(%s, %s)", not, errors, file.Text(err), file.Text(sentinel))))
}

// unwrapped tells whether an error is taken out of what wraps it, layer by layer: there == asks for one of them.
func (c *check) unwrapped(err ast.Expr) bool {
	v := code.Var(c.Info, err)
	return v != nil && slices.ContainsFunc(c.Origins(v), func(o ast.Expr) bool {
		call, ok := ast.Unparen(o).(*ast.CallExpr)
		return ok && code.CalleeName(call) == "Unwrap"
	})
}

// fromRead tells whether an error that is compared with io.EOF comes from a read.
func (c *check) fromRead(err, sentinel ast.Expr) bool {
	eof := code.Var(c.Info, sentinel)
	if eof.Pkg().Path() != "io" || eof.Name() != "EOF" {
		return false
	}
	v := code.Var(c.Info, err)
	if v == nil || !code.IsLocal(v) {
		return true
	}
	for cur := range c.Root.Preorder((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		for _, l := range as.Lhs {
			if code.Var(c.Info, l) != v || len(as.Rhs) != 1 {
				continue
			}
			call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
			if !ok {
				continue
			}
			name := code.CalleeName(call)
			for _, prefix := range []string{"Read", "read", "Next", "next", "Recv", "Decode", "decode", "Peek", "Scan", "Token", "Copy", "Write", "Fscan", "Sscan"} {
				if strings.HasPrefix(name, prefix) {
					return true
				}
			}
		}
	}
	return code.IsParam(c.Info, v)
}

func (c *check) switchedOver(n *ast.SwitchStmt) {
	id, ok := n.Tag.(*ast.Ident)
	if !ok || !code.IsError(c.Info.TypeOf(id)) {
		return
	}
	file := edit.At(c.Pass, n.Pos())
	if file == nil {
		return
	}
	errors, edits, ok := file.Import("errors", "errors", n.Pos())
	if !ok {
		return
	}
	v, _ := c.Info.Uses[id].(*types.Var)
	found := false
	for _, s := range n.Body.List {
		for _, e := range s.(*ast.CaseClause).List {
			switch {
			case c.Info.Types[e].IsNil():
				edits = append(edits, edit.Insert(e.Pos(), "%s == ", id.Name))
			case !c.sentinel(e) || v == nil || c.unwrapped(id) || c.fromRead(id, e):
				return
			default:
				found = true
				edits = append(edits, edit.Replace(e.Pos(), e.End(), "%s.Is(%s, %s)", errors, id.Name, file.Text(e)))
			}
		}
	}
	if !found {
		return
	}
	edits = append(edits, analysis.TextEdit{Pos: id.Pos(), End: id.End()})
	c.tell(id, "switch", "a switch does not see through wrapped and joined errors: errors.Is does", edits)
}
