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
		var request *types.Var
		flow.After(at, func(step ast.Node) bool {
			if req := c.requestWith(step, reader); req != nil && left == nil {
				request = req
				return true
			}
			if left != nil || c.mentionsAnywhere(step, reader) || c.mentionsAnywhere(step, writer) || request != nil && c.mentionsAnywhere(step, request) {
				return false
			}
			if _, ok := step.(*ast.ReturnStmt); ok {
				left = step
			}
			return true
		})
		if left != nil && request != nil {
			c.report(at, "pipe", fmt.Sprintf("the function may return at line %d without the request that %s is the body of: a write to %s would block for ever; close %s on each way out", c.Fset.Position(left.Pos()).Line, reader.Name(), writer.Name(), reader.Name()))
		} else if left != nil {
			c.report(at, "pipe", fmt.Sprintf("the function may return at line %d before anything is done with %s: a write to %s would block for ever; close %s on each way out", c.Fset.Position(left.Pos()).Line, reader.Name(), writer.Name(), reader.Name()))
		}
	}
}

// requestWith gives the variable for an HTTP request that a step makes with a reader as its body. If the request cannot be made, which depends on its
// URL, nobody reads that, nor closes it.
func (c *check) requestWith(step ast.Node, reader *types.Var) *types.Var {
	as, ok := step.(*ast.AssignStmt)
	if !ok || len(as.Rhs) != 1 || len(as.Lhs) != 2 {
		return nil
	}
	call, ok := unparen[*ast.CallExpr](as.Rhs[0])
	if !ok || !code.IsCall(c.Info, call, "net/http", "NewRequest", "NewRequestWithContext") || len(call.Args) < 3 {
		return nil
	}
	body, url := call.Args[len(call.Args)-1], call.Args[len(call.Args)-2]
	if made, ok := unparen[*ast.CallExpr](url); ok && code.IsCall(c.Info, made, "net/url", "URL.String") || c.Info.Types[url].Value != nil {
		return nil // that can be parsed
	}
	req := code.Var(c.Info, as.Lhs[0])
	if _, plain := unparen[*ast.Ident](body); !plain || code.Var(c.Info, body) != reader || !code.IsLocal(req) || req.Kind() != types.LocalVar {
		return nil
	}
	return req
}

// writes tells whether a node does more with the writer of a pipe than to close it, which never blocks, or uses what was made to write to that.
func (c *check) writes(n ast.Node, writer *types.Var) bool {
	return slices.ContainsFunc(c.Uses[writer], func(use inspector.Cursor) bool {
		if code.Within(use.Node(), n) {
			sel, ok := use.Parent().Node().(*ast.SelectorExpr)
			return !(ok && strings.HasPrefix(sel.Sel.Name, "Close"))
		}
		call, ok := use.Parent().Node().(*ast.CallExpr)
		over := c.assignedTo(use.Parent())
		return ok && over != nil && c.UseOf(use) == code.Argument && strings.HasPrefix(code.CalleeName(call), "New") && c.mentionsAnywhere(n, over)
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
