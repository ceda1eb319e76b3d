// What comes from outside: loops over connections, rows, lines, messages and what is decoded. Part of the rule unbounded.

package rules

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
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
		case *types.Chan:
			if carries(u.Elem()) {
				return "channel", "value of a channel"
			}
		case *types.Slice, *types.Map:
			if c.external(n.X) && !c.checked(n.X, loop) {
				return "decoded", "element of what comes from outside"
			}
			if c.ofPage(n.X, loop) && !c.checked(n.X, loop) {
				return "pages", "element of each page"
			}
			decl, _ := code.DeclAround(loop)
			if v := code.Var(c.Info, n.X); v != nil && v.Kind() == types.ParamVar && decl != nil && decl.Name.IsExported() {
				return "slice", "element of " + v.Name()
			}
		case *types.Basic:
			if c.manyOutside(loop) {
				return "decoded", "round of a loop as long as what comes from outside"
			}
		}
	case *ast.ForStmt:
		if n.Cond != nil && c.manyOutside(loop) {
			return "decoded", "round of a loop as long as what comes from outside"
		}
		if call, ok := n.Cond.(*ast.CallExpr); ok && len(call.Args) == 0 {
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
						shape, what = "channel", "value of a channel"
					}
				}
			}
			return true
		})
	}
	return shape, what
}

// allAtOnce looks at a braid.Map or Each, which have as many tasks at once as there are items unless they are given a Limit.
func (c *check) allAtOnce(t *code.Task) {
	list := t.Call.Args[1]
	if mentionsLimit(t.Call) && !c.limitIsLen(t.Call, list) || hasVarOption(c, t.Call) || t.Call.Ellipsis.IsValid() || c.checked(list, t.At) {
		return
	}
	switch {
	case c.external(list):
		c.report(list, "decoded", "a task for each of what comes from outside, as many at once as there are: give it a Limit")
	case c.ofRows(list):
		c.report(list, "rows", "a task for each row of a query, as many at once as there are: give it a Limit")
	}
}

// ofRows tells whether the function puts a value for each row of a query into a list, and the query does not say how many there are at most.
func (c *check) ofRows(list ast.Expr) bool {
	v := code.Var(c.Info, list)
	if !code.IsLocal(v) || slices.ContainsFunc(c.Origins(v), func(e ast.Expr) bool { // batch by batch
		_, emptied := unparen[*ast.SliceExpr](e)
		return emptied
	}) {
		return false
	}
	for _, use := range c.Uses[v] {
		as, ok := use.Parent().Node().(*ast.AssignStmt)
		if !ok || c.UseOf(use) != code.Assigned || len(as.Rhs) != 1 {
			continue
		}
		call, ok := ast.Unparen(as.Rhs[0]).(*ast.CallExpr)
		loop, in := code.LoopAround(use)
		if !ok || !in || c.Builtin(call) != "append" || code.Within(list, loop.Node()) {
			continue
		}
		f, ok := loop.Node().(*ast.ForStmt)
		if !ok {
			continue
		}
		if next, ok := f.Cond.(*ast.CallExpr); ok && code.IsCall(c.Info, next, "database/sql", "Rows.Next") {
			return c.asksForAll(loop)
		}
	}
	return false
}

// asksForAll tells whether the query of the function around a loop is in sight, and says nothing of how many rows it wants.
func (c *check) asksForAll(loop inspector.Cursor) bool {
	fn, _ := code.FuncAround(loop)
	asks, limits := false, false
	for cur := range fn.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, "database/sql", "DB.Query", "DB.QueryContext", "Tx.Query", "Tx.QueryContext", "Conn.QueryContext") {
			continue
		}
		for _, arg := range call.Args {
			if tv := c.Info.Types[arg]; tv.Value != nil && tv.Value.Kind() == constant.String {
				asks, limits = true, limits || limiting.MatchString(constant.StringVal(tv.Value))
			}
		}
	}
	return asks && !limits
}

var limiting = regexp.MustCompile(`(?i)\b(limit|top|fetch first)\b`)

// walkAround gives the function literal around a place that is called for each file of a tree.
func (c *check) walkAround(at inspector.Cursor) (lit inspector.Cursor, ok bool) {
	fn, ok := code.FuncAround(at)
	if !ok {
		return fn, false
	}
	call, ok := fn.Parent().Node().(*ast.CallExpr)
	kind, _ := fn.ParentEdge()
	return fn, ok && kind == edge.CallExpr_Args && (code.IsCall(c.Info, call, "path/filepath", "Walk", "WalkDir") || code.IsCall(c.Info, call, "io/fs", "WalkDir"))
}

// fewOf tells whether a task in the function of a walk is for some of the files only, or is waited for there: its group or the pipe that it fills is the
// function's own, the walk or the folder ends with it, a number is looked at, or somebody else sets up the group.
func (c *check) fewOf(walk inspector.Cursor, t *code.Task) bool {
	own := func(v *types.Var) bool {
		in, ok := c.DeclaredIn(v)
		return ok && in == walk
	}
	if g := code.Var(c.Info, t.Owner); t.Owner != nil && (own(g) || slices.ContainsFunc(c.Uses[g], func(use inspector.Cursor) bool {
		u, ok := use.Parent().Node().(*ast.UnaryExpr)
		return c.UseOf(use) == code.Argument || ok && u.Op == token.AND
	})) {
		return true
	}
	fills := false
	ast.Inspect(t.At.Node(), func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			v, _ := c.Info.Uses[id].(*types.Var)
			fills = fills || v != nil && code.IsNamed(v.Type(), "io", "PipeWriter") && own(v)
		}
		return !fills
	})
	return fills || code.Has(bodyOfLoop(walk), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			return n.Pos() > t.At.Node().End() && (n.Sel.Name == "SkipAll" || n.Sel.Name == "SkipDir")
		case *ast.BinaryExpr:
			return limits(c.Info, n.Op, n.Y) || limits(c.Info, n.Op, n.X) && c.Info.Types[n.X].Value != nil
		}
		return false
	})
}

// manyOutside tells whether a loop has as many rounds as somebody outside wants: as a list from there is long, or a number says.
func (c *check) manyOutside(loop inspector.Cursor) bool {
	e := c.counted(loop.Node())
	return e != nil && c.external(e) && !c.checked(e, loop)
}

// external tells whether a list is a part of a request, or decoded by a function that is given one.
func (c *check) external(e ast.Expr) bool {
	if ofForm(c.Info, e) {
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
