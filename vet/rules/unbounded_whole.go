// Lists that are had as a whole, of somebody else: what is in a folder or a document, and sequences. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// whole says what a list is, if it has what is in a folder, an archive or a text, or what a document has that is decoded.
func (c *check) whole(list ast.Expr) (shape, what string) {
	v := rootOf(c.Info, list)
	switch {
	case c.ofText(list, 0):
		return "lines", "part of a text"
	case !code.IsLocal(v):
	case v == code.Var(c.Info, list) && c.ofWalk(v):
		return "walk", "file of a tree"
	case c.ofArchive(list, v):
		return "folder", "file of an archive"
	case v == code.Var(c.Info, list) && slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool { return readsFolder(c.Info, e) }):
		return "folder", "file of a folder"
	case v.Kind() == types.LocalVar && c.decodedInto(v):
		return "document", "element of what is decoded"
	}
	return "", ""
}

// readsFolder tells whether an expression gives all that is in a folder, or all files whose names match. Of a folder that is written into the code the
// program knows what is there.
func readsFolder(info *types.Info, e ast.Expr) bool {
	call, ok := unparen[*ast.CallExpr](e)
	if !ok || len(call.Args) == 0 {
		return false
	}
	if code.IsCall(info, call, "os", "File.ReadDir", "File.Readdir", "File.Readdirnames") && len(call.Args) == 1 {
		n, known := code.IntValue(info, call.Args[0])
		return known && n <= 0
	}
	if info.Types[call.Args[0]].Value != nil {
		return false
	}
	return code.IsCall(info, call, "os", "ReadDir") || code.IsCall(info, call, "io/ioutil", "ReadDir") ||
		code.IsCall(info, call, "io/fs", "ReadDir", "Glob") || code.IsCall(info, call, "path/filepath", "Glob")
}

// ofWalk tells whether a list gets the files of a tree in the function of a walk, other than through what is built into the program.
func (c *check) ofWalk(v *types.Var) bool {
	return !c.inBatches(v) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		as, ok := use.Parent().Node().(*ast.AssignStmt)
		if !ok || c.UseOf(use) != code.Assigned || len(as.Rhs) != 1 {
			return false
		}
		call, ok := unparen[*ast.CallExpr](as.Rhs[0])
		walk, walks := c.walkAround(use)
		if in, _ := c.DeclaredIn(v); !ok || !walks || in == walk || c.Builtin(call) != "append" {
			return false
		}
		by, ok := walk.Parent().Node().(*ast.CallExpr)
		return !ok || !code.IsNamed(c.Info.TypeOf(by.Args[0]), "embed", "FS")
	})
}

// ofArchive tells whether a list has the files of a zip archive, other than of one that is written into the code or the program.
func (c *check) ofArchive(list ast.Expr, v *types.Var) bool {
	if made := c.Only(v); made != nil && v == code.Var(c.Info, list) {
		list, v = made, rootOf(c.Info, made)
	}
	sel, ok := unparen[*ast.SelectorExpr](list)
	if !ok || sel.Sel.Name != "File" || !code.IsNamed(c.Info.TypeOf(sel.X), "archive/zip", "Reader") && !code.IsNamed(c.Info.TypeOf(sel.X), "archive/zip", "ReadCloser") {
		return false
	}
	return !slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		call, ok := unparen[*ast.CallExpr](e)
		return ok && len(call.Args) > 0 && (c.Info.Types[call.Args[0]].Value != nil || code.Has(call.Args[0], func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			return ok && isGlobal(code.Var(c.Info, id))
		}))
	})
}

// mayFail tells whether a function is a sequence that gives an error with each value: it asks somebody else for them.
func mayFail(seq *types.Signature) bool {
	if seq.Params().Len() != 1 {
		return false
	}
	yield, ok := under(seq.Params().At(0).Type()).(*types.Signature)
	return ok && yield.Params().Len() == 2 && code.IsError(yield.Params().At(1).Type())
}
