// Evidence that a call without a context waits as its twin with one does, and is not there to clean up. Part of the rule noctx.
// A twin alone says little: it may wait for what the other finds missing.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// shedsFact marks functions that call their twin with a fresh context: they are the same but for that.
type shedsFact struct{}

func (*shedsFact) AFact()         {}
func (*shedsFact) String() string { return "sheds the context" }

func init() { NoCtx.Analyzer.FactTypes = []analysis.Fact{new(shedsFact)} }

// waits tells whether a function with a twin is known to wait as that does.
func (c *check) waits(fn *types.Func, depth int) bool {
	if encodes.MatchString(fn.Name()) {
		return false
	}
	if first, _, _ := strings.Cut(fn.Pkg().Path(), "/"); !strings.Contains(first, ".") && fn.Pkg() != c.Pkg || likeSQL(fn) {
		return true
	}
	if fn.Pkg() != c.Pkg {
		return c.ImportObjectFact(fn.Origin(), new(shedsFact))
	}
	t := twin(fn)
	return t != nil && !c.OnlyAsks(t) && (c.sheds(fn, t) || c.waitsInSight(fn, depth))
}

// sheds tells whether a function of the package calls its twin with a fresh context.
func (c *check) sheds(fn, twin *types.Func) bool {
	decl, ok := c.Decls[fn.Origin()]
	return ok && !c.OnlyAsks(twin) && code.Has(decl.Node(), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || code.Callee(c.Info, call) != twin.Origin() {
			return false
		}
		arg, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
		return ok && code.IsCall(c.Info, arg, "context", "Background", "TODO")
	})
}

// waitsInSight tells whether the body of a function of the package waits: it sends or receives outside of a select, pauses, asks the network, or calls a
// function of which the same is known.
func (c *check) waitsInSight(fn *types.Func, depth int) bool {
	decl, ok := c.Decls[fn.Origin()]
	if !ok || depth > 2 {
		return false
	}
	body := decl.Node().(*ast.FuncDecl).Body
	found := false
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectStmt, *ast.GoStmt, *ast.DeferStmt:
			return false
		case *ast.SendStmt:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.CallExpr:
			callee := code.Callee(c.Info, n)
			if callee == nil || callee.Pkg() == nil {
				break
			}
			switch shape, _ := ctxForm(callee); {
			case shape == "http" || shape == "net" || code.Is(callee, "time", "Sleep") || code.Is(callee, "net/http", "Client.Do"):
				found = true
			case shape == "twin" && callee != fn:
				found = found || c.waits(callee, depth+1)
			}
		}
		return !found
	})
	return found
}

// encodes matches functions that turn a value into text, or text into a value: their context is there for what it carries.
var encodes = regexp.MustCompile(`^(Marshal|Unmarshal)`)

// likeSQL tells whether a function gives or takes what package database/sql has, or is of a package by that name: it asks a database.
func likeSQL(fn *types.Func) bool {
	path := fn.Pkg().Path()
	if name := path[strings.LastIndex(path, "/")+1:]; name == "sqlx" {
		return true
	}
	for r := range fn.Signature().Results().Variables() {
		for _, name := range []string{"Result", "Rows", "Row", "Tx", "Stmt"} {
			if code.IsNamed(r.Type(), "database/sql", name) {
				return true
			}
		}
	}
	return false
}

// dialsNear tells whether a call dials what asks no network, by a constant, or what is only connected to later, as gRPC does: there is next to nothing
// to wait for.
func (c *check) dialsNear(call *ast.CallExpr, fn *types.Func) bool {
	if code.Is(fn, "google.golang.org/grpc", "Dial") {
		within := ast.Node(call)
		if cur, ok := c.Root.FindNode(call); ok && call.Ellipsis.IsValid() { // they are put together before
			if decl, _ := code.DeclAround(cur); decl != nil {
				within = decl
			}
		}
		blocks := false
		ast.Inspect(within, func(n ast.Node) bool {
			opt, ok := n.(*ast.CallExpr)
			blocks = blocks || ok && code.CalleeName(opt) == "WithBlock"
			return !blocks
		})
		return !blocks
	}
	if !strings.HasPrefix(fn.Name(), "Dial") || fn.Pkg().Path() != "net" || len(call.Args) == 0 {
		return false
	}
	tv := c.Info.Types[call.Args[0]]
	return tv.Value != nil && near.MatchString(tv.Value.ExactString())
}

var near = regexp.MustCompile(`^"(udp|unix|ip)`)

// startedOnly tells whether a command is started where it is made, so that nobody has it in his hands to wait for it, or is run there by a goroutine
// that does nothing else.
func startedOnly(cur inspector.Cursor) bool {
	sel, ok := cur.Parent().Node().(*ast.SelectorExpr)
	if !ok {
		return false
	}
	call, ok := cur.Parent().Parent().Node().(*ast.CallExpr)
	if !ok || call.Fun != ast.Expr(sel) {
		return false
	}
	kind, _ := cur.Parent().Parent().ParentEdge()
	return sel.Sel.Name == "Start" || kind == edge.GoStmt_Call
}

// hasTerminal tells whether a command is given the input of the program: somebody sits before it, and ends it.
func (c *check) hasTerminal(cmd *types.Var) bool {
	return slices.ContainsFunc(c.Uses[cmd], func(use inspector.Cursor) bool {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Stdin" {
			return false
		}
		as, ok := use.Parent().Parent().Node().(*ast.AssignStmt)
		return ok && len(as.Rhs) == 1 && code.Has(as.Rhs[0], func(n ast.Node) bool {
			v, ok := n.(*ast.SelectorExpr)
			return ok && v.Sel.Name == "Stdin"
		})
	})
}

// cleansUp tells whether a place is there for the end of things: in a branch where something has failed, or by the name or the comment of the function
// called or around.
func (c *check) cleansUp(cur inspector.Cursor, call *ast.CallExpr) bool {
	decl, _ := code.DeclAround(cur)
	if cleaning.MatchString(code.CalleeName(call)) || decl != nil && (cleaning.MatchString(decl.Name.Name) || cancels.MatchString(decl.Name.Name) || saysCleanup.MatchString(decl.Doc.Text())) {
		return true
	}
	for at := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.FuncLit)(nil)) {
		n, ok := at.Node().(*ast.IfStmt)
		if !ok {
			return false
		}
		if b, ok := ast.Unparen(n.Cond).(*ast.BinaryExpr); ok && isNil(b, token.NEQ) && code.IsError(c.Info.TypeOf(b.X)) && code.Within(cur.Node(), n.Body) {
			return true
		}
	}
	return false
}

var cleaning = regexp.MustCompile(`^(?i)(shutdown|clos|stop|clean|rollback|releas|unlock|abort|flush|disconnect|deregister|unregister|teardown|tear_down|destroy|drain|finish|detach|undo|revert|dispos|evict|purg)` +
	`|(?-i:Shutdown|Close|Stop|Cleanup|Clean|Rollback|Release|Unlock|Abort|Flush|Drain|Teardown|TearDown|Detach)`)

var saysCleanup = regexp.MustCompile(`(?i)clean(s|ed|ing)?[- ]?up|shut(s|ting)?[- ]?down|tear(s|ing)?[- ]?down|best[- ]effort`)
