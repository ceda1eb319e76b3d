// Writers to a pipe whose reader is left: part of the rule stranded.

package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// leftPipes finds goroutines that write to an io.Pipe, where the function that starts them may return before it has done anything with the reader: it is
// neither read from nor closed, and the write never ends.
func (c *check) leftPipes() {
	for cur := range c.Root.Preorder((*ast.AssignStmt)(nil)) {
		as := cur.Node().(*ast.AssignStmt)
		if len(as.Lhs) != 2 || len(as.Rhs) != 1 || c.exempt(as.Pos()) || c.inMain(cur) {
			continue
		}
		call, ok := unparen[*ast.CallExpr](as.Rhs[0])
		if !ok || !code.IsCall(c.Info, call, "io", "Pipe") {
			continue
		}
		reader, writer := code.Var(c.Info, as.Lhs[0]), code.Var(c.Info, as.Lhs[1])
		if c.ownPipe(reader, cur) && c.ownPipe(writer, cur) {
			c.leftPipe(cur, reader, writer)
		}
	}
}

// ownPipe tells whether an end of a pipe is a variable of the function that makes it, and nothing else.
func (c *check) ownPipe(v *types.Var, made inspector.Cursor) bool {
	if !code.IsLocal(v) || v.Kind() != types.LocalVar || len(c.Origins(v)) != 1 {
		return false
	}
	in, ok := c.DeclaredIn(v)
	fn, _ := code.FuncAround(made)
	return ok && in == fn
}

func (c *check) leftPipe(made inspector.Cursor, reader, writer *types.Var) {
	fn, _ := code.FuncAround(made)
	flow := code.FlowOf(c.cfgs, fn.Node())
	for _, t := range c.Tasks {
		at := t.At.Node()
		if in, ok := code.FuncAround(t.At); !ok || in != fn || t.Body || t.Kind == code.Timer || !c.writes(at, writer) || c.mentionsAnywhere(at, reader) {
			continue
		}
		kept, _ := flow.Reaching(at, func(step ast.Node) bool {
			return step != made.Node() && (c.mentionsAnywhere(step, reader) || c.mentionsAnywhere(step, writer) && keepsForLater(step))
		})
		if len(kept) > 0 {
			continue // somebody has the reader already, or closes the pipe at the end
		}
		var left ast.Node
		flow.After(at, func(step ast.Node) bool {
			if left != nil || c.mentionsAnywhere(step, reader) || c.mentionsAnywhere(step, writer) {
				return false
			}
			if _, ok := step.(*ast.ReturnStmt); ok {
				left = step
			}
			return true
		})
		if left != nil {
			c.report(at, "pipe", fmt.Sprintf("the function may return at line %d before anything is done with %s: a write to %s would block for ever; close %s on each way out", c.Fset.Position(left.Pos()).Line, reader.Name(), writer.Name(), reader.Name()))
		}
	}
}

// writes tells whether a node does more with the writer of a pipe than to close it, which never blocks.
func (c *check) writes(n ast.Node, writer *types.Var) bool {
	return slices.ContainsFunc(c.Uses[writer], func(use inspector.Cursor) bool {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		return code.Within(use.Node(), n) && !(ok && strings.HasPrefix(sel.Sel.Name, "Close"))
	})
}

// mentionsAnywhere tells whether a node has a variable in it, other than mentions also in literals.
func (c *check) mentionsAnywhere(n ast.Node, v *types.Var) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && c.Info.Uses[id] == types.Object(v)
		return !found
	})
	return found
}

// keepsForLater tells whether a step defers something, or has a literal in it, which may be called at any time.
func keepsForLater(step ast.Node) (found bool) {
	ast.Inspect(step, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.DeferStmt, *ast.FuncLit:
			found = true
		}
		return !found
	})
	return found
}
