// Network connections read and written where nothing ends the call when the
// context does.

package rules

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Deadline finds reads, writes and accepts that a context cannot end.
var Deadline = register(&Rule{
	Name:  "deadline",
	Title: "a connection is waited for without deadline",
	Why: "A `net.Conn` knows no context: `Read` and `Write` end when the peer sends or closes, or at a deadline. Where a context is in reach, " +
		"carry it over: set the deadline, or let the end of the context set one or close the connection, with `context.AfterFunc`.",
	Wrong: `
func hello(ctx context.Context, d *net.Dialer, addr string) error {
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	buf := make([]byte, 5)
	_, err = io.ReadFull(conn, buf)
	return err
}
`,
	Right: `
func hello(ctx context.Context, d *net.Dialer, addr string) error {
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })
	defer stop()
	buf := make([]byte, 5)
	_, err = io.ReadFull(conn, buf)
	return err
}
`,
	Exempt: "A connection whose deadline is set in the same function, or that is closed there otherwise than by `defer`, or handed to another function beforehand that may do so; datagrams that are sent; `main` and `init`; a context of the function's own; methods of types that are connections themselves.",
	Shapes: []Shape{
		{Name: "conn", Severity: Warning, What: "Read or Write of a net.Conn, io.ReadFull, io.Copy and the like, a scanner or decoder over one, with no deadline in the function that has made it"},
		{Name: "given", Severity: Note, Off: true, What: "the same of a connection that is a parameter, to which whoever gives it may have set one, or of a listener that whoever gives it may close"},
		{Name: "field", Severity: Note, Off: true, What: "the same of a connection in a field, which the object may close elsewhere"},
		{Name: "half", Severity: Warning, What: "the same where the function carries the context's deadline over to the connection for writing, and not for reading, or the other way round"},
		{Name: "accept", Severity: Warning, What: "Accept of a listener that the function has made, or closes when it returns, and that nothing in it closes when the context ends"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		conn, what := c.connOf(call)
		if conn == nil {
			continue
		}
		r := c.reach(cur)
		if r == nil || r.Request {
			continue
		}
		if !r.Request && !c.Given(r.Ctx) {
			continue
		}
		shape := "conn"
		if what == "Accept" {
			shape = "accept"
		}
		switch {
		case conn.IsField() || c.copiesField(conn):
			shape = "field"
		case code.IsParam(c.Info, conn) && !(shape == "accept" && c.closesAtEnd(conn)):
			shape = "given"
		}
		if c.ended(cur, conn, what) {
			continue
		}
		if shape != "conn" && shape != "accept" && c.setsOther(cur, conn, what) {
			shape = "half"
		}
		c.report(call, shape, what+" on "+conn.Name()+" has no deadline and "+r.Name()+" cannot end it: use context.AfterFunc to set one or to close it")
	}
})

// copiesField tells whether a variable holds what an object keeps in a field, which others may close or set a deadline of.
func (c *check) copiesField(v *types.Var) bool {
	return code.IsLocal(v) && slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool {
		_, ok := ast.Unparen(e).(*ast.SelectorExpr)
		f := code.Var(c.Info, e)
		return ok && f != nil && f.IsField()
	})
}

// closesAtEnd tells whether a deferred call closes what a parameter holds: it is the function's, which nobody else will close.
func (c *check) closesAtEnd(v *types.Var) bool {
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Close" && code.Deferred(use)
	})
}

// connOf gives the variable of the connection or listener that a call waits for.
func (c *check) connOf(call *ast.CallExpr) (*types.Var, string) {
	var e ast.Expr
	name := code.CalleeName(call)
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		switch name {
		case "Read", "Write", "ReadFrom", "WriteTo":
			if t := c.Info.TypeOf(sel.X); isConn(t) && !(strings.HasPrefix(name, "Write") && isNet(t, "UDPConn")) { // a datagram is not waited for
				e = sel.X
			}
		case "Accept", "AcceptTCP", "AcceptUnix":
			if isNet(c.Info.TypeOf(sel.X), "Listener", "TCPListener", "UnixListener") {
				e, name = sel.X, "Accept"
			}
		}
	}
	if readsArgument(c.Info, call) {
		for _, arg := range call.Args {
			if isConn(c.Info.TypeOf(arg)) {
				e, name = arg, types.ExprString(call.Fun)
			}
		}
	}
	if e == nil {
		if e = c.readerOver(call); e == nil {
			return nil, ""
		}
		if readsArgument(c.Info, call) {
			name = types.ExprString(call.Fun)
		}
	}
	v := code.Var(c.Info, e)
	switch ast.Unparen(e).(type) {
	case *ast.Ident:
		if !code.IsLocal(v) {
			return nil, ""
		}
	case *ast.SelectorExpr:
		if v == nil || !v.IsField() || !c.on("field") && !c.on("half") {
			return nil, ""
		}
	default:
		return nil, ""
	}
	return v, name
}

// readerOver gives the connection that a scanner, reader or decoder was made over, if the call is one
// that reads by it, and it is a variable of the function that nobody else has.
func (c *check) readerOver(call *ast.CallExpr) ast.Expr {
	if readsArgument(c.Info, call) {
		for _, arg := range call.Args {
			if conn := c.connUnder(arg); conn != nil {
				return conn
			}
		}
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	switch sel.Sel.Name {
	case "Scan", "Read", "ReadString", "ReadBytes", "ReadLine", "ReadByte", "ReadRune", "ReadSlice", "Peek", "Decode":
		return c.connUnder(sel.X)
	}
	return nil
}

// connUnder gives the connection that a reader was made over, if that is made in place or a variable of the function that nobody else has.
func (c *check) connUnder(reader ast.Expr) ast.Expr {
	mk, ok := unparen[*ast.CallExpr](reader) // made where it is used
	if !ok {
		v := code.Var(c.Info, reader)
		if _, plain := unparen[*ast.Ident](reader); !plain || !code.IsLocal(v) || c.readElsewhere(v) {
			return nil
		}
		mk, ok = c.Only(v).(*ast.CallExpr)
	}
	if !ok || !overReader(c.Info, mk) || len(mk.Args) == 0 || !isConn(c.Info.TypeOf(mk.Args[0])) {
		return nil
	}
	return mk.Args[0]
}

// readElsewhere tells whether a local variable may be used by code that is not in sight, other than functions that only read from it.
func (c *check) readElsewhere(v *types.Var) bool {
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		switch c.UseOf(use) {
		case code.Argument:
			call, ok := use.Parent().Node().(*ast.CallExpr)
			return !ok || !readsArgument(c.Info, call)
		case code.Stored, code.Returned, code.MethodVal:
			return true
		}
		return false
	})
}

// readsArgument tells whether a call reads from one of its arguments.
func readsArgument(info *types.Info, call *ast.CallExpr) bool {
	return code.IsCall(info, call, "io", "ReadFull", "ReadAll", "ReadAtLeast", "Copy", "CopyN", "CopyBuffer") ||
		code.IsCall(info, call, "encoding/binary", "Read") || code.IsCall(info, call, "net/http", "ReadRequest", "ReadResponse")
}

// onlyWrites tells whether a call writes to its first argument, and does no more with it.
func onlyWrites(info *types.Info, call *ast.CallExpr) bool {
	return code.IsCall(info, call, "io", "WriteString") || code.IsCall(info, call, "fmt", "Fprint", "Fprintf", "Fprintln") ||
		code.IsCall(info, call, "encoding/binary", "Write")
}

// overReader tells whether a call makes something that reads from its argument, or writes to it.
func overReader(info *types.Info, call *ast.CallExpr) bool {
	return code.IsCall(info, call, "bufio", "NewReader", "NewReaderSize", "NewWriter", "NewWriterSize", "NewScanner") ||
		code.IsCall(info, call, "encoding/xml", "NewDecoder", "NewEncoder") || code.IsCall(info, call, "io", "LimitReader") ||
		code.IsCall(info, call, "encoding/json", "NewDecoder", "NewEncoder") || code.IsCall(info, call, "encoding/gob", "NewDecoder", "NewEncoder")
}

func isConn(t types.Type) bool { return isNet(t, "Conn", "TCPConn", "UDPConn", "UnixConn", "IPConn") }

func isNet(t types.Type, names ...string) bool {
	for _, name := range names {
		if code.IsNamed(t, "net", name) {
			return true
		}
	}
	return false
}

// ended tells whether something in sight may end a wait for the connection: a
// deadline, a Close that is not deferred by the function itself, or somebody who was handed it.
// Of a field only what the same declared function does with it is looked at.
func (c *check) ended(at inspector.Cursor, v *types.Var, what string) bool {
	decl, _ := code.DeclAround(at)
	for _, use := range c.Uses[v] {
		if v.IsField() {
			if decl == nil || !code.Within(use.Node(), decl) {
				continue
			}
			if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
				use = use.Parent()
			}
		}
		switch c.UseOf(use) {
		case code.Method:
			sel, ok := use.Parent().Node().(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch sel.Sel.Name {
			case "SetDeadline", "SetReadDeadline", "SetWriteDeadline":
				if sel.Sel.Name != otherDeadline(what) {
					return true
				}
			case "Close":
				lit, _ := code.FuncAround(use)
				here, _ := code.FuncAround(at)
				if !code.Deferred(use) || lit != here {
					if lit != here {
						return true
					}
				}
			}
		case code.Argument:
			call, ok := use.Parent().Node().(*ast.CallExpr)
			if !ok {
				return true
			}
			if w, _ := c.connOf(call); w != v && !overReader(c.Info, call) && !onlyWrites(c.Info, call) {
				return true
			}
		case code.Stored, code.MethodVal, code.Returned:
			return true
		}
	}
	return false
}

// otherDeadline gives the method that sets the deadline which does not hold for a call.
func otherDeadline(what string) string {
	switch what {
	case "Write":
		return "SetReadDeadline"
	case "Read", "io.ReadFull", "io.ReadAll", "io.ReadAtLeast", "binary.Read", "http.ReadRequest", "http.ReadResponse", "Scan", "ReadString", "ReadBytes", "ReadLine", "ReadByte", "ReadRune", "ReadSlice", "Peek", "Decode":
		return "SetWriteDeadline"
	}
	return ""
}

// setsOther tells whether a function carries the deadline of a context over to a connection, but not for what a call does.
func (c *check) setsOther(at inspector.Cursor, v *types.Var, what string) bool {
	decl, _ := code.DeclAround(at)
	return decl != nil && !c.setElsewhere(decl, v, what) && slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		return ok && code.Within(use.Node(), decl) && sel.X == use.Node() && sel.Sel.Name == otherDeadline(what)
	}) && code.Has(decl.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && code.IsCall(c.Info, call, "context", "Context.Deadline")
	})
}

// setElsewhere tells whether a function of the package that is called closes the connection in a field, or sets the deadline that holds for a call.
func (c *check) setElsewhere(decl *ast.FuncDecl, v *types.Var, what string) bool {
	called := map[ast.Node]bool{}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if helper, ok := c.Decls[code.Callee(c.Info, call)]; ok {
				called[helper.Node()] = true
			}
		}
		return true
	})
	return slices.ContainsFunc(c.Uses[v], func(use inspector.Cursor) bool {
		helper, _ := code.DeclAround(use)
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		return ok && helper != nil && called[helper] && sel.X == use.Node() && (sel.Sel.Name == "Close" || strings.HasSuffix(sel.Sel.Name, "Deadline") && sel.Sel.Name != otherDeadline(what))
	})
}
