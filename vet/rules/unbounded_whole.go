// Lists that are had as a whole, of somebody else: what is in a folder or a document, and sequences. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/braid-go/braid/vet/internal/code"
)

// whole says what a list is, if it has what is in a folder, or what a document has that is decoded.
func (c *check) whole(list ast.Expr) (shape, what string) {
	v := rootOf(c.Info, list)
	switch {
	case !code.IsLocal(v):
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

// mayFail tells whether a function is a sequence that gives an error with each value: it asks somebody else for them.
func mayFail(seq *types.Signature) bool {
	if seq.Params().Len() != 1 {
		return false
	}
	yield, ok := under(seq.Params().At(0).Type()).(*types.Signature)
	return ok && yield.Params().Len() == 2 && code.IsError(yield.Params().At(1).Type())
}
