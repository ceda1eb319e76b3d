// Lists that are parts of a text which is had as a whole, and sequences over lists. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// ofText tells whether a list or sequence has the lines, words or records of a text that somebody else has written: a file, what a command prints, what a stream has.
func (c *check) ofText(list ast.Expr, depth int) bool {
	if call, ok := unparen[*ast.CallExpr](list); ok {
		return splits(c.Info, call) && c.readWhole(call.Args[0], depth)
	}
	v := code.Var(c.Info, list)
	if depth > 3 || !code.IsLocal(v) || v.Kind() != types.LocalVar {
		return false
	}
	made := c.Origins(v)
	if len(made) == 1 {
		call, ok := unparen[*ast.CallExpr](made[0])
		if ok && code.IsCall(c.Info, call, "encoding/csv", "Reader.ReadAll") {
			return true
		}
		if c.Only(v) != nil && !(ok && c.Builtin(call) == "append") {
			return c.ofText(made[0], depth+1)
		}
	}
	return c.collectsText(v, list, depth)
}

// collectsText tells whether a list gets each line of a text in a loop that is over where the list is used.
func (c *check) collectsText(v *types.Var, at ast.Expr, depth int) bool {
	if c.inBatches(v) {
		return false
	}
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		as, ok := use.Parent().Node().(*ast.AssignStmt)
		if !ok || c.UseOf(use) != code.Assigned || len(as.Rhs) != 1 {
			return false
		}
		call, ok := unparen[*ast.CallExpr](as.Rhs[0])
		loop, looped := code.LoopAround(use)
		if !ok || !looped || c.Builtin(call) != "append" || code.Within(at, loop.Node()) || !slices.Contains(bodyOfLoop(loop).List, ast.Stmt(as)) {
			return false
		}
		switch n := loop.Node().(type) {
		case *ast.RangeStmt:
			return c.ofText(n.X, depth+1)
		case *ast.ForStmt:
			scan, ok := n.Cond.(*ast.CallExpr)
			return ok && code.IsCall(c.Info, scan, "bufio", "Scanner.Scan")
		}
		return false
	})
}

// inBatches tells whether a list is emptied and filled again.
func (c *check) inBatches(v *types.Var) bool {
	return slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		_, emptied := unparen[*ast.SliceExpr](e)
		return emptied || isNilIdent(c.Info, e)
	})
}

// splits tells whether a call gives the parts of a text.
func splits(info *types.Info, call *ast.CallExpr) bool {
	for _, path := range []string{"strings", "bytes"} {
		if code.IsCall(info, call, path, "Split", "SplitAfter", "Fields", "FieldsFunc", "Lines", "SplitSeq", "SplitAfterSeq", "FieldsSeq", "FieldsFuncSeq") {
			return true
		}
	}
	return false
}

// readWhole tells whether a text is all of a file whose name is not written into the code, of a stream, or of what a command prints.
func (c *check) readWhole(text ast.Expr, depth int) bool {
	if depth > 3 {
		return false
	}
	call, ok := unparen[*ast.CallExpr](text)
	if !ok {
		v := code.Var(c.Info, text)
		if !code.IsLocal(v) || v.Kind() != types.LocalVar {
			return false
		}
		made := c.Origins(v)
		return len(made) == 1 && c.readWhole(made[0], depth+1)
	}
	if tv := c.Info.Types[call.Fun]; tv.IsType() && len(call.Args) == 1 { // string(text)
		return c.readWhole(call.Args[0], depth)
	}
	fn := code.Callee(c.Info, call)
	switch {
	case code.Is(fn, "os", "ReadFile"), code.Is(fn, "io/ioutil", "ReadFile"):
		return c.Info.Types[call.Args[0]].Value == nil
	case code.Is(fn, "io/fs", "ReadFile"):
		return c.Info.Types[call.Args[1]].Value == nil
	case code.Is(fn, "io", "ReadAll"), code.Is(fn, "io/ioutil", "ReadAll"), code.Is(fn, "os/exec", "Cmd.Output"), code.Is(fn, "os/exec", "Cmd.CombinedOutput"):
		return true
	case fn == nil || fn.Pkg() == nil || len(call.Args) == 0:
		return false
	}
	path := fn.Pkg().Path()
	return (path == "strings" || path == "bytes") && (strings.HasPrefix(fn.Name(), "Trim") || strings.HasPrefix(fn.Name(), "To") || strings.HasPrefix(fn.Name(), "Replace")) && c.readWhole(call.Args[0], depth)
}

// listIn gives the list that a sequence goes over, as it is or in small pieces, or nil.
func (c *check) listIn(seq ast.Expr) ast.Expr {
	call, ok := unparen[*ast.CallExpr](seq)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	switch {
	case code.IsCall(c.Info, call, "slices", "All", "Values", "Backward"), code.IsCall(c.Info, call, "maps", "All", "Keys", "Values"):
		return call.Args[0]
	case code.IsCall(c.Info, call, "slices", "Chunk") && len(call.Args) == 2 && c.few(call.Args[1]):
		return call.Args[0]
	}
	return nil
}

// few tells whether a number is so small that a list in pieces of that size is as good as one in elements. Where it is not written into the code it may be
// made of the length of the list.
func (c *check) few(n ast.Expr) bool {
	size, known := code.IntValue(c.Info, n)
	return known && size < 100
}
