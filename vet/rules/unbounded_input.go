// What comes from outside: loops over connections, rows, lines, messages and what is decoded. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// input says what a loop goes over, if that comes from outside.
func (c *check) input(loop inspector.Cursor, t *code.Task) (shape, what string) {
	switch n := loop.Node().(type) {
	case *ast.RangeStmt:
		switch u := c.Info.TypeOf(n.X).Underlying().(type) {
		case *types.Signature:
			if mayFail(u) && n.Key != nil && c.handedOn(n.Key, t) && !c.waitsIn(loop) {
				return "pages", "value of a sequence that may fail"
			}
			if list := c.listIn(n.X); list != nil {
				return c.inList(list, loop, t)
			}
			if c.ofText(n.X, 0) && !c.takesSlot(t) {
				return "lines", "part of a text"
			}
			if c.takesSlot(t) && n.Key != nil && c.handedOn(n.Key, t) {
				return "slot", "value of a sequence"
			}
		case *types.Chan:
			if carries(u.Elem()) {
				return c.fromChannel(t)
			}
		case *types.Slice, *types.Map:
			return c.inList(n.X, loop, t)
		case *types.Basic:
			return c.asLong(loop, t)
		}
	case *ast.ForStmt:
		if shape, what := c.asLong(loop, t); n.Cond != nil && shape != "" {
			return shape, what
		}
		if n.Cond != nil {
			for _, part := range conjuncts(n.Cond) {
				if shape, what := c.steps(part); shape != "" {
					return shape, what
				}
			}
		}
		if next, ok := n.Post.(*ast.AssignStmt); ok && len(next.Rhs) == 1 && c.handedOn(next.Lhs[0], t) {
			if call, ok := unparen[*ast.CallExpr](next.Rhs[0]); ok {
				if shape, what := c.reads(call); shape != "" {
					return shape, what
				}
			}
		}
		if n.Cond != nil && !c.LooksAtCtx(n.Cond) {
			return "", ""
		}
		code.Shallow(n.Body, func(m ast.Node) bool {
			if shape != "" {
				return false
			}
			switch m := m.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				return false
			case *ast.IfStmt: // if !lines.Scan() { break }
				if not, ok := unparen[*ast.UnaryExpr](m.Cond); ok && not.Op == token.NOT && m.Init == nil {
					shape, what = c.steps(not.X)
				}
			case *ast.CallExpr:
				if len(m.Args) == 1 && decodes(c.Info, m) {
					if u, ok := ast.Unparen(m.Args[0]).(*ast.UnaryExpr); ok && c.handedOn(u.X, t) {
						shape, what = "lines", "record"
					}
				}
			case *ast.AssignStmt:
				if len(m.Rhs) != 1 || !c.handedOn(m.Lhs[0], t) {
					break
				}
				switch e := ast.Unparen(m.Rhs[0]).(type) {
				case *ast.CallExpr:
					if shape, what = c.reads(e); shape == "" && gives(c.Info, e) && c.takesSlot(t) && !c.waitsIn(loop) {
						shape, what = "messages", "value that is read"
					}
				case *ast.UnaryExpr:
					if ch, ok := c.Info.TypeOf(e.X).Underlying().(*types.Chan); ok && e.Op == token.ARROW && carries(ch.Elem()) {
						shape, what = c.fromChannel(t)
					}
				}
			}
			return true
		})
	}
	return shape, what
}

// steps says what a condition goes on to, if that comes from outside: rows.Next() and the like.
func (c *check) steps(cond ast.Expr) (shape, what string) {
	call, ok := unparen[*ast.CallExpr](cond)
	if !ok || len(call.Args) > 0 {
		return "", ""
	}
	switch code.CalleeName(call) {
	case "Next", "NextRow":
		if code.IsCall(c.Info, call, "database/sql", "Rows.Next") || has(receiver(c, call), "Scan") {
			return "rows", "row"
		}
	case "Scan":
		if code.IsCall(c.Info, call, "bufio", "Scanner.Scan") || has(receiver(c, call), "Text") {
			return "lines", "line"
		}
	case "More":
		if code.IsCall(c.Info, call, "encoding/json", "Decoder.More") {
			return "lines", "record"
		}
	}
	return "", ""
}

// inList says what a list that a loop goes through is, if it comes from outside.
func (c *check) inList(list ast.Expr, loop inspector.Cursor, t *code.Task) (shape, what string) {
	if c.external(list) && !c.checked(list, loop) {
		return "decoded", "element of what comes from outside"
	}
	if c.ofPage(list, loop) && !c.checked(list, loop) {
		return "pages", "element of each page"
	}
	if c.ofRows(list) && !c.checked(list, loop) && !c.takesSlot(t) {
		return "rows", "row"
	}
	if shape, what := c.whole(list); shape != "" && !c.checked(list, loop) && !c.takesSlot(t) { // the list is there, and so may they be
		return shape, what
	}
	decl, _ := code.DeclAround(loop)
	if v := code.Var(c.Info, list); v != nil && v.Kind() == types.ParamVar && decl != nil && decl.Name.IsExported() {
		return "slice", "element of " + v.Name()
	}
	return "", ""
}

// asLong says what a loop has as many rounds as, if that is what somebody outside wants: as a list from there is long, or a number says.
func (c *check) asLong(loop inspector.Cursor, t *code.Task) (shape, what string) {
	e := c.counted(loop.Node())
	if e == nil || c.checked(e, loop) {
		return "", ""
	}
	if c.external(e) {
		return "decoded", "round of a loop as long as what comes from outside"
	}
	if isList(c.Info.TypeOf(e)) && !c.takesSlot(t) {
		return c.whole(e)
	}
	return "", ""
}

// fromChannel gives the shape of a task for each value of a channel: that they are too many says the slot that each of them waits for.
func (c *check) fromChannel(t *code.Task) (shape, what string) {
	if c.takesSlot(t) {
		return "slot", "value of a channel"
	}
	return "channel", "value of a channel"
}

// external tells whether a list is a part of a request, or decoded by a function that is given one.
func (c *check) external(e ast.Expr) bool {
	if ofForm(c.Info, e) || c.ofCall(e) {
		return true
	}
	v := rootOf(c.Info, e)
	at, ok := c.Root.FindNode(e)
	if !ok || !code.IsLocal(v) || !c.givenRequest(at) {
		return false
	}
	for _, o := range c.Origins(v) {
		if v == code.Var(c.Info, e) && ofForm(c.Info, o) {
			return true
		}
	}
	return c.decodedInto(v)
}

// ofCall tells whether a list is a part of the request that a method for calls from elsewhere is given, by its signature: f(ctx, *SomeRequest) (*SomeResponse, error).
func (c *check) ofCall(e ast.Expr) bool {
	if get, ok := unparen[*ast.CallExpr](e); ok && len(get.Args) == 0 {
		e = get.Fun
	}
	sel, ok := unparen[*ast.SelectorExpr](e)
	at, found := c.Root.FindNode(e)
	if !ok || !found {
		return false
	}
	decl, _ := code.DeclAround(at)
	if decl == nil || decl.Recv == nil || !decl.Name.IsExported() {
		return false
	}
	sig := c.Info.Defs[decl.Name].Type().(*types.Signature)
	req := rootOf(c.Info, sel.X)
	return sig.Params().Len() == 2 && sig.Results().Len() == 2 && sig.Params().At(1) == req && code.IsContext(sig.Params().At(0).Type()) && code.IsError(sig.Results().At(1).Type()) &&
		strings.HasSuffix(pointsTo(req.Type()), "Request") && (strings.HasSuffix(pointsTo(sig.Results().At(0).Type()), "Response") || strings.HasSuffix(pointsTo(sig.Results().At(0).Type()), "Reply"))
}

// pointsTo gives the name of the type that a pointer points to, or "".
func pointsTo(t types.Type) string {
	p, ok := t.(*types.Pointer)
	if !ok {
		return ""
	}
	if n, ok := types.Unalias(p.Elem()).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// decodedInto tells whether a call decodes something into a variable.
func (c *check) decodedInto(v *types.Var) bool {
	for _, use := range c.Uses[v] {
		if kind, _ := use.ParentEdge(); kind != edge.UnaryExpr_X {
			continue
		}
		call, ok := use.Parent().Parent().Node().(*ast.CallExpr)
		if !ok {
			continue
		}
		switch name := code.CalleeName(call); {
		case name == "Decode" || name == "Unmarshal", strings.HasPrefix(name, "Bind"), strings.HasPrefix(name, "ShouldBind"), strings.HasPrefix(name, "Decode"), strings.HasPrefix(name, "ReadJSON"):
			return true
		}
	}
	return false
}

// givenRequest tells whether a function around a place has an HTTP request as its parameter.
func (c *check) givenRequest(cur inspector.Cursor) bool {
	for fn := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		typ, _ := code.FuncParts(fn.Node())
		for _, f := range typ.Params.List {
			if code.IsNamed(c.Info.TypeOf(f.Type), "net/http", "Request") {
				return true
			}
		}
	}
	return false
}

// ofForm tells whether an expression is made of a request's query, form or header.
func ofForm(info *types.Info, e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && code.IsNamed(info.TypeOf(sel.X), "net/http", "Request") {
			switch sel.Sel.Name {
			case "Form", "PostForm", "MultipartForm", "Header", "URL", "FormValue", "PostFormValue":
				found = true
			}
		}
		return !found
	})
	return found
}

// reads says what a call gets from outside.
func (c *check) reads(call *ast.CallExpr) (shape, what string) {
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Signature().Recv() == nil || !gives(c.Info, call) {
		return "", ""
	}
	switch name := fn.Name(); {
	case strings.HasPrefix(name, "Accept") && !strings.HasSuffix(name, "Stream") && !strings.HasSuffix(name, "Channel"): // of these a connection has its own limit
		return "accept", "connection"
	case name == "ReadString" || name == "ReadLine" || name == "ReadBytes" || name == "ReadSlice" || code.Is(fn, "encoding/csv", "Reader.Read"):
		return "lines", "line"
	case code.Is(fn, "archive/tar", "Reader.Next"), name == "NextPart", name == "NextRawPart":
		return "lines", "file of an archive or part of a body"
	case name == "Recv", name == "RecvMsg", strings.HasPrefix(name, "ReadMessage"), name == "ReadMsg", strings.HasPrefix(name, "Receive"), name == "FetchMessage",
		name == "NextMsg", name == "NextMessage", name == "ReadFrom", name == "ReadFromUDP", name == "ReadFromUDPAddrPort", name == "Fetch", name == "Poll", name == "Consume", name == "Dequeue":
		return "messages", "message"
	}
	return "", ""
}

// decodes tells whether a call puts the next record of a stream into its argument.
func decodes(info *types.Info, call *ast.CallExpr) bool {
	return code.IsCall(info, call, "encoding/json", "Decoder.Decode") || code.IsCall(info, call, "encoding/gob", "Decoder.Decode") || code.IsCall(info, call, "encoding/xml", "Decoder.Decode")
}

// gives tells whether a call gives something and an error.
func gives(info *types.Info, call *ast.CallExpr) bool {
	res, ok := info.TypeOf(call).(*types.Tuple)
	return ok && res.Len() > 1 && code.IsError(res.At(res.Len()-1).Type())
}

// handedOn tells whether a variable that a round sets is used by the task.
func (c *check) handedOn(lhs ast.Expr, t *code.Task) (found bool) {
	id, ok := ast.Unparen(lhs).(*ast.Ident)
	if !ok {
		return false
	}
	v, _ := c.Info.ObjectOf(id).(*types.Var)
	if v == nil {
		return false
	}
	names := map[*types.Var]bool{v: true}
	// what is made of it counts too: c := newConn(conn); go c.serve()
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			w, _ := c.Info.Uses[id].(*types.Var)
			if w == nil {
				return true
			}
			if names[w] {
				found = true
			}
			for _, e := range c.Origins(w) {
				ast.Inspect(e, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && c.Info.Uses[id] == types.Object(v) {
						found = true
					}
					return !found
				})
			}
		}
		return !found
	})
	return found
}

// carries tells whether values of a channel are more than signals and ticks.
func carries(elem types.Type) bool {
	if code.IsNamed(elem, "time", "Time") || code.IsNamed(elem, "os", "Signal") || code.IsError(elem) {
		return false
	}
	switch u := elem.Underlying().(type) {
	case *types.Struct:
		return u.NumFields() > 0
	case *types.Basic:
		return u.Info()&types.IsBoolean == 0
	}
	return true
}

func has(t types.Type, method string) bool {
	if t == nil {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, method)
	_, ok := obj.(*types.Func)
	return ok
}
