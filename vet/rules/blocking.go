// Waits for channels and groups of goroutines that the context in reach cannot
// end.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Blocking finds waits that ignore the context in reach.
var Blocking = register(&Rule{
	Name:  "blocking",
	Title: "a wait ignores the context",
	Why: "A send or receive waits for somebody else. If that has gone, as it does when the context has ended, nothing wakes the waiter: a task that " +
		"hangs so holds up the join of its group for ever. Wait in a `select` that has `<-ctx.Done()` too.",
	Wrong: `
func feed(ctx context.Context, out chan<- int, next func(context.Context) (int, error)) error {
	for {
		v, err := next(ctx)
		if err != nil {
			return err
		}
		out <- v
	}
}
`,
	Right: `
func feed(ctx context.Context, out chan<- int, next func(context.Context) (int, error)) error {
	for {
		v, err := next(ctx)
		if err != nil {
			return err
		}
		select {
		case out <- v:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
`,
	Exempt: "Channels made in the function itself, whose other end is in sight (the rule stranded looks at those); channels that say that something is over (named so, or of `struct{}` and not sent to); " +
		"a select with such a channel or a `default`; a loop over a channel that looks at the context in each round, or whose sender, in sight, ends with the context and closes it; `main` and `init`; what is deferred or a cleanup; the join of a function's own goroutines, if those know the context.",
	Shapes: []Shape{
		{Name: "send", Severity: Warning, What: "a bare send to a channel that is a parameter"},
		{Name: "receive", Severity: Warning, What: "a bare receive from a channel that is a parameter"},
		{Name: "range", Severity: Warning, What: "a range over a channel that is a parameter"},
		{Name: "select", Severity: Warning, What: "a select without Done and without default"},
		{Name: "wait", Severity: Warning, What: "WaitGroup.Wait for goroutines that the function has not started, or that do not know the context"},
		{Name: "cond", Severity: Warning, What: "Cond.Wait that the end of the context does not wake"},
		{Name: "field", Severity: Note, Off: true, What: "the same for channels in fields and variables of the package, and for those of `struct{}` among them that are not named as if something were over"},
		{Name: "quit", Severity: Note, Off: true, What: "a select in a task that ends with a channel which says that something is over, and not with the task's context"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.SendStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil), (*ast.SelectStmt)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.SendStmt:
			if !inComm(cur) {
				c.wait(cur, n, n.Chan, "send", "this send")
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && !inComm(cur) && c.DoneOf(n) == nil {
				c.wait(cur, n, n.X, "receive", "this receive")
			}
		case *ast.RangeStmt:
			if _, ok := under(c.Info.TypeOf(n.X)).(*types.Chan); ok && !c.LooksAtCtx(n.Body) {
				c.wait(cur, n.X, n.X, "range", "this loop over a channel")
			}
		case *ast.SelectStmt:
			c.selects(cur, n)
		case *ast.CallExpr:
			switch fn := code.Callee(c.Info, n); {
			case code.Is(fn, "sync", "WaitGroup.Wait"):
				c.waitGroup(cur, n)
			case code.Is(fn, "sync", "Cond.Wait"):
				c.cond(cur, n)
			}
		}
	}
}, Stranded.Analyzer)

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

var over = regexp.MustCompile(`(?i)done|stop|quit|clos|exit|finish|term|shutdown|cancel|sig|abort|end|dying|dead|interrupt|fail|err`)

var stopping = regexp.MustCompile(`(?i)cancel|stop|close|kill|interrupt|shutdown`)

// saysOver tells whether a channel says that something is over.
func (c *check) saysOver(ch ast.Expr) bool {
	if t, ok := under(c.Info.TypeOf(ch)).(*types.Chan); ok {
		if s, ok := under(t.Elem()).(*types.Struct); ok && s.NumFields() == 0 {
			return true
		}
	}
	name := ""
	switch e := ast.Unparen(ch).(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		name = e.Sel.Name
	case *ast.CallExpr:
		name = code.CalleeName(e)
	}
	return over.MatchString(name)
}

func (c *check) wait(cur inspector.Cursor, at ast.Node, ch ast.Expr, shape, what string) {
	if c.exempt(at.Pos()) {
		return
	}
	if c.saysOver(ch) {
		v := code.Var(c.Info, ch)
		if v == nil || over.MatchString(v.Name()) || shape != "send" && (!v.IsField() || !c.on("field")) {
			return
		}
	}
	if _, what := c.timerOf(ch); what != "" || isTimer(c.Info, ch) {
		return
	}
	v := code.Var(c.Info, ch)
	if v == nil {
		return
	}
	r := c.reach(cur)
	if r == nil || r.Request {
		return
	}
	switch {
	case !code.IsLocal(v):
		shape = "field"
	case code.IsParam(c.Info, v):
		if c.roomy(v) || shape == "range" && c.endsWithSender(v) || shape == "send" && c.drained(v) {
			return
		}
	default:
		return
	}
	c.report(at, shape, what+" on "+v.Name()+" ignores "+r.Name()+": select on its Done beside it")
}

func isTimer(info *types.Info, ch ast.Expr) bool {
	t, ok := under(info.TypeOf(ch)).(*types.Chan)
	return ok && code.IsNamed(t.Elem(), "time", "Time")
}

// roomy tells whether a channel that is a parameter of a function of the package is, in
// each of its calls, one with a buffer that was made where the call is: then whoever made it has
// seen to its size.
func (c *check) roomy(v *types.Var) bool {
	args := c.argumentsFor(v)
	for _, arg := range args {
		made, all := c.Made(code.Var(c.Info, arg))
		if !all || len(made) != 1 {
			return false
		}
		mk, ok := ast.Unparen(made[0]).(*ast.CallExpr)
		if !ok || c.Builtin(mk) != "make" || len(mk.Args) < 2 {
			return false
		}
	}
	return len(args) > 0
}

// endsWithSender tells whether a channel that is a parameter is, in each of the calls, one that its sender closes, on every
// way, and that sender waits for the context too: so what goes over the channel ends with the context.
func (c *check) endsWithSender(v *types.Var) bool {
	args := c.argumentsFor(v)
	for _, arg := range args {
		ch := code.Var(c.Info, arg)
		if ch == nil || !code.IsLocal(ch) {
			return false
		}
		ops, _, all := c.ChanOps(ch)
		closed, sends := false, 0
		for _, op := range ops {
			switch op.Kind {
			case code.Close:
				closed = closed || code.Deferred(op.Cur)
			case code.Send:
				if way, _ := c.Ways(op.Select, op.Clause); way != code.ByContext {
					return false
				}
				sends++
			}
		}
		if !all || !closed || sends == 0 {
			return false
		}
	}
	return len(args) > 0
}

// drained tells whether a channel that is a parameter is, in each of the calls, one from which all is received that comes, until it is
// closed, whatever happens: by a loop that nothing leaves, in a defer or not.
func (c *check) drained(v *types.Var) bool {
	args := c.argumentsFor(v)
	for _, arg := range args {
		ch := code.Var(c.Info, arg)
		if ch == nil || !code.IsLocal(ch) {
			return false
		}
		ops, _, all := c.ChanOps(ch)
		dry := false
		for _, op := range ops {
			dry = dry || op.Kind == code.RangeOver && (op.Deferred || op.Async) && len(c.Leaves(op)) == 0
		}
		if !all || !dry {
			return false
		}
	}
	return len(args) > 0
}

// argumentsFor gives what a parameter of a function of the package is in each of its calls; nothing if it is
// no such parameter, or some call is out of sight.
func (c *check) argumentsFor(v *types.Var) (args []ast.Expr) {
	for fn, decl := range c.Decls {
		if fn.Signature().Variadic() || !code.Within(c.declOf(v), decl.Node().(*ast.FuncDecl).Type) {
			continue
		}
		i := -1
		for at := range fn.Signature().Params().Len() {
			if fn.Signature().Params().At(at) == v {
				i = at
			}
		}
		for _, use := range c.Uses[fn] {
			at := use
			if kind, _ := at.ParentEdge(); kind == edge.SelectorExpr_Sel {
				at = at.Parent()
			}
			call, ok := at.Parent().Node().(*ast.CallExpr)
			if !ok || call.Fun != at.Node() || i < 0 || i >= len(call.Args) {
				return nil
			}
			args = append(args, call.Args[i])
		}
		return args
	}
	return nil
}

// selects reports a select that waits for channels alone.
func (c *check) selects(cur inspector.Cursor, n *ast.SelectStmt) {
	if len(n.Body.List) == 0 {
		return
	}

	if c.joinsOwn(cur, n) {
		return
	}
	told := false // that something is over
	for _, s := range n.Body.List {
		clause := s.(*ast.CommClause)
		switch comm := clause.Comm.(type) {
		case nil:
			return
		case *ast.SendStmt:
			if c.saysOver(comm.Chan) {
				return
			}
		case *ast.ExprStmt, *ast.AssignStmt:
			var e ast.Expr
			if as, ok := comm.(*ast.AssignStmt); ok {
				e = as.Rhs[0]
			} else {
				e = comm.(*ast.ExprStmt).X
			}
			u, ok := ast.Unparen(e).(*ast.UnaryExpr)
			if !ok || c.DoneOf(u) != nil || c.ofCtx(u.X) {
				return
			}
			told = told || c.saysOver(u.X)
		}
	}
	r := c.reach(cur)
	if r == nil || r.Request || c.helpedOut(cur) {
		return
	}
	if told {
		if t := c.TaskAround(cur); t != nil && (t.Kind == code.ErrGroup || t.Kind == code.ConcGroup || t.Kind == code.BraidTask) {
			c.report(n, "quit", "this select does not end with "+r.Name()+", which is the task's: add a case for its Done")
		}
		return
	}
	c.report(n, "select", "this select ignores "+r.Name()+": add a case for its Done")
}

// ofCtx tells whether a channel comes out of a call that was given a context: it
// will be closed when that ends.
func (c *check) ofCtx(ch ast.Expr) bool {
	from := []ast.Expr{ch}
	if v := code.Var(c.Info, ch); v != nil {
		from = c.Origins(v)
	}
	for _, e := range from {
		if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && c.CtxArg(call) != nil {
			return true
		}
	}
	return false
}

// joinsOwn tells whether a select waits, beside timers, only for channels that
// the function made itself, whose goroutines know a context: these end when it does.
func (c *check) joinsOwn(cur inspector.Cursor, n *ast.SelectStmt) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	channels := 0
	for _, s := range n.Body.List {
		var ch ast.Expr
		switch comm := s.(*ast.CommClause).Comm.(type) {
		case *ast.SendStmt:
			ch = comm.Chan
		case *ast.ExprStmt:
			ch = comm.X
		case *ast.AssignStmt:
			ch = comm.Rhs[0]
		default:
			return false
		}
		if u, ok := ast.Unparen(ch).(*ast.UnaryExpr); ok {
			ch = u.X
		}
		if isTimer(c.Info, ch) {
			continue
		}
		v := code.Var(c.Info, ch)
		if !code.IsLocal(v) || code.IsParam(c.Info, v) {
			return false
		}
		if made, all := c.Made(v); !all || len(made) != 1 {
			return false
		}
		channels++
	}
	for _, t := range c.Tasks {
		if in, _ := code.FuncAround(t.At); in == fn && (c.MentionsCtx(t.Call) || t.Lit != nil && c.MentionsCtx(t.Lit)) {
			return channels > 0
		}
	}
	return false
}

// helpedOut tells whether a goroutine or callback of the function around looks at
// a context: it may end the wait.
func (c *check) helpedOut(cur inspector.Cursor) bool {
	fn, ok := code.FuncAround(cur)
	if !ok {
		return false
	}
	for l := range fn.Preorder((*ast.FuncLit)(nil)) {
		if l != fn && !code.Within(cur.Node(), l.Node()) && c.LooksAtCtx(l.Node()) {
			return true
		}
	}
	return false
}

// waitGroup reports a join that the context cannot end, where the function has a context for that.
func (c *check) waitGroup(cur inspector.Cursor, n *ast.CallExpr) {
	r := c.reach(cur)
	if r == nil || r.Request || r.Task != nil {
		return
	}
	if decl, ok := r.Func.Node().(*ast.FuncDecl); !ok || code.CtxParam(c.Info, decl.Type) != r.Ctx {
		return
	}
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	v := code.Var(c.Info, sel.X)
	if v == nil {
		return
	}
	if !code.IsLocal(v) || code.IsParam(c.Info, v) {
		for _, use := range c.Uses[v] { // it starts some itself: their join
			if in, _ := code.FuncAround(use); in == r.Func {
				if s, ok := use.Parent().Node().(*ast.SelectorExpr); ok && (s.Sel.Name == "Add" || s.Sel.Name == "Go") {
					return
				} else if up, ok := use.Parent().Parent().Node().(*ast.SelectorExpr); ok && (up.Sel.Name == "Add" || up.Sel.Name == "Go") {
					return
				}
			}
		}
		_, body := code.FuncParts(r.Func.Node())
		stops := false
		for _, s := range body.List { // told to stop before
			if s.End() < n.Pos() {
				code.Shallow(s, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok && (c.Builtin(call) == "close" || stopping.MatchString(code.CalleeName(call))) {
						stops = true
					}
					return !stops
				})
			}
		}
		if !stops && !c.LooksAtCtx(body) {
			c.report(n, "wait", "Wait ignores "+r.Name()+": wait in a goroutine that closes a channel, and select on that and Done")
		}
		return
	}
	knows, blocks := false, false
	for _, t := range c.Tasks {
		if in, _ := code.FuncAround(t.At); in != r.Func {
			continue
		}
		if c.MentionsCtx(t.Call) || t.Lit != nil && c.MentionsCtx(t.Lit) || t.Lit == nil {
			knows = true
		}
		if t.Lit != nil {
			ast.Inspect(t.Lit.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.UnaryExpr:
					blocks = blocks || n.Op == token.ARROW
				case *ast.SelectStmt:
					blocks = true
				case *ast.CallExpr:
					if fn := code.Callee(c.Info, n); fn != nil && fn.Pkg() != nil {
						if shape, _ := ctxForm(fn); shape != "" || code.Is(fn, "time", "Sleep") {
							blocks = true
						}
					}
				}
				return true
			})
		}
	}
	if !knows && blocks && !c.LooksAtCtx(r.Func.Node()) {
		c.report(n, "wait", "Wait ignores "+r.Name()+", and so do the goroutines it waits for: give them the context")
	}
}

// cond reports a wait for a condition that no end of the context wakes.
func (c *check) cond(cur inspector.Cursor, n *ast.CallExpr) {
	r := c.reach(cur)
	if r == nil || r.Request {
		return
	}
	if fn, ok := code.FuncAround(cur); ok {
		for l := range fn.Preorder((*ast.CallExpr)(nil)) {
			switch code.CalleeName(l.Node().(*ast.CallExpr)) {
			case "Broadcast", "Signal", "AfterFunc":
				return
			}
		}
	}
	if r.Task != nil && r.Task.Kind == code.Bare { // the function around may wake it
		if fn, ok := code.FuncAround(r.Task.At); ok && (c.wakes(fn) || c.wakenByTask(fn)) {
			return
		}
	}
	c.report(n, "cond", "Cond.Wait ignores "+r.Name()+": let context.AfterFunc broadcast when it ends, and look at it in the loop")
}

// wakenByTask tells whether a goroutine of a function signals a condition when it has waited for something.
func (c *check) wakenByTask(fn inspector.Cursor) bool {
	for _, t := range c.Tasks {
		if t.Lit == nil || !code.Within(t.Lit, fn.Node()) {
			continue
		}
		waits := false
		code.Shallow(t.Lit.Body, func(n ast.Node) bool {
			u, ok := n.(*ast.UnaryExpr)
			waits = waits || ok && u.Op == token.ARROW
			return !waits
		})
		if lit, ok := c.Root.FindNode(t.Lit); ok && waits && c.wakes(lit) {
			return true
		}
	}
	return false
}

// wakes tells whether a function signals a condition itself.
func (c *check) wakes(fn inspector.Cursor) (found bool) {
	_, body := code.FuncParts(fn.Node())
	code.Shallow(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && code.IsCall(c.Info, call, "sync", "Cond.Broadcast", "Cond.Signal") {
			found = true
		}
		return !found
	})
	return found
}
