// A goroutine for each of what comes in from outside, without a limit.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Unbounded finds loops over external input that start a goroutine a round.
var Unbounded = register(&Rule{
	Name:  "unbounded",
	Title: "as many goroutines as somebody else likes",
	Why: "Who starts a goroutine for each connection, row, line or message lets whoever sends them decide how many run at once. " +
		"When the work is slower than what comes in, memory, file descriptors and connections to others run out. " +
		"A limit holds the source back instead: `errgroup.SetLimit`, a semaphore taken before the spawn, `braid.Limit` with `GoWait`, or `braid.EachSeq`.",
	Wrong: `
func serve(r *bufio.Reader, handle func(string)) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		go handle(line)
	}
}
`,
	Right: `
func serve(r *bufio.Reader, handle func(string)) error {
	slots := make(chan struct{}, 100)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			handle(line)
		}()
	}
}
`,
	Exempt: "Loops in which something is acquired, sent, waited for or compared with a maximum; groups with a limit, and groups made elsewhere; signals and ticks; streams that a connection accepts, which limits them; one goroutine for each key of a map; " +
		"a goroutine for each message with a comment right above it, as protocols may go in step; " +
		"exported functions named `Serve…` or `Accept…` that are given their listener, since their caller can limit it (`netutil.LimitListener`). " +
		"Ranging over a slice is off by default: its length is known, but mostly somebody else's choice.",
	Shapes: []Shape{
		{Name: "accept", Severity: Note, Off: true, What: "a goroutine for each connection, as most servers have it"},
		{Name: "rows", Severity: Warning, What: "for each row of a query"},
		{Name: "lines", Severity: Warning, What: "for each line, token or record that is read"},
		{Name: "channel", Severity: Note, Off: true, What: "for each value of a channel, which mostly comes from the program itself"},
		{Name: "messages", Severity: Warning, What: "for each message of a stream or queue"},
		{Name: "decoded", Severity: Warning, What: "for each element of what is decoded from a request, or of its query, form or header, also by `braid.Map` and `braid.Each`"},
		{Name: "slice", Severity: Note, Off: true, What: "for each element of a slice or map that is a parameter of an exported function"},
	},
	Detachable: false,
}, func(c *check) {
	for _, t := range c.Tasks {
		if code.IsCall(c.Info, t.Call, code.Braid, "Map", "Each") && len(t.Call.Args) > 2 {
			if c.external(t.Call.Args[1]) && !mentionsLimit(t.Call) && !hasVarOption(c, t.Call) && !t.Call.Ellipsis.IsValid() {
				c.report(t.Call.Args[1], "decoded", "a task for each of what comes from outside, as many at once as there are: give it a Limit")
			}
			continue
		}
		if t.Body || t.Kind == code.Timer || t.Kind == code.BraidTask && t.Owner == nil {
			continue
		}
		for loop, ok := code.LoopAround(t.At); ok; loop, ok = code.LoopAround(loop) {
			shape, what := c.input(loop, t)
			if shape == "" {
				continue
			}
			if code.LeavesAfter(t.At, loop) || c.limited(loop, t) || shape == "accept" && c.servesOthers(t.At) || shape == "messages" && c.Commented(t.At.Node().Pos()) || c.onceAKey(loop, t) || c.hasSlot(loop, t) {
				break
			}
			c.report(t.At.Node(), shape, fmt.Sprintf("a goroutine for each %s, as many at once as come in: limit them", what))
			break
		}
	}
})

// hasSlot tells whether a task is started in a clause of a select that has received from a channel, or sent to it, and
// that says what to do if it cannot: the channel counts how many there may be.
func (c *check) hasSlot(loop inspector.Cursor, t *code.Task) bool {
	for cur := range t.At.Enclosing((*ast.CommClause)(nil)) {
		clause := cur.Node().(*ast.CommClause)
		if !code.Within(clause, loop.Node()) {
			return false
		}
		if clause.Comm == nil {
			continue
		}
		if _, isDone := c.DoneClause(clause); isDone {
			continue
		}
		if _, brings := clause.Comm.(*ast.AssignStmt); brings { // what it has received is what it is started for
			continue
		}
		for _, other := range cur.Parent().Node().(*ast.BlockStmt).List {
			if other.(*ast.CommClause).Comm == nil {
				return true
			}
		}
	}
	return false
}

// onceAKey tells whether a task is started only if a map does not have a key yet: there is one for each key,
// not for each of what comes in.
func (c *check) onceAKey(loop inspector.Cursor, t *code.Task) bool {
	for cur := range t.At.Enclosing((*ast.IfStmt)(nil)) {
		if !code.Within(cur.Node(), loop.Node()) {
			return false
		}
		u, ok := ast.Unparen(cur.Node().(*ast.IfStmt).Cond).(*ast.UnaryExpr)
		if !ok || u.Op != token.NOT || !code.Within(t.At.Node(), cur.Node().(*ast.IfStmt).Body) {
			continue
		}
		for _, e := range c.Origins(code.Var(c.Info, u.X)) {
			if ix, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
				if _, ok := under(c.Info.TypeOf(ix.X)).(*types.Map); ok {
					return true
				}
			}
		}
	}
	return false
}

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
			if c.external(n.X) {
				return "decoded", "element of what comes from outside"
			}
			decl, _ := code.DeclAround(loop)
			if v := code.Var(c.Info, n.X); v != nil && v.Kind() == types.ParamVar && decl != nil && decl.Name.IsExported() {
				return "slice", "element of " + v.Name()
			}
		}
	case *ast.ForStmt:
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
			case *ast.AssignStmt:
				if len(m.Rhs) != 1 || !c.handedOn(m.Lhs[0], t) {
					break
				}
				switch e := ast.Unparen(m.Rhs[0]).(type) {
				case *ast.CallExpr:
					shape, what = c.reads(e)
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
	if fn == nil || fn.Signature().Recv() == nil {
		return "", ""
	}
	res := fn.Signature().Results()
	if res.Len() < 2 || !code.IsError(res.At(res.Len()-1).Type()) {
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

// limited tells whether something in a round may hold it back, or the group has a limit.
func (c *check) limited(loop inspector.Cursor, t *code.Task) bool {
	if t.Owner != nil && c.groupLimited(t) {
		return true
	}
	var body *ast.BlockStmt
	switch n := loop.Node().(type) {
	case *ast.ForStmt:
		body = n.Body
	case *ast.RangeStmt:
		body = n.Body
	}
	found, recvs := false, 0
	code.Shallow(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.ReturnStmt: // on the way out nothing is held back
			return false
		case *ast.SendStmt:
			found = true
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				if ch, ok := c.Info.TypeOf(n.X).Underlying().(*types.Chan); ok && c.DoneOf(n) == nil {
					if carries(ch.Elem()) {
						recvs++
					} else if s, ok := ch.Elem().Underlying().(*types.Struct); ok && s.NumFields() == 0 && n.Pos() > t.At.Node().End() {
						found = true // waits for the end of what it has started
					} else if ok && !c.inSelect(n, body) {
						found = true // a token
					}
				}
			}
		case *ast.CallExpr:
			switch name := code.CalleeName(n); {
			case name == "Wait" || name == "WaitN" || name == "Take" || name == "Get" && len(n.Args) <= 1 && strings.Contains(strings.ToLower(types.ExprString(n.Fun)), "sem"),
				strings.Contains(name, "Acquire"), strings.HasPrefix(strings.ToLower(name), "acquire"), name == "Allow", name == "Reserve", name == "GoWait", name == "TryGo" && t.Call == n,
				strings.Contains(strings.ToLower(name), "throttle"), strings.Contains(strings.ToLower(name), "limit"):
				found = true
			}
		case *ast.BinaryExpr:
			switch n.Op {
			case token.LSS, token.LEQ, token.GTR, token.GEQ:
				text := strings.ToLower(types.ExprString(n))
				found = found || strings.Contains(text, "max") || strings.Contains(text, "limit") || strings.Contains(text, "cap")
			}
		}
		return !found
	})
	return found || recvs > 1
}

func (c *check) inSelect(n, body ast.Node) (found bool) {
	ast.Inspect(body, func(m ast.Node) bool {
		if clause, ok := m.(*ast.CommClause); ok && clause.Comm != nil && code.Within(n, clause.Comm) {
			found = true
		}
		return !found
	})
	return found
}

// groupLimited tells whether the group of a task has a limit, or may have one that was set out of sight.
func (c *check) groupLimited(t *code.Task) bool {
	v := code.Var(c.Info, t.Owner)
	if v == nil {
		return true
	}
	if t.Kind == code.WaitGroup || code.IsNamed(v.Type(), code.Conc, "WaitGroup") {
		return false
	}
	for _, use := range c.Uses[v] {
		if sel, ok := use.Parent().Node().(*ast.SelectorExpr); ok && (sel.Sel.Name == "SetLimit" || sel.Sel.Name == "WithMaxGoroutines") {
			return true
		}
	}
	origins := c.Origins(v)
	switch {
	case v.Kind() == types.ParamVar:
		run := c.bodyOf(v)
		return run == nil || mentionsLimit(run)
	case len(origins) == 0 && code.IsNamed(v.Type(), code.Errgroup, "Group") && code.IsLocal(v):
		return false // var g errgroup.Group
	case len(origins) == 0:
		return true
	}
	for _, e := range origins {
		if !makesGroup(c, e) || mentionsLimit(e) {
			return true
		}
	}
	return false
}

// bodyOf gives the call whose body has the group as its parameter.
func (c *check) bodyOf(v *types.Var) ast.Node {
	for _, t := range c.Tasks {
		if t.Lit != nil && t.Lit.Type.Pos() <= v.Pos() && v.Pos() < t.Lit.Type.End() {
			return t.Call
		}
	}
	return nil
}

func mentionsLimit(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && lit != nil {
			return false
		}
		if id, ok := n.(*ast.Ident); ok && (id.Name == "Limit" || id.Name == "WithMaxGoroutines" || id.Name == "SetLimit") {
			found = true
		}
		return !found
	})
	return found
}

// servesOthers tells whether a place is in an exported Serve or Accept that is given its listener.
func (c *check) servesOthers(at inspector.Cursor) bool {
	decl, _ := code.DeclAround(at)
	if decl == nil || !decl.Name.IsExported() || !strings.HasPrefix(decl.Name.Name, "Serve") && !strings.HasPrefix(decl.Name.Name, "Accept") {
		return false
	}
	for _, field := range decl.Type.Params.List {
		if t := c.Info.TypeOf(field.Type); t != nil && has(t, "Accept") {
			return true
		}
	}
	return false
}
